import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { cloneJson } from '../clone.js';
import { isJsonObject } from '../json.js';
import { PatchError } from './patch-error.js';

const MAX_OPERATIONS = 10_000;

/** RFC 6902 as Kubernetes reads it, all operations or none: `target` is not changed. Throws PatchError in its words. */
export function jsonPatch<T>(target: T, operations: unknown): T {
  const checked = checkedOperations(operations);
  let document = cloneJson(target);
  for (const operation of checked) document = apply(document, operation);
  return document;
}

function checkedOperations(operations: unknown): Operation[] {
  if (!Array.isArray(operations)) throw new PatchError('Malformed', 'a JSON patch must be a list of operations');
  if (operations.length > MAX_OPERATIONS) {
    const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    throw new PatchError('TooLarge', message);
  }
  return operations.map(checkedOperation);
}

const OPERATIONS: readonly unknown[] = ['add', 'remove', 'replace', 'move', 'copy', 'test'];
const isPointer = (value: unknown): boolean => typeof value === 'string' && (value === '' || value.startsWith('/'));

function checkedOperation(operation: unknown): Operation {
  const malformed = (message: string): PatchError => new PatchError('Inapplicable', message);
  if (!isJsonObject(operation)) throw malformed('an operation of a JSON patch must be an object');
  const { op, path, from, value = null } = operation;
  if (!OPERATIONS.includes(op)) throw malformed(`Unexpected kind: ${String(op)}`);
  if (!isPointer(path)) throw malformed('operation missing path field: missing value');
  if ((op === 'move' || op === 'copy') && !isPointer(from))
    throw malformed('operation, missing from field: missing value');
  // Checked above, member by member. Cloned because later operations may reach into what this one inserts.
  return cloneJson({ ...operation, value }) as unknown as Operation;
}

function apply<T>(document: T, operation: Operation): T {
  if (movesWhole(operation))
    throw new PatchError('Inapplicable', `${operation.op} operation does not apply: missing value`);
  const lenient = leniently(document, operation);
  if (lenient === undefined) return document;
  refuseUnusualIndexes(document, lenient.path);
  if ('from' in lenient) refuseUnusualIndexes(document, lenient.from);
  try {
    return fastJsonPatch.applyOperation(document, lenient, true, true).newDocument;
  } catch (error) {
    throw new PatchError('Inapplicable', explain(document, operation, error));
  }
}

/** The whole document can be tested and replaced, and nothing else. */
const movesWhole = (operation: Operation): boolean =>
  (operation.path === '' && operation.op !== 'test' && operation.op !== 'replace') ||
  ('from' in operation && operation.from === '');

/**
 * What Kubernetes makes of an operation RFC 6902 would refuse: a member that is missing is null where it is tested, copied or
 * replaced, and positions count from the end of a list when they are negative. Undefined when nothing is left to do.
 */
function leniently(document: unknown, operation: Operation): Operation | undefined {
  const path = positive(document, operation.path, operation.op === 'add' ? 1 : 0);
  if (operation.op === 'replace' && isAbsentMember(document, path)) return { ...operation, op: 'add', path };
  if (operation.op === 'test' && operation.value === null && isAbsentMember(document, path)) return undefined;
  if (operation.op === 'copy' && isAbsentMember(document, operation.from)) return { op: 'add', path, value: null };
  return { ...operation, path };
}

function isAbsentMember(document: unknown, pointer: string): boolean {
  const [parent, name] = splitPointer(pointer);
  const holder = lookUp(document, parent);
  return pointer !== '' && isJsonObject(holder) && !Object.hasOwn(holder, name);
}

function positive(document: unknown, pointer: string, room: number): string {
  const [parent, name] = splitPointer(pointer);
  const list = /^-[1-9]\d*$/.test(name) ? lookUp(document, parent) : undefined;
  if (!Array.isArray(list)) return pointer;
  const at = list.length + room + Number(name);
  return at < 0 ? pointer : `${parent}/${at}`;
}

/** The pointer to the parent, and the name of the member in it. */
const splitPointer = (pointer: string): readonly [string, string] => {
  const at = pointer.lastIndexOf('/');
  return [pointer.slice(0, Math.max(at, 0)), tokenOf(pointer.slice(at + 1))];
};

function explain(document: unknown, operation: Operation, error: unknown): string {
  const { op, path } = operation;
  if (op === 'test') return `testing value ${path} failed: test failed`;
  if (op === 'move' || op === 'copy') {
    const source = lookUp(document, operation.from);
    return source === undefined
      ? `${op} operation does not apply: doc is missing from path: ${operation.from}: missing value`
      : `${op} operation does not apply: doc is missing destination path: ${path}: missing value`;
  }
  const [above, last] = splitPointer(path);
  const parent = lookUp(document, above);
  if (Array.isArray(parent)) return `error in ${op} for path: '${path}': ${aboutIndex(last)}`;
  if (op === 'replace') return `replace operation does not apply: doc is missing path: ${path}: missing value`;
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
