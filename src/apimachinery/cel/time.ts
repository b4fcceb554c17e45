import { DurationError, parseDurationNanos } from '../duration.js';
import { CelError, Duration, Timestamp } from './value.js';

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/;
const MIN = -62_135_596_800n * 1_000_000_000n;
const MAX = 253_402_300_800n * 1_000_000_000n - 1n;

/** RFC 3339 to the nanosecond. */
export function parseTimestamp(text: string): Timestamp {
  const parts = PATTERN.exec(text);
  const ms = parts ? Date.parse(`${text.slice(0, 19).toUpperCase()}${(parts[8] ?? '').toUpperCase()}`) : Number.NaN;
  if (!parts || Number.isNaN(ms) || !isDay(Number(parts[1]), Number(parts[2]), Number(parts[3])))
    throw new CelError(`invalid timestamp ${JSON.stringify(text)}`);
  const fraction = BigInt((parts[7] ?? '').padEnd(9, '0'));
  return timestampOf(BigInt(ms) * 1_000_000n + fraction);
}

const isDay = (year: number, month: number, day: number): boolean =>
  day <= new Date(Date.UTC(year, month, 0)).getUTCDate();

export function timestampOf(nanos: bigint): Timestamp {
  if (nanos < MIN || nanos > MAX) throw new CelError('timestamp overflow');
  return new Timestamp(nanos);
}

export function durationOf(nanos: bigint): Duration {
  if (nanos !== BigInt.asIntN(64, nanos)) throw new CelError('integer overflow');
  return new Duration(nanos);
}

export function parseCelDuration(text: string): Duration {
  try {
    return new Duration(parseDurationNanos(text));
  } catch (error) {
    if (error instanceof DurationError) throw new CelError(error.message, { cause: error });
    throw error;
  }
}

const floorDiv = (value: bigint, by: bigint): bigint => value / by - (value % by < 0n ? 1n : 0n);

const millisOf = ({ nanos }: Timestamp): number => Number(floorDiv(nanos, 1_000_000n));
export const fractionOf = ({ nanos }: Timestamp): bigint =>
  ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;

export function formatTimestamp(time: Timestamp): string {
  const fraction = String(fractionOf(time)).padStart(9, '0').replace(/0+$/, '');
  const seconds = new Date(millisOf(time)).toISOString().slice(0, 19);
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** The time shifted so that its UTC fields read as local fields of the zone: a name, or an offset such as `+02:00`. */
export function inZone(time: Timestamp, zone: string | undefined): Date {
  const ms = millisOf(time);
  const offset = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone ?? 'UTC');
  if (offset) {
    const [, sign, hours, minutes] = offset;
    const shift = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return new Date(sign === '-' ? ms - shift : ms + shift);
  }
  return zone === undefined || zone === 'UTC' ? new Date(ms) : shifted(ms, zone);
}

function shifted(ms: number, timeZone: string): Date {
  const parts = formatterOf(timeZone).formatToParts(new Date(ms));
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const milliseconds = ((ms % 1000) + 1000) % 1000;
  return new Date(
    Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'), milliseconds),
  );
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    throw new CelError(`unknown time zone ${timeZone}`, { cause: error });
  }
}
