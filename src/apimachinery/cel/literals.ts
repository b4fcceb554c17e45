import { memberOf } from '../json.js';
import type { Issue } from './compile-error.js';
import type { Expr } from './expression.js';
import { regexOf } from './regex.js';
import { parseCelDuration, parseTimestamp } from './time.js';
import { CelError } from './value.js';

/** Functions whose last argument, when it is written out, is right or wrong before anything runs. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  matches: regexOf,
  timestamp: parseTimestamp,
  duration: parseCelDuration,
};

export function literalIssues(name: string, args: readonly Expr[]): Issue[] {
  const read = memberOf(READERS, name);
  const literal = args.at(-1);
  if (!read || literal?.op !== 'const' || typeof literal.value !== 'string') return [];
  try {
    read(literal.value);
    return [];
  } catch (error) {
    if (error instanceof CelError) return [{ at: literal.at, message: `invalid ${name} argument` }];
    throw error;
  }
}
