import { notSupported } from '../apimachinery/structural/field-error.js';
import type { Caller } from './api.js';
import { invalidOption } from './causes.js';
import type { Kind } from './kind.js';
import { badRequest } from './status-error.js';

/** What happens with fields a kind does not have, and with fields a body has twice. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export function fieldValidationOf(query: URLSearchParams): FieldValidation {
  const value = query.get('fieldValidation') || 'Warn';
  if (value === 'Strict' || value === 'Warn' || value === 'Ignore') return value;
  throw invalidOption('CreateOptions', notSupported('fieldValidation', value, ['Ignore', 'Strict', 'Warn']));
}

export interface StrictErrors {
  readonly unknown: readonly string[];
  readonly duplicates: readonly string[];
}

/** Refuses, warns or says nothing. */
export function reportStrictErrors(
  { unknown, duplicates }: StrictErrors,
  validation: FieldValidation,
  caller: Caller,
  refuse: (problems: string) => Error,
): void {
  if (validation === 'Ignore') return;
  const problems = [
    ...duplicates.map((field) => `duplicate field "${field}"`),
    ...unknown.map((field) => `unknown field "${field}"`),
  ];
  if (problems.length === 0) return;
  if (validation === 'Strict') throw refuse(`strict decoding error: ${problems.join(', ')}`);
  for (const problem of problems) caller.warn(problem);
}

export const refusedBody =
  ({ kind, version }: Kind) =>
  (problems: string): Error =>
    badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${problems}`);
