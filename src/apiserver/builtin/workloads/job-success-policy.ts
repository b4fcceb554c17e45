import { goQuoted } from '../../../apimachinery/go-text.js';
import type { Cause } from '../../status-error.js';
import { invalidValue, nonNegative, required, tooMany } from '../checks/causes.js';

interface Rule {
  succeededIndexes?: string;
  succeededCount?: number;
}

export interface SuccessPolicy {
  rules?: Rule[];
}

const MOST_RULES = 20;

export const validateSuccessPolicy = ({ rules = [] }: SuccessPolicy, completions: number, field: string): Cause[] => [
  ...(rules.length === 0
    ? [required(`${field}.rules`, 'at least one rules must be specified when the successPolicy is specified')]
    : []),
  ...(rules.length > MOST_RULES ? [tooMany(`${field}.rules`, rules.length, MOST_RULES)] : []),
  ...rules.flatMap((rule, index) => ruleProblems(rule, completions, `${field}.rules[${index}]`)),
];

function ruleProblems({ succeededCount, succeededIndexes }: Rule, completions: number, field: string): Cause[] {
  const none = 'at least one of succeededCount or succeededIndexes must be specified';
  const indexes = succeededIndexes === undefined ? 0 : countIndexes(succeededIndexes, completions);
  const at = `${field}.succeededIndexes`;
  return [
    ...(succeededCount === undefined && succeededIndexes === undefined ? [required(field, none)] : []),
    ...(typeof indexes === 'string'
      ? [invalidValue(at, succeededIndexes, `error parsing succeededIndexes: ${indexes}`)]
      : []),
    ...countProblems(
      succeededCount,
      completions,
      succeededIndexes === undefined ? undefined : Number(indexes) || 0,
      `${field}.succeededCount`,
    ),
  ];
}

function countProblems(
  count: number | undefined,
  completions: number,
  indexes: number | undefined,
  field: string,
): Cause[] {
  if (count === undefined) return [];
  const of = (most: number, what: string) => `must be less than or equal to ${most} (the number of ${what})`;
  return [
    ...nonNegative(count, field),
    ...(count > completions ? [invalidValue(field, count, of(completions, 'specified completions'))] : []),
    ...(indexes !== undefined && count > indexes
      ? [invalidValue(field, count, of(indexes, 'indexes in the specified succeededIndexes field'))]
      : []),
  ];
}

/** How many indexes `1,3-5` names, or what is wrong with it. */
function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let total = 0;
  let last: number | undefined;
  for (const part of text.split(',')) {
    const interval = intervalOf(part, completions);
    if (typeof interval === 'string') return interval;
    const [first, end] = interval;
    if (last !== undefined && last >= first) return `non-increasing order, previous: ${last}, current: ${first}`;
    total += end - first + 1;
    last = end;
  }
  return total;
}

function intervalOf(text: string, completions: number): readonly [number, number] | string {
  const limits = text.split('-');
  if (limits.length > 2) {
    return `the fragment ${goQuoted(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  for (const limit of limits) {
    if (!/^[+-]?\d+$/.test(limit)) return `cannot convert string to integer for index: ${goQuoted(limit)}`;
    if (Number(limit) >= completions) return `too large index: ${goQuoted(limit)}`;
  }
  const [first = 0, end = first] = limits.map(Number);
  return limits.length > 1 && first >= end ? `non-increasing order, previous: ${first}, current: ${end}` : [first, end];
}
