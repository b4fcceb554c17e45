import { formatDurationNanos } from '../duration.js';
import { compareValues, contains, isEqual, partnerOf } from './equality.js';
import { fromJson } from './json-value.js';
import {
  type Declaration,
  declare,
  matching,
  sizeAt,
  traversal,
  traversalOfBoth,
  traversalOfProduct,
  traversalOfShorter,
} from './library.js';
import { formatDouble } from './number-text.js';
import { regexOf } from './regex.js';
import { durationOf, formatTimestamp, parseCelDuration, parseTimestamp, timestampOf } from './time.js';
import {
  CelError,
  type CelList,
  type CelMap,
  type Duration,
  sizeOf,
  type Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
  type Value,
  ValueList,
} from './value.js';

const overflow = (): CelError => new CelError('integer overflow');

function int(value: bigint): bigint {
  if (value !== BigInt.asIntN(64, value)) throw overflow();
  return value;
}

function uint(value: bigint): Uint {
  if (value !== BigInt.asUintN(64, value)) throw new CelError('unsigned integer overflow');
  return new Uint(value);
}

function nonZero(divisor: bigint, operation: 'division' | 'modulus'): bigint {
  if (divisor === 0n) throw new CelError(`${operation} by zero`);
  return divisor;
}

const integers: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / nonZero(b, 'division'),
  '%': (a, b) => a % nonZero(b, 'modulus'),
};

const doubles: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

const arithmetic = [
  ...Object.entries(integers).flatMap(([op, run]) => [
    declare(`_${op}_(int, int): int`, (a: bigint, b: bigint) => int(run(a, b))),
    declare(`_${op}_(uint, uint): uint`, (a: Uint, b: Uint) => uint(run(a.value, b.value))),
  ]),
  ...Object.entries(doubles).map(([op, run]) => declare(`_${op}_(double, double): double`, run)),
  declare('_+_(string, string): string', (a: string, b: string) => a + b, traversalOfBoth),
  declare('_+_(bytes, bytes): bytes', (a: Uint8Array, b: Uint8Array) => new Uint8Array([...a, ...b]), traversalOfBoth),
  declare('_+_(list(A), list(A)): list(A)', join),
  declare('_+_(timestamp, duration): timestamp', (a: Timestamp, b: Duration) => timestampOf(a.nanos + b.nanos)),
  declare('_+_(duration, timestamp): timestamp', (a: Duration, b: Timestamp) => timestampOf(a.nanos + b.nanos)),
  declare('_+_(duration, duration): duration', (a: Duration, b: Duration) => durationOf(a.nanos + b.nanos)),
  declare('_-_(timestamp, timestamp): duration', (a: Timestamp, b: Timestamp) => durationOf(a.nanos - b.nanos)),
  declare('_-_(timestamp, duration): timestamp', (a: Timestamp, b: Duration) => timestampOf(a.nanos - b.nanos)),
  declare('_-_(duration, duration): duration', (a: Duration, b: Duration) => durationOf(a.nanos - b.nanos)),
  declare('-_(int): int', (a: bigint) => int(-a)),
  declare('-_(double): double', (a: number) => -a),
  declare('!_(bool): bool', (a: boolean) => !a),
];

/** Sets and list maps unite; all other lists are put one after the other. */
function join(a: CelList, b: CelList): CelList {
  const schema = a.schema ?? b.schema;
  const kind = schema?.['x-kubernetes-list-type'];
  if (kind !== 'set' && kind !== 'map') return new ValueList([...a, ...b]);
  const replaced = [...a].map((item) => partnerOf(item, b, schema) ?? item);
  const added = [...b].filter((item) => partnerOf(item, a, schema) === undefined);
  return new ValueList([...replaced, ...added], schema);
}

const ORDERED = ['int', 'uint', 'double', 'bool', 'string', 'bytes', 'timestamp', 'duration'] as const;
const NUMERIC = ['int', 'uint', 'double'] as const;
const MIXED = NUMERIC.flatMap((a) => NUMERIC.filter((b) => b !== a).map((b) => [a, b] as const));
const ORDERINGS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const comparison = Object.entries(ORDERINGS).flatMap(([op, holds]) =>
  [...ORDERED.map((type) => [type, type] as const), ...MIXED].map(([a, b]) =>
    declare(
      `_${op}_(${a}, ${b}): bool`,
      (left: Value, right: Value) => holds(compareValues(left, right)),
      a === 'string' || a === 'bytes' ? traversalOfShorter : undefined,
    ),
  ),
);

const equality = [
  declare('_==_(A, A): bool', isEqual, traversalOfShorter),
  declare('_!=_(A, A): bool', (a: Value, b: Value) => !isEqual(a, b), traversalOfShorter),
];

/** For the checker alone: the planner gives these their own evaluation. */
const typed = (signature: string): Declaration =>
  declare(signature, () => {
    throw new Error(`${signature} is not a function`);
  });

const access = [
  ...['list(A), int): A', 'map(A, B), A): B'].map((rest) => typed(`_[_](${rest}`)),
  ...['list(A)), int): optional(A)', 'map(A, B)), A): optional(B)'].flatMap((rest) =>
    ['_[_]', '_[?_]'].map((name) => typed(`${name}(optional(${rest}`)),
  ),
  ...['list(A), int): optional(A)', 'map(A, B), A): optional(B)'].map((rest) => typed(`_[?_](${rest}`)),
  typed('_&&_(bool, bool): bool'),
  typed('_||_(bool, bool): bool'),
  typed('_?_:_(bool, A, A): A'),
  declare(
    '@in(A, list(A)): bool',
    (item: Value, list: CelList) => contains(list, item),
    (args) => sizeAt(args, 1),
  ),
  declare('@in(A, map(A, B)): bool', (key: Value, map: CelMap) => map.get(key) !== undefined),
];

const size = (value: Value): bigint => BigInt(sizeOf(value));

const strings = [
  ...['string', 'bytes', 'list(A)', 'map(A, B)'].flatMap((type) => [
    declare(`size(${type}): int`, size),
    declare(`(${type}).size(): int`, size),
  ]),
  declare('(string).contains(string): bool', (a: string, b: string) => a.includes(b), traversalOfProduct),
  declare('(string).startsWith(string): bool', (a: string, b: string) => a.startsWith(b), traversal),
  declare('(string).endsWith(string): bool', (a: string, b: string) => a.endsWith(b), traversal),
  declare('(string).matches(string): bool', (a: string, b: string) => regexOf(b).matcher(a).find(), matching),
  declare('matches(string, string): bool', (a: string, b: string) => regexOf(b).matcher(a).find(), matching),
];

function wholeNumber(text: string, convert: (value: bigint) => Value): Value {
  if (!/^[+-]?\d+$/.test(text)) throw new CelError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return convert(BigInt(text.replace('+', '')));
}

function truncated(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) throw overflow();
  return BigInt(Math.trunc(value));
}

function decimal(text: string): number {
  const value = /^\s|\s$|^$/.test(text) ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new CelError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
  return value;
}

function truth(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw new CelError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

const utf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string', { cause: error });
  }
};

const durationText = ({ nanos }: Duration): string => {
  const text = formatDurationNanos(nanos % 1_000_000_000n);
  const fraction = /\.\d+/.exec(`${Number(nanos % 1_000_000_000n) / 1e9}`)?.[0] ?? '';
  return text === '' ? '0s' : `${nanos / 1_000_000_000n}${fraction}s`;
};

const conversion = [
  declare('int(int): int', (a: bigint) => a),
  declare('int(uint): int', (a: Uint) => int(a.value)),
  declare('int(double): int', truncated),
  declare('int(string): int', (a: string) => wholeNumber(a, int)),
  declare('int(timestamp): int', ({ nanos }: Timestamp) => nanos / 1_000_000_000n),
  declare('int(duration): int', ({ nanos }: Duration) => nanos),
  declare('uint(uint): uint', (a: Uint) => a),
  declare('uint(int): uint', uint),
  declare('uint(double): uint', (a: number) => uint(truncated(a))),
  declare('uint(string): uint', (a: string) => wholeNumber(a, uint)),
  declare('double(double): double', (a: number) => a),
  declare('double(int): double', (a: bigint) => Number(a)),
  declare('double(uint): double', (a: Uint) => Number(a.value)),
  declare('double(string): double', decimal),
  declare('bool(bool): bool', (a: boolean) => a),
  declare('bool(string): bool', truth),
  declare('bytes(bytes): bytes', (a: Uint8Array) => a),
  declare('bytes(string): bytes', (a: string) => new TextEncoder().encode(a), traversal),
  declare('string(string): string', (a: string) => a),
  declare('string(bool): string', String),
  declare('string(int): string', String),
  declare('string(uint): string', (a: Uint) => String(a.value)),
  declare('string(double): string', formatDouble),
  declare('string(bytes): string', utf8, traversal),
  declare('string(timestamp): string', formatTimestamp),
  declare('string(duration): string', durationText),
  declare('timestamp(timestamp): timestamp', (a: Timestamp) => a),
  declare('timestamp(string): timestamp', parseTimestamp),
  declare('timestamp(int): timestamp', (a: bigint) => timestampOf(a * 1_000_000_000n)),
  declare('duration(duration): duration', (a: Duration) => a),
  declare('duration(string): duration', parseCelDuration),
  declare('duration(int): duration', durationOf),
  declare('dyn(A): dyn', (a: Value) => a),
  declare('type(A): type(A)', (a: Value) => new TypeValue(typeNameOf(a))),
];

/** OCM's: JSON text as a value. */
export const parseJson: Declaration = declare('(string).parseJSON(): dyn', (text: string) => {
  try {
    return fromJson(JSON.parse(text));
  } catch (error) {
    throw new CelError(`failed to parse JSON: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
});

/** What every CEL has. */
export const STANDARD: readonly Declaration[] = [
  ...arithmetic,
  ...comparison,
  ...equality,
  ...access,
  ...strings,
  ...conversion,
];
