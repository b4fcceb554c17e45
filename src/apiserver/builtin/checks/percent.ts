import type { Cause } from '../../status-error.js';
import { invalidValue, nonNegative } from './causes.js';

/** A number, or a share of all. */
export type Share = number | string;

const PERCENT = /^[0-9]+%$/;
const RULE =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

export const validateShare = (share: Share, field: string): Cause[] =>
  typeof share === 'number' ? nonNegative(share, field) : PERCENT.test(share) ? [] : [invalidValue(field, share, RULE)];

export const notMoreThanAll = (share: Share, field: string): Cause[] =>
  typeof share === 'string' && PERCENT.test(share) && amountOf(share) > 100
    ? [invalidValue(field, share, 'must not be greater than 100%')]
    : [];

/** The number in it; what is no percentage counts as nothing. */
export const amountOf = (share: Share): number =>
  typeof share === 'number'
    ? share
    : PERCENT.test(share)
      ? Number(share.slice(0, -1))
      : Number.parseInt(share, 10) || 0;
