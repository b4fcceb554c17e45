import { hasRules, validateRules } from '../cel/rules.js';
import { isJsonObject } from '../json.js';
import { below, type FieldError, type FieldErrorType, unshown } from './field-error.js';
import type { StructuralSchema } from './schema.js';
import { validate, validateUpdate } from './validate.js';

/** After these a rule could not tell what is wrong. */
const BLOCKING: ReadonlySet<string> = new Set<FieldErrorType>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** Whether rules are left out after a problem of this type. */
export const isBlocking = (type: string): boolean => BLOCKING.has(type);

export interface Look {
  /** Something else was found that keeps rules from being looked at. */
  readonly blocked?: boolean;
  /** Only this member was written: the schema is asked about it alone. */
  readonly member?: string | undefined;
}

/** The schema and its CEL rules: everything a CRD says against an object. `old` is absent on create. */
export function validateWithRules(
  schema: StructuralSchema,
  value: unknown,
  old: unknown,
  { blocked = false, member }: Look = {},
): FieldError[] {
  const errors = member === undefined ? problemsOf(schema, value, old) : memberProblems(schema, member, value, old);
  if (!hasRules(schema)) return errors;
  if (!blocked && !errors.some(({ type }) => isBlocking(type)))
    return [...errors, ...validateRules(schema, value, old)];
  const detail =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [...errors, unshown('FieldValueInvalid', '', `null: ${detail}`)];
}

/** What is told of an object that says it is of another type: its schema is not asked, but for what repeats in lists. */
export const problemsOfOther = (schema: StructuralSchema, value: unknown, old: unknown): FieldError[] => [
  ...validate(schema, value).filter(({ type }) => type === 'FieldValueDuplicate'),
  ...validateRules(schema, value, old),
];

const problemsOf = (schema: StructuralSchema, value: unknown, old: unknown): FieldError[] =>
  old === undefined ? validate(schema, value) : validateUpdate(schema, value, old);

/** Messages tell the place from the member on, only the fields are complete: so Kubernetes speaks of a status. */
function memberProblems({ properties }: StructuralSchema, name: string, object: unknown, old: unknown): FieldError[] {
  const schema = properties?.[name];
  const value = isJsonObject(object) ? object[name] : undefined;
  if (!schema || value === undefined) return [];
  const before = isJsonObject(old) ? old[name] : undefined;
  return problemsOf(schema, value, before).map((error) => ({ ...error, field: below(name, error.field) }));
}
