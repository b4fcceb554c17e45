import { hasRules, validateRules } from '../cel/rules.js';
import { type FieldError, type FieldErrorType, unshown } from './field-error.js';
import type { StructuralSchema } from './schema.js';
import { validate, validateUpdate } from './validate.js';

/** After these a rule could not tell what is wrong. */
const BLOCKING: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** Whether rules are left out after a problem of this type. */
export const isBlocking = (type: string): boolean => [...BLOCKING].some((one) => one === type);

/**
 * The schema and its CEL rules: everything a CRD says against an object. `old` is absent on create; `blocked` when something
 * else was found that keeps rules from being looked at.
 */
export function validateWithRules(
  schema: StructuralSchema,
  value: unknown,
  old: unknown,
  blocked = false,
): FieldError[] {
  const errors = old === undefined ? validate(schema, value) : validateUpdate(schema, value, old);
  if (!hasRules(schema)) return errors;
  if (!blocked && !errors.some(({ type }) => isBlocking(type)))
    return [...errors, ...validateRules(schema, value, old)];
  const detail =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [...errors, unshown('FieldValueInvalid', '', `null: ${detail}`)];
}
