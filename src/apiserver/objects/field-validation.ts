import { goQuoted } from '../../apimachinery/go-text.js';
import type { Caller } from '../api.js';
import type { Kind } from '../kind.js';
import { badRequest } from '../status-error.js';

/** What happens with fields a kind does not have, and with fields a body has twice. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** The values of the query, of which the empty one means `Warn`. */
export const FIELD_VALIDATIONS: readonly string[] = ['', 'Ignore', 'Strict', 'Warn'];

export const duplicateField = (field: string): string => `duplicate field ${goQuoted(field)}`;
/** Of custom kinds as it was sent. */
export const unknownField = (field: string, asIs: boolean): string =>
  `unknown field ${asIs ? `"${field}"` : goQuoted(field)}`;

/** Refuses, warns or says nothing of what strict validation has against a body. */
export function reportStrictErrors(
  problems: readonly string[],
  validation: FieldValidation,
  caller: Caller,
  refuse: (problems: string) => Error,
): void {
  if (validation === 'Ignore') return;
  if (problems.length === 0) return;
  if (validation === 'Strict') throw refuse(`strict decoding error: ${problems.join(', ')}`);
  for (const problem of problems) caller.warn(problem);
}

/** `sent` is what the body says it is, where that may be something else. */
export const refusedBody =
  ({ kind, version }: Pick<Kind, 'kind' | 'version'>, sent: Pick<Kind, 'kind' | 'version'> = { kind, version }) =>
  (problems: string): Error =>
    badRequest(`${sent.kind} in version ${goQuoted(sent.version)} cannot be handled as a ${kind}: ${problems}`);
