import { goKind, goQuoted } from '../../apimachinery/go-text.js';
import { isJsonObject } from '../../apimachinery/json.js';
import { badRequest } from '../status-error.js';

export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';

export const MERGE = 'application/merge-patch+json';

/** Around why a patch cannot be read. Unless unknown fields are ignored it is read into a type of its own before it is applied. */
export const unreadable =
  (type: string, strict: boolean) =>
  (why: string): string => {
    if (!strict) return type === MERGE ? NO_PATCH : why;
    return type === STRATEGIC ? why : `error decoding patch: ${why}`;
  };

const NO_PATCH = 'Invalid JSON Patch';

/** The patch of a body; null is as good as none for the types Go reads into lists and maps of its own. */
export function patchOf(type: string, value: unknown, strict: boolean): unknown {
  if (type === JSON_PATCH) return operationsOf(value, strict);
  if (isJsonObject(value)) return value;
  // What is not read before may put a list where the object is.
  if (type === MERGE && !strict && Array.isArray(value)) return value;
  if (value !== null) throw badRequest(unreadable(type, strict)(misfit(value, 'value', 'map[string]interface {}')));
  if (type === STRATEGIC) return {};
  throw badRequest(NO_PATCH);
}

/** A null is an operation that says nothing. */
function operationsOf(value: unknown, strict: boolean): readonly unknown[] {
  if (value === null) return [];
  const why = strict ? strictMisfit(value) : lenientMisfit(value);
  if (why !== undefined || !Array.isArray(value)) throw badRequest(unreadable(JSON_PATCH, strict)(why ?? ''));
  return value.map((operation: unknown) => operation ?? {});
}

function lenientMisfit(value: unknown): string | undefined {
  if (!Array.isArray(value)) return misfit(value, 'value', 'jsonpatch.Patch');
  const wrong: unknown = value.find((operation) => operation !== null && !isJsonObject(operation));
  return wrong === undefined ? undefined : misfit(wrong, 'value', 'jsonpatch.Operation');
}

function strictMisfit(value: unknown): string | undefined {
  if (!Array.isArray(value)) return misfit(value, 'value', '[]handlers.jsonPatchOp');
  for (const operation of value as readonly unknown[]) {
    if (operation === null) continue;
    if (!isJsonObject(operation)) return misfit(operation, 'value', 'handlers.jsonPatchOp');
    const wrong = Object.entries(operation).find(([name, member]) => TEXTS.includes(name) && !isText(member));
    if (wrong) return misfit(wrong[1], `struct field jsonPatchOp.${wrong[0]}`, 'string');
  }
  return undefined;
}

const TEXTS: readonly string[] = ['op', 'path', 'from'];
const isText = (member: unknown): boolean => member === null || typeof member === 'string';

const misfit = (value: unknown, place: string, type: string): string =>
  `json: cannot unmarshal ${goKind(value)} into Go ${place} of type ${type}`;

const OPERATION_MEMBERS: readonly string[] = ['op', 'path', 'from', 'value'];

/** What strict validation has against the operations of a JSON patch. */
export function operationProblems(operations: unknown, duplicates: readonly string[]): readonly string[] {
  const unknown = (Array.isArray(operations) ? operations : []).flatMap((operation: object, at) =>
    Object.keys(operation).flatMap((name) => (OPERATION_MEMBERS.includes(name) ? [] : [`[${at}].${name}`])),
  );
  return [
    ...duplicates.map((field) => `json patch duplicate field ${goQuoted(field)}`),
    ...unknown.map((field) => `json patch unknown field ${goQuoted(field)}`),
  ];
}
