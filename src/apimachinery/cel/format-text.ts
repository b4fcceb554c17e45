import { numberOf } from './equality.js';
import { formatTimestamp } from './time.js';
import { CelError, CelList, CelMap, Duration, Timestamp, TypeValue, typeNameOf, Uint, type Value } from './value.js';

/** `"%s is %d".format([…])`. */
export function formatText(format: string, values: readonly Value[]): string {
  let next = 0;
  return format.replace(/%(?:%|(?:\.(\d+))?([a-zA-Z])|(.?))/g, (clause, precision: string, verb: string) => {
    if (clause === '%%') return '%';
    const convert = Object.hasOwn(VERBS, verb ?? '') ? VERBS[verb] : undefined;
    if (!convert)
      throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb ?? ''}"`);
    const value = values[next];
    if (value === undefined) throw new CelError(`index ${next} out of range`);
    next += 1;
    return convert(value, precision === undefined ? 6 : Number(precision));
  });
}

type Verb = (value: Value, precision: number) => string;

const refused = (verb: string, value: Value): CelError =>
  new CelError(`error during formatting: ${verb} clause cannot be used on ${typeNameOf(value)}`);

function integer(value: Value): bigint | undefined {
  return value instanceof Uint ? value.value : typeof value === 'bigint' ? value : undefined;
}

function radix(value: Value, base: number, verb: string): string {
  const whole = typeof value === 'boolean' ? BigInt(value) : integer(value);
  if (whole === undefined) throw refused(verb, value);
  return whole.toString(base);
}

function hex(value: Value): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : radix(value, 16, 'hex');
}

function double(value: Value, verb: string): number {
  const number = numberOf(value);
  if (number === undefined) throw refused(verb, value);
  return Number(number);
}

const scientific: Verb = (value, precision) =>
  double(value, 'scientific')
    .toExponential(precision)
    .replace(/e([+-])(\d)$/, 'e$10$2');

const VERBS: Readonly<Record<string, Verb>> = {
  s: (value) => textOf(value),
  d: (value) => {
    const whole = integer(value) ?? (typeof value === 'number' ? value : undefined);
    if (whole === undefined) throw refused('decimal', value);
    return String(whole);
  },
  f: (value, precision) => double(value, 'fixed-point').toFixed(precision),
  e: scientific,
  b: (value) => radix(value, 2, 'binary'),
  o: (value) => radix(value, 8, 'octal'),
  x: hex,
  X: (value) => hex(value).toUpperCase(),
};

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null) return 'null';
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return `${Number(value.nanos) / 1e9}s`;
  if (value instanceof TypeValue) return value.type;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof CelList) return `[${[...value].map(textOf).join(', ')}]`;
  if (value instanceof CelMap) return `{${mapText(value)}}`;
  throw refused('string', value);
}

const mapText = (map: CelMap): string =>
  [...map.keys()]
    .map((key) => `${textOf(key)}: ${textOf(map.get(key) ?? null)}`)
    .sort()
    .join(', ');
