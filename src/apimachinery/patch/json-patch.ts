import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { cloneJson } from '../clone.js';
import { isJsonObject } from '../json.js';
import { PatchError } from './patch-error.js';

const MAX_OPERATIONS = 10_000;

/** RFC 6902, all operations or none: `target` is not changed. Throws PatchError in the words of Kubernetes. */
export function jsonPatch<T>(target: T, operations: unknown): T {
  const checked = checkedOperations(operations);
  let document = cloneJson(target);
  for (const operation of checked) document = apply(document, operation);
  return document;
}

function checkedOperations(operations: unknown): Operation[] {
  if (!Array.isArray(operations)) throw new PatchError('Malformed', 'a JSON patch must be a list of operations');
  if (operations.length > MAX_OPERATIONS) {
    const message = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    throw new PatchError('TooLarge', message);
  }
  return operations.map(checkedOperation);
}

const OPERATIONS: readonly unknown[] = ['add', 'remove', 'replace', 'move', 'copy', 'test'];
const isPointer = (value: unknown): boolean => typeof value === 'string' && (value === '' || value.startsWith('/'));

function checkedOperation(operation: unknown): Operation {
  const malformed = (message: string): PatchError => new PatchError('Malformed', message);
  if (!isJsonObject(operation)) throw malformed('an operation of a JSON patch must be an object');
  const { op, path, from } = operation;
  if (!OPERATIONS.includes(op)) throw malformed(`Unexpected kind: ${String(op)}`);
  if (!isPointer(path)) throw malformed('operation missing path field: missing value');
  if ((op === 'move' || op === 'copy') && !isPointer(from))
    throw malformed('operation, missing from field: missing value');
  const takesValue = op === 'add' || op === 'replace' || op === 'test';
  if (takesValue && !Object.hasOwn(operation, 'value'))
    throw malformed('operation, missing value field: missing value');
  // Checked above, member by member. Cloned because later operations may reach into what this one inserts.
  return cloneJson(operation) as unknown as Operation;
}

function apply<T>(document: T, operation: Operation): T {
  refuseUnusualIndexes(document, operation.path);
  if ('from' in operation) refuseUnusualIndexes(document, operation.from);
  try {
    return fastJsonPatch.applyOperation(document, operation, true, true).newDocument;
  } catch (error) {
    throw new PatchError('Inapplicable', explain(document, operation, error));
  }
}

function explain(document: unknown, operation: Operation, error: unknown): string {
  const { op, path } = operation;
  if (op === 'test') return `testing value ${path} failed: test failed`;
  if (op === 'move' || op === 'copy') {
    const source = lookUp(document, operation.from);
    return source === undefined
      ? `${op} operation does not apply: doc is missing from path: ${operation.from}: missing value`
      : `${op} operation does not apply: doc is missing destination path: ${path}: missing value`;
  }
  const parent = lookUp(document, path.slice(0, path.lastIndexOf('/')));
  const last = tokenOf(path.slice(path.lastIndexOf('/') + 1));
  if (Array.isArray(parent)) return `error in ${op} for path: '${path}': ${aboutIndex(last)}`;
  if (op === 'replace')
    return `replace operation does not apply: doc is missing ${isJsonObject(parent) ? 'key' : 'path'}: ${path}: missing value`;
  if (isJsonObject(parent) && op === 'remove') {
    return `error in remove for path: '${path}': Unable to remove nonexistent key: ${last}: missing value`;
  }
  if (isJsonObject(parent))
    return `error in ${op} for path: '${path}': ${error instanceof Error ? error.message : String(error)}`;
  return `${op} operation does not apply: doc is missing path: "${path}": missing value`;
}

const aboutIndex = (text: string): string =>
  /^\d+$/.test(text)
    ? `Unable to access invalid index: ${text}: invalid index referenced`
    : `value was not a proper array index: '${text}': strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;

const tokenOf = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

function lookUp(document: unknown, pointer: string): unknown {
  let at = document;
  for (const token of pointer.split('/').slice(1).map(tokenOf)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, token)) return undefined;
    at = (at as { [key: string]: unknown })[token];
  }
  return at;
}

/** The library reads `01` and `1e0` as list positions, RFC 6901 does not. */
function refuseUnusualIndexes(document: unknown, pointer: string): void {
  let at = document;
  for (const token of pointer.split('/').slice(1).map(tokenOf)) {
    if (Array.isArray(at) && token !== '-' && !/^(?:0|[1-9]\d*)$/.test(token)) {
      throw new PatchError(
        'Inapplicable',
        `error in path: '${pointer}': ${JSON.stringify(token)} is not a list position`,
      );
    }
    if (typeof at !== 'object' || at === null) return;
    at = (at as { [key: string]: unknown })[token];
  }
}
