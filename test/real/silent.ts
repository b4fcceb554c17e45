import { until } from '../until.js';

const TRY_MS = 300;

/** Resolves when nobody answers there any more, not even with a refusal. */
export const silent = (url: string): Promise<true> => until(`${url} to say nothing`, async () => !(await says(url)));

async function says(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(TRY_MS) });
    return true;
  } catch (error) {
    // What speaks, but not to us, fails at once.
    return !(error instanceof DOMException && error.name === 'TimeoutError');
  }
}
