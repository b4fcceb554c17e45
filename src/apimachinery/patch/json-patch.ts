import { cloneJson } from '../clone.js';
import { equalJson, isJsonObject } from '../json.js';
import { PatchError } from './patch-error.js';
import { targetOf } from './pointer.js';

const MAX_OPERATIONS = 10_000;
/** As much as a body may have: a few copies of copies would fill any memory. */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/** RFC 6902 as Kubernetes reads it, all operations or none: `target` is not changed. Throws PatchError. */
export function jsonPatch<T>(target: T, operations: unknown): T {
  const budget = { bytes: MAX_COPIED_BYTES };
  let document: unknown = cloneJson(target);
  for (const operation of checkedOperations(operations)) document = applied(document, operation, budget);
  return document as T; // what the operations made of it is for the caller to check
}

/** What may still be copied. */
interface Budget {
  bytes: number;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  /** `''` where the operation needs none. */
  readonly from: string;
  readonly value: unknown;
}

function checkedOperations(operations: unknown): readonly Operation[] {
  if (!Array.isArray(operations)) throw new PatchError('Malformed', 'a JSON patch must be a list of operations');
  if (operations.length > MAX_OPERATIONS) {
    const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    throw new PatchError('TooLarge', message);
  }
  return operations.map(checkedOperation);
}

const inapplicable = (message: string): PatchError => new PatchError('Inapplicable', message);
/** What stands before the first slash is not looked at. */
const isPointer = (value: unknown): value is string =>
  typeof value === 'string' && (value === '' || value.includes('/'));

function checkedOperation(operation: unknown): Operation {
  if (!isJsonObject(operation)) throw inapplicable('an operation of a JSON patch must be an object');
  const { op, path, from, value = null } = operation;
  if (typeof op !== 'string') throw inapplicable('an operation must have a name');
  if (!isPointer(path)) throw inapplicable(`${op} needs a path`);
  if (op !== 'move' && op !== 'copy') return { op, path, from: '', value };
  if (!isPointer(from)) throw inapplicable(`${op} needs a path to come from`);
  return { op, path, from, value };
}

function applied(document: unknown, operation: Operation, budget: Budget): unknown {
  const { op, path, from, value } = operation;
  if (path === '') return appliedToWhole(document, operation);
  const target = () => targetOf(document, path);
  switch (op) {
    case 'add':
      // Cloned because later operations may reach into what this one inserts.
      target().insert(cloneJson(value));
      break;
    case 'replace':
      target().replace(cloneJson(value));
      break;
    case 'remove':
      target().remove();
      break;
    case 'copy':
      target().insert(copyOf(sourceOf(document, from).read(), budget));
      break;
    case 'move': {
      const source = sourceOf(document, from);
      const moved = source.read();
      source.remove();
      target().insert(moved);
      break;
    }
    case 'test':
      if (!equalJson(target().read(), value)) throw inapplicable(`${path} is not what it was tested for`);
      break;
    default:
      throw inapplicable(`no operation is named ${op}`);
  }
  return document;
}

function copyOf(value: unknown, budget: Budget): unknown {
  const text = JSON.stringify(value);
  budget.bytes -= Buffer.byteLength(text);
  if (budget.bytes < 0) throw inapplicable(`more than ${MAX_COPIED_BYTES} bytes are copied`);
  return JSON.parse(text);
}

/** The whole document can be tested and replaced, and nothing else. */
function appliedToWhole(document: unknown, { op, value }: Operation): unknown {
  if (op === 'replace') return cloneJson(value);
  if (op === 'test' && equalJson(document, value)) return document;
  throw inapplicable(`${op} does not apply to the whole document`);
}

function sourceOf(document: unknown, from: string) {
  if (from === '') throw inapplicable('the whole document cannot be put into itself');
  return targetOf(document, from);
}
