/**
 * Gives `act` a signal that aborts after `ms` milliseconds. Not `AbortSignal.timeout`: one that only `AbortSignal.any` knows is
 * collected as garbage by Node 20, and never comes.
 */
export async function withDeadline<T>(ms: number, act: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException(`not done within ${ms} ms`, 'TimeoutError')), ms);
  try {
    return await act(limit.signal);
  } finally {
    clearTimeout(timer);
  }
}
