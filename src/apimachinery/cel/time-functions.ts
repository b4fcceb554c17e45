import { type Declaration, declare } from './library.js';
import { fractionOf, inZone } from './time.js';
import type { Duration, Timestamp } from './value.js';

const DAY_MS = 86_400_000;

const FIELDS: Readonly<Record<string, (date: Date, time: Timestamp) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (_, time) => Number(fractionOf(time) / 1_000_000n),
};

const UNITS: Readonly<Record<string, bigint>> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
};

export const TIMES: readonly Declaration[] = [
  ...Object.entries(FIELDS).flatMap(([name, field]) => [
    declare(`(timestamp).${name}(): int`, (time: Timestamp) => BigInt(field(inZone(time, undefined), time))),
    declare(`(timestamp).${name}(string): int`, (time: Timestamp, zone: string) =>
      BigInt(field(inZone(time, zone), time)),
    ),
  ]),
  ...Object.entries(UNITS).map(([name, unit]) =>
    declare(`(duration).${name}(): int`, ({ nanos }: Duration) => nanos / unit),
  ),
  declare('(duration).getMilliseconds(): int', ({ nanos }: Duration) => nanos / 1_000_000n),
];
