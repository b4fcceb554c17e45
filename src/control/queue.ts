/** Keys, never events. A key waits once, never runs twice at a time, and runs again if added while it ran. */
export class WorkQueue {
  readonly #waiting = new Set<string>(); // insertion order is queue order
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();

  get waiting(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running.size;
  }

  add(key: string): void {
    (this.#running.has(key) ? this.#again : this.#waiting).add(key);
  }

  take(): string | undefined {
    const [key] = this.#waiting;
    if (key === undefined) return undefined;
    this.#waiting.delete(key);
    this.#running.add(key);
    return key;
  }

  finish(key: string): void {
    this.#running.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }
}
