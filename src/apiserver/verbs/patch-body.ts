import { goKind } from '../../apimachinery/go-text.js';
import { isJsonObject } from '../../apimachinery/json.js';
import { badRequest } from '../status-error.js';

export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';

/** What messages about a patch that cannot be read begin with. */
export const unreadable = (type: string): string => (type === STRATEGIC ? '' : 'error decoding patch: ');

/** The patch of a body; null is as good as none for the types Go reads into lists and maps of its own. */
export function patchOf(type: string, value: unknown): unknown {
  if (type === JSON_PATCH) return operationsOf(value);
  if (isJsonObject(value)) return value;
  if (value !== null) throw misfit(type, value, 'map[string]interface {}');
  if (type === STRATEGIC) return {};
  throw badRequest('Invalid JSON Patch');
}

function operationsOf(value: unknown): readonly unknown[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw misfit(JSON_PATCH, value, '[]handlers.jsonPatchOp');
  const wrong: unknown = value.find((operation) => !isJsonObject(operation));
  if (wrong !== undefined) throw misfit(JSON_PATCH, wrong, 'handlers.jsonPatchOp');
  return value;
}

const misfit = (type: string, value: unknown, wanted: string): Error =>
  badRequest(`${unreadable(type)}json: cannot unmarshal ${goKind(value)} into Go value of type ${wanted}`);

const OPERATION_MEMBERS: readonly string[] = ['op', 'path', 'from', 'value'];

/** What strict validation has against the operations of a JSON patch. */
export function operationProblems(operations: unknown, duplicates: readonly string[]): readonly string[] {
  const unknown = (Array.isArray(operations) ? operations : []).flatMap((operation: object, at) =>
    Object.keys(operation).flatMap((name) => (OPERATION_MEMBERS.includes(name) ? [] : [`[${at}].${name}`])),
  );
  return [
    ...duplicates.map((field) => `json patch duplicate field "${field}"`),
    ...unknown.map((field) => `json patch unknown field "${field}"`),
  ];
}
