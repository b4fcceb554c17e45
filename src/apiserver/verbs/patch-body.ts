import { goKind, goQuoted } from '../../apimachinery/go-text.js';
import { isJsonObject } from '../../apimachinery/json.js';
import { badRequest } from '../status-error.js';

export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';

/** What messages about a patch that cannot be read begin with. */
export const unreadable = (type: string, strict: boolean): string =>
  type === STRATEGIC || (type === JSON_PATCH && !strict) ? '' : 'error decoding patch: ';

/** The patch of a body; null is as good as none for the types Go reads into lists and maps of its own. */
export function patchOf(type: string, value: unknown, strict: boolean): unknown {
  if (type === JSON_PATCH) return operationsOf(value, strict);
  if (isJsonObject(value)) return value;
  if (value !== null) throw misfit(unreadable(type, strict), value, 'map[string]interface {}');
  if (type === STRATEGIC) return {};
  throw badRequest('Invalid JSON Patch');
}

/** Unless unknown fields are ignored, kube-apiserver reads the operations into a type of its own before they are applied. */
function operationsOf(value: unknown, strict: boolean): readonly unknown[] {
  if (value === null) return [];
  const [list, one] = strict
    ? ['[]handlers.jsonPatchOp', 'handlers.jsonPatchOp']
    : ['jsonpatch.Patch', 'jsonpatch.Operation'];
  const before = unreadable(JSON_PATCH, strict);
  if (!Array.isArray(value)) throw misfit(before, value, list);
  const wrong: unknown = value.find((operation) => !isJsonObject(operation));
  if (wrong !== undefined) throw misfit(before, wrong, one);
  return value;
}

const misfit = (before: string, value: unknown, wanted: string): Error =>
  badRequest(`${before}json: cannot unmarshal ${goKind(value)} into Go value of type ${wanted}`);

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
