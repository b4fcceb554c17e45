export interface Issue {
  /** Offset in the expression. */
  readonly at: number;
  readonly message: string;
}

/** The expression cannot be used. The message is what cel-go prints: every issue with its line and a caret. */
export class CelCompileError extends Error {
  override readonly name = 'CelCompileError';
  readonly issues: readonly Issue[];

  constructor(expression: string, issues: readonly Issue[]) {
    const sorted = [...issues].sort((a, b) => a.at - b.at);
    super(sorted.map((issue) => show(expression, issue)).join('\n'));
    this.issues = sorted;
  }
}

function show(expression: string, { at, message }: Issue): string {
  const before = expression.slice(0, at).split('\n');
  const line = expression.split('\n')[before.length - 1] ?? '';
  const column = [...(before.at(-1) ?? '')].length;
  return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
}
