export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Returns a number in [0, 1); spreads retries of many keys. */
  readonly random: () => number;
}

/** Exponential delay per key, up to 10 % jitter added. */
export class Backoff {
  readonly #failures = new Map<string, number>();
  readonly #options: BackoffOptions;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait before the next try of `key`; each call counts as one more failure. */
  next(key: string): number {
    const { baseMs, maxMs, random } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const delay = Math.min(maxMs, baseMs * 2 ** Math.min(failures, 30));
    return delay * (1 + random() / 10);
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
}
