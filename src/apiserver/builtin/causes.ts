import { goJson, goShown } from '../../apimachinery/go-text.js';
import type { Cause } from '../status-error.js';

export const required = (field: string, detail = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: detail === '' ? 'Required value' : `Required value: ${detail}`,
  field,
});

export const invalidValue = (field: string, value: unknown, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${shown(value)}: ${detail}`,
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

const shown = (value: unknown): string => goShown(value ?? null);
