import { goJson, goShown } from '../../../apimachinery/go-text.js';
import type { Cause } from '../../status-error.js';

export const required = (field: string, detail = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: detail === '' ? 'Required value' : `Required value: ${detail}`,
  field,
});

export const invalidValue = (field: string, value: unknown, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${shown(value)}${detail === '' ? '' : `: ${detail}`}`,
  field,
});

export const forbiddenField = (field: string, detail: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${detail}`,
  field,
});

export const unsupported = (field: string, value: unknown, supported: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(', ')}`,
  field,
});

/** As `unsupported`, of a text whose type has a name: Kubernetes shows it as JSON. */
const unsupportedNamed = (field: string, value: unknown, supported: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${goJson(value)}: supported values: ${supported.map(shown).join(', ')}`,
  field,
});

export const duplicate = (field: string, value: unknown): Cause => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${shown(value)}`,
  field,
});

export const immutable = (field: string, value: unknown): Cause => invalidValue(field, value, 'field is immutable');

/** As `immutable`, of a text whose type has a name: Kubernetes shows it as JSON. */
export const immutableNamed = (field: string, value: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${goJson(value)}: field is immutable`,
  field,
});

export const tooLong = (field: string, max: number): Cause => ({
  reason: 'FieldValueTooLong',
  message: `Too long: may not be more than ${max} bytes`,
  field,
});

export const notFoundField = (field: string, value: unknown, detail = ''): Cause => ({
  reason: 'FieldValueNotFound',
  message: `Not found: ${shown(value)}${detail === '' ? '' : `: ${detail}`}`,
  field,
});

/** Of a value that is not shown. */
export const invalidPart = (field: string, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${detail}`,
  field,
});

export const tooMany = (field: string, count: number, most: number): Cause => ({
  reason: 'FieldValueTooMany',
  message: `Too many: ${count}: must have at most ${most} items`,
  field,
});

export const nonNegative = (value: unknown, field: string): Cause[] =>
  typeof value === 'number' && value < 0 ? [invalidValue(field, value, 'must be greater than or equal to 0')] : [];

export const positive = (value: number, field: string): Cause[] =>
  value > 0 ? [] : [invalidValue(field, value, 'must be greater than zero')];

/** A value that must be one of some, and must not be empty. */
export function oneOfRequired(value: unknown, supported: readonly string[], field: string): Cause[] {
  if (value === undefined || value === '') return [required(field)];
  return oneOf(value, supported, field);
}

/** A value that must be one of some, or absent. */
export const oneOf = (value: unknown, supported: readonly string[], field: string): Cause[] =>
  value === undefined || (typeof value === 'string' && supported.includes(value))
    ? []
    : [unsupportedNamed(field, value, supported)];

/** What a rule of names has against a value. */
export const misnamed = (field: string, value: string, rule: (text: string) => readonly string[]): Cause[] =>
  rule(value).map((problem) => invalidValue(field, value, problem));

const shown = (value: unknown): string => goShown(value ?? null);
