import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';

/** What a person sees while `placet dev` starts: one line per step, with how long it took. */
export interface Progress {
  /** Runs a step and prints it when it has ended; `detail` may add what came of it. */
  step<T>(title: string, run: () => Promise<T>, detail?: (result: T) => string): Promise<T>;
  line(text: string): void;
}

export function createProgress(print: (line: string) => void, now: () => number): Progress {
  return {
    line: print,
    async step(title, run, detail) {
      const started = now();
      const result = await run();
      const took = `${((now() - started) / 1_000).toFixed(2)} s`.padStart(8);
      print(`${styleText('green', '✓')} ${took}  ${title}${detail ? ` ${styleText('gray', detail(result))}` : ''}`);
      return result;
    },
  };
}

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** Polls until `missing` has nothing left to wait for; after `deadline` (of `now`) it throws with what is missing. */
export async function settled(
  missing: () => Promise<readonly string[]>,
  options: { readonly deadline: number; readonly now: () => number; readonly signal: AbortSignal },
): Promise<void> {
  for (;;) {
    const reasons = await missing();
    if (reasons.length === 0) return;
    if (options.now() > options.deadline) throw new TimeoutError(`still waiting for:\n  ${reasons.join('\n  ')}`);
    await sleep(25, undefined, { signal: options.signal });
  }
}
