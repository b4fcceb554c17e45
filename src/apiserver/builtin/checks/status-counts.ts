import type { Cause } from '../../status-error.js';
import { invalidValue, nonNegative } from './causes.js';

export type Counts = Readonly<Record<string, unknown>>;

export const countOf = (status: Counts, name: string): number => {
  const value = status[name];
  return typeof value === 'number' ? value : 0;
};

export const nonNegativeCounts = (status: Counts, names: readonly string[]): Cause[] =>
  names.flatMap((name) => nonNegative(status[name], `status.${name}`));

/** No part is more than the whole. */
export const notMoreThan = (
  status: Counts,
  names: readonly string[],
  whole: string,
  told = `status.${whole}`,
): Cause[] =>
  names
    .filter((name) => countOf(status, name) > countOf(status, whole))
    .map((name) => invalidValue(`status.${name}`, countOf(status, name), `cannot be greater than ${told}`));

export const notDecremented = (status: Counts, before: Counts, name: string): Cause[] =>
  countOf(status, name) < countOf(before, name) || (status[name] === undefined && before[name] !== undefined)
    ? [invalidValue(`status.${name}`, countOf(status, name), 'cannot be decremented')]
    : [];
