import { goNumber, goQuoted, goShown } from '../go-text.js';
import { sortedJson } from '../json.js';

export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueTypeInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError';

/** `field: message` is what kubectl prints; type, message and field are one cause of an `Invalid` Status. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  readonly message: string;
}

/** The field Kubernetes names when an error belongs to no field, because its message names the place. */
const NOWHERE = '<nil>';

/** The field an error has when the value it is about is `path` of a larger one. */
export function below(path: string, field: string): string {
  if (field === NOWHERE) return path;
  return /^[.[]/.test(field) ? `${path}${field}` : `${path}.${field}`;
}

const TITLE: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueTypeInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  InternalError: 'Internal error',
};

const withDetail = (text: string, detail: string): string => (detail === '' ? text : `${text}: ${detail}`);

const withoutValue = (type: FieldErrorType, path: string, detail: string): FieldError => ({
  type,
  field: path === '' ? NOWHERE : path,
  message: withDetail(TITLE[type], detail),
});

/** As the errors that show the value, without it. */
export const unshown = (type: FieldErrorType, path: string, detail = ''): FieldError =>
  withoutValue(type, path, detail);

const withValue = (type: FieldErrorType, path: string, value: unknown, detail: string): FieldError => ({
  type,
  field: path === '' ? NOWHERE : path,
  // The type of null is a text, as every type is.
  message: withDetail(
    `${TITLE[type]}: ${value === null && type === 'FieldValueTypeInvalid' ? '"null"' : shown(value)}`,
    detail,
  ),
});

const shown = (value: unknown): string => (typeof value === 'number' ? goNumber(value) : goShown(sortedJson(value)));

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

export const required = (path: string, detail = ''): FieldError => withoutValue('FieldValueRequired', path, detail);

export const forbidden = (path: string, detail: string): FieldError =>
  withoutValue('FieldValueForbidden', path, detail);

export const invalid = (path: string, value: unknown, detail: string): FieldError =>
  withValue('FieldValueInvalid', path, value, detail);

/** As `invalid`, with the members of the value in their own order. */
export const invalidShown = (path: string, value: unknown, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field: path,
  message: `${TITLE.FieldValueInvalid}: ${goShown(value)}: ${detail}`,
});

export const typeInvalid = (path: string, value: unknown, detail: string): FieldError =>
  withValue('FieldValueTypeInvalid', path, value, detail);

export const duplicate = (path: string, value: unknown): FieldError =>
  withValue('FieldValueDuplicate', path, value, '');

export const notFound = (path: string, value: unknown): FieldError => withValue('FieldValueNotFound', path, value, '');

export const notSupported = (path: string, value: unknown, supported: readonly unknown[]): FieldError =>
  withValue(
    'FieldValueNotSupported',
    path,
    value,
    supported.length === 0
      ? ''
      : `supported values: ${supported.map((one) => goQuoted(typeof one === 'string' ? one : JSON.stringify(one))).join(', ')}`,
  );

export const tooLong = (path: string, max: number): FieldError =>
  withoutValue('FieldValueTooLong', path, `may not be more than ${plural(max, 'byte')}`);

export const tooMany = (path: string, actual: number, max: number): FieldError =>
  withValue('FieldValueTooMany', path, actual, `must have at most ${plural(max, 'item')}`);

export const formatFieldError = ({ field, message }: FieldError): string => `${field}: ${message}`;
