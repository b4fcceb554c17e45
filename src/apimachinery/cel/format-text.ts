import { formatDouble } from './number-text.js';
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

const onlyOn = (verb: string, kinds: string, value: Value): CelError =>
  new CelError(`error during formatting: ${verb} clause can only be used on ${kinds}, was given ${typeNameOf(value)}`);

function integer(value: Value): bigint | undefined {
  return value instanceof Uint ? value.value : typeof value === 'bigint' ? value : undefined;
}

function radix(value: Value, base: number, verb: string): string {
  const whole = typeof value === 'boolean' ? BigInt(value) : integer(value);
  if (whole === undefined) throw onlyOn(verb, 'integers', value);
  return whole.toString(base);
}

function hex(value: Value): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : radix(value, 16, 'hex');
}

function double(value: Value, verb: string): number {
  if (typeof value !== 'number') throw onlyOn(verb, 'doubles', value);
  return value;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `1.234500×10⁰³` */
function scientific(value: Value, precision: number): string {
  const [digits = '', exponent = ''] = double(value, 'scientific').toExponential(precision).split('e');
  const power = exponent.slice(1).padStart(2, '0');
  const raised = [...power].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return `${digits}×10${exponent.startsWith('-') ? '⁻' : ''}${raised}`;
}

const VERBS: Readonly<Record<string, Verb>> = {
  s: (value) => textOf(value),
  d: (value) => {
    const whole = integer(value);
    if (whole === undefined) throw onlyOn('decimal', 'integers', value);
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
  return typeof value === 'string' ? value : nestedText(value);
}

/** As inside of a list or a map, where text is quoted. */
function nestedText(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return formatDouble(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value === null) return 'null';
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return `${Number(value.nanos) / 1e9}s`;
  if (value instanceof TypeValue) return value.type;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof CelList) return `[${[...value].map(nestedText).join(', ')}]`;
  if (value instanceof CelMap) return `{${mapText(value)}}`;
  throw onlyOn('string', 'strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps', value);
}

const mapText = (map: CelMap): string =>
  [...map.keys()]
    .map((key) => `${nestedText(key)}:${nestedText(map.get(key) ?? null)}`)
    .sort()
    .join(', ');
