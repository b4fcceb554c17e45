/** Retrying cannot help until someone edits an object, a permission or a setting. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** The world may differ in a moment. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

// 403 and 404 are absent: permissions and missing kinds are often granted a moment later, without an edit of the object.
const TERMINAL_STATUS: ReadonlySet<number> = new Set([400, 405, 413, 415, 422]);

/** The one place a foreign error becomes ours. Unknown is transient: a bug of ours must not park an object. */
export function classify(thrown: unknown): TerminalError | TransientError {
  if (thrown instanceof TerminalError || thrown instanceof TransientError) return thrown;
  const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
  const status = 'code' in cause && typeof cause.code === 'number' ? cause.code : 0;
  return new (TERMINAL_STATUS.has(status) ? TerminalError : TransientError)(cause.message, { cause });
}
