const TRY_MS = 300;
const LIMIT_MS = 10_000;

/** Resolves when nobody answers there any more, not even with a refusal. */
export async function silent(url: string): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (await says(url)) {
    if (Date.now() > deadline) throw new Error(`${url} still answers after ${LIMIT_MS / 1000} s`);
  }
}

async function says(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(TRY_MS) });
    return true;
  } catch (error) {
    // What speaks, but not to us, fails at once.
    return !(error instanceof DOMException && error.name === 'TimeoutError');
  }
}
