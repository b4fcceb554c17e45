import type { Cause } from '../../status-error.js';
import { invalidValue, oneOf } from './causes.js';

export const withoutBacksteps = (path: string, field: string): Cause[] =>
  path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : [];

export const descending = (path: string, field: string): Cause[] => [
  ...(path.startsWith('/') ? [invalidValue(field, path, 'must be a relative path')] : []),
  ...withoutBacksteps(path, field),
];

/** The kubelet keeps names that begin with two dots for itself. */
export const unreserved = (path: string, field: string): Cause[] => [
  ...descending(path, field),
  ...(path.startsWith('..') && !path.startsWith('../') ? [invalidValue(field, path, "must not start with '..'")] : []),
];

const MOST = 0o777;

export const fileMode = (mode: number | undefined, field: string): Cause[] =>
  mode !== undefined && (mode < 0 || mode > MOST)
    ? [invalidValue(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')]
    : [];

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

export const hostPathType = (type: unknown, field: string): Cause[] => oneOf(type, HOST_PATH_TYPES, field);
