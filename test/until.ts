import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than anything takes that does not hang, on a machine that is busy with other things too. */
const HANGS_MS = 180_000;

/** Looks until there is something to see; throws after `ms` milliseconds, in the words that then say best what is missing. */
export async function until<T>(
  what: string | (() => string),
  look: () => Promise<T | undefined | false> | T | undefined | false,
  ms = HANGS_MS,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline)
      throw new Error(`timed out waiting for ${typeof what === 'string' ? what : what()}`);
    await sleep(10);
  }
}
