import { RE2JS, RE2JSException } from 're2js';
import { type Declaration, declare, matching } from './library.js';
import { CelError, ValueList } from './value.js';

const KEPT = 256;
const compiled = new Map<string, RE2JS>();

/** Linear in the text whatever the pattern; the most recent patterns stay compiled. */
export function regexOf(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  const regex = compile(pattern);
  if (compiled.size >= KEPT) compiled.delete(compiled.keys().next().value ?? '');
  compiled.set(pattern, regex);
  return regex;
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSException) throw new CelError(error.message, { cause: error });
    throw error;
  }
}

function findAll(text: string, pattern: string, limit: bigint): ValueList {
  const found: string[] = [];
  const matcher = regexOf(pattern).matcher(text);
  while ((limit < 0n || BigInt(found.length) < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return new ValueList(found);
}

function find(text: string, pattern: string): string {
  const matcher = regexOf(pattern).matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

export const REGEX: readonly Declaration[] = [
  declare('(string).find(string): string', find, matching),
  declare(
    '(string).findAll(string): list(string)',
    (text: string, pattern: string) => findAll(text, pattern, -1n),
    matching,
  ),
  declare('(string).findAll(string, int): list(string)', findAll, matching),
];
