import { formatText } from './format-text.js';
import { type Cost, type Declaration, declare, sizeAt, traversal } from './library.js';
import { CelError, CelList, runeCount, sizeOf, ValueList } from './value.js';

const runes = (text: string): string[] => [...text];

function inRange(index: bigint, length: number): number {
  if (index < 0n || index > BigInt(length)) throw new CelError(`index out of range: ${index}`);
  return Number(index);
}

const ASCII_UPPER = /[A-Z]/g;
const ASCII_LOWER = /[a-z]/g;

function substring(text: string, from: bigint, to?: bigint): string {
  const list = runes(text);
  const start = inRange(from, list.length);
  const end = to === undefined ? list.length : inRange(to, list.length);
  if (start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  return list.slice(start, end).join('');
}

/** Counted in code points, as all positions of CEL strings. */
function indexOf(text: string, part: string, from = 0n): bigint {
  if (part === '') return from;
  const list = runes(text);
  const start = inRange(from, list.length);
  const at = text.indexOf(part, list.slice(0, start).join('').length);
  return at < 0 ? -1n : BigInt(runeCount(text.slice(0, at)));
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const list = runes(text);
  const start = from === undefined ? list.length : inRange(from, list.length);
  const at = text.lastIndexOf(part, list.slice(0, start).join('').length);
  return at < 0 ? -1n : BigInt(runeCount(text.slice(0, at)));
}

function replace(text: string, old: string, by: string, limit = -1n): string {
  if (limit < 0n) return text.replaceAll(old, () => by);
  let left = limit;
  return text.replaceAll(old, (found) => {
    if (left === 0n) return found;
    left -= 1n;
    return by;
  });
}

function split(text: string, separator: string, limit = -1n): ValueList {
  if (limit === 0n) return new ValueList([]);
  const parts = separator === '' ? runes(text) : text.split(separator);
  if (limit < 0n || BigInt(parts.length) <= limit) return new ValueList(parts);
  const kept = Number(limit) - 1;
  return new ValueList([...parts.slice(0, kept), parts.slice(kept).join(separator)]);
}

function join(list: CelList, separator = ''): string {
  const parts: string[] = [];
  for (const item of list) {
    if (typeof item !== 'string') throw new CelError('no such overload');
    parts.push(item);
  }
  return parts.join(separator);
}

const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const quote = (text: string): string =>
  `"${runes(text)
    .map((character) => QUOTED[character] ?? character)
    .join('')}"`;

const trim = (text: string): string => text.replace(/^[\s\u0085]+|[\s\u0085]+$/gu, '');

function charAt(text: string, index: bigint): string {
  const list = runes(text);
  return list[inRange(index, list.length)] ?? '';
}

const searching: Cost = (args) => Math.floor(sizeAt(args, 0) * 0.1);
/** Read and written. */
const rewriting: Cost = (args) => Math.ceil(sizeAt(args, 0) * 0.2);
const joining: Cost = ([list, separator]) =>
  list instanceof CelList ? Math.ceil(sizeOf(join(list, typeof separator === 'string' ? separator : '')) * 0.2) : 1;

export const STRINGS: readonly Declaration[] = [
  declare('(string).charAt(int): string', charAt),
  declare('(string).indexOf(string): int', indexOf, searching),
  declare('(string).indexOf(string, int): int', indexOf, searching),
  declare('(string).lastIndexOf(string): int', lastIndexOf, searching),
  declare('(string).lastIndexOf(string, int): int', lastIndexOf, searching),
  declare('(list(string)).join(): string', (list: CelList) => join(list), joining),
  declare('(list(string)).join(string): string', join, joining),
  declare(
    '(string).lowerAscii(): string',
    (text: string) => text.replace(ASCII_UPPER, (letter) => letter.toLowerCase()),
    traversal,
  ),
  declare(
    '(string).upperAscii(): string',
    (text: string) => text.replace(ASCII_LOWER, (letter) => letter.toUpperCase()),
    traversal,
  ),
  declare('(string).replace(string, string): string', replace, rewriting),
  declare('(string).replace(string, string, int): string', replace, rewriting),
  declare('(string).reverse(): string', (text: string) => runes(text).reverse().join(''), traversal),
  declare('(string).split(string): list(string)', split, traversal),
  declare('(string).split(string, int): list(string)', split, traversal),
  declare('(string).substring(int): string', substring, traversal),
  declare('(string).substring(int, int): string', substring, traversal),
  declare('(string).trim(): string', trim, traversal),
  declare(
    '(string).format(list(dyn)): string',
    (text: string, list: CelList) => formatText(text, [...list]),
    traversal,
  ),
  declare('strings.quote(string): string', quote, traversal),
];
