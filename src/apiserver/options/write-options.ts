import {
  type FieldError,
  forbidden,
  invalidShown,
  notSupported,
  required,
  tooLong,
} from '../../apimachinery/structural/field-error.js';
import { causeOf, type Options } from '../causes.js';
import { FIELD_VALIDATIONS, type FieldValidation } from '../objects/field-validation.js';
import type { WriteOptions } from '../objects/write.js';
import type { ResourceRequest } from '../request.js';
import { isTrue } from '../resource-path.js';
import { invalid } from '../status-error.js';

const BY_METHOD: Readonly<Record<string, Options>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

/** What the query of a write asks for; refuses it with everything that is wrong in it. */
export function writeOptions(request: ResourceRequest, form?: 'apply' | 'patch'): WriteOptions {
  const { caller, query, http } = request;
  const manager = query.get('fieldManager') ?? '';
  const dryRun = query.getAll('dryRun');
  const fieldValidation = query.get('fieldValidation') ?? '';
  refuse(BY_METHOD[http.method ?? ''] ?? 'CreateOptions', [
    ...(form ? formProblems(form, manager, query) : []),
    ...managerProblems(manager),
    ...dryRunProblems(dryRun),
    ...(FIELD_VALIDATIONS.includes(fieldValidation)
      ? []
      : [notSupported('fieldValidation', fieldValidation, FIELD_VALIDATIONS)]),
  ]);
  return {
    caller,
    dryRun: dryRun.length > 0,
    fieldValidation: (fieldValidation || 'Warn') as FieldValidation, // one of them, as was checked
    fieldManager: manager || managerOf(caller.userAgent),
  };
}

export function refuse(options: Options, problems: readonly FieldError[]): void {
  if (problems.length === 0) return;
  throw invalid({ group: 'meta.k8s.io', plural: '', kind: options }, '', problems.map(causeOf));
}

export const dryRunProblems = (values: readonly unknown[]): readonly FieldError[] =>
  values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])];

export const forceOf = (query: URLSearchParams): boolean => isTrue(query.get('force'));

function formProblems(form: 'apply' | 'patch', manager: string, query: URLSearchParams): readonly FieldError[] {
  if (form === 'apply') return manager === '' ? [required('fieldManager', 'is required for apply patch')] : [];
  return query.has('force') ? [forbidden('force', 'may not be specified for non-apply patch')] : [];
}

/** In bytes, as are positions in a name. */
const MAX_MANAGER = 128;

function managerProblems(manager: string): readonly FieldError[] {
  const characters = [...manager];
  const odd = characters.findIndex(isUnprintable);
  const code = characters[odd]?.codePointAt(0) ?? 0;
  const shown = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const at = Buffer.byteLength(characters.slice(0, odd).join(''));
  return [
    ...(Buffer.byteLength(manager) > MAX_MANAGER ? [tooLong('fieldManager', MAX_MANAGER)] : []),
    ...(odd < 0 ? [] : [invalidShown('fieldManager', manager, `invalid character ${shown} (at position ${at})`)]),
  ];
}

const isUnprintable = (character: string): boolean => /[^\P{C}\p{Cn}]|[^\P{Z} ]/u.test(character);

/** `kubectl/v1.33 (linux)` → `kubectl`, as kube-apiserver names managers that do not name themselves. */
function managerOf(userAgent: string): string {
  let manager = '';
  for (const character of userAgent.split('/', 1)[0] ?? '') {
    if (isUnprintable(character)) continue;
    if (Buffer.byteLength(manager + character) > MAX_MANAGER) break;
    manager += character;
  }
  return manager || 'unknown';
}
