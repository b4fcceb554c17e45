/** Something in the repository that keeps the commit from being applied. Lines and columns count from 1. */
export interface Problem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

export const START: Position = { line: 1, column: 1 };

const SHOWN = 20;

export const formatProblem = ({ path, line, column, message }: Problem): string =>
  `${path}:${line}:${column}: ${message}`;

const byPlace = (a: Problem, b: Problem): number =>
  a.path === b.path ? a.line - b.line || a.column - b.column : a.path < b.path ? -1 : 1;

export const sortProblems = (problems: readonly Problem[]): Problem[] => [...problems].sort(byPlace);

/** The first problems, one per line, and how many there are. */
export function formatProblems(problems: readonly Problem[]): string {
  const lines = problems.slice(0, SHOWN).map(formatProblem);
  const rest = problems.length - lines.length;
  return [...lines, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
}
