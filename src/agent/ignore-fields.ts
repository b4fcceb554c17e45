import type { IgnoreField } from '../api/manifest-config.js';
import type { Unstructured } from '../api/meta.js';
import type { Query } from './feedback.js';
import { compileJqPaths, type Path } from './jq.js';

/** An ignoreFields entry that cannot be evaluated; the text is the message of the condition. */
export class IgnoreFieldError extends Error {
  override readonly name = 'IgnoreFieldError';
}

const isObject = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function deletePath(root: unknown, path: Path): void {
  const last = path[path.length - 1];
  let node = root;
  for (const key of path.slice(0, -1)) {
    if (Array.isArray(node) && typeof key === 'number') node = node[key];
    else if (isObject(node)) node = node[key];
    else return;
  }
  if (Array.isArray(node) && typeof last === 'number') node.splice(last, 1);
  else if (isObject(node) && last !== undefined) delete node[last];
}

/** The text after the last dot is a key, deleted from every object that the text before it leads to. Elements of lists stay. */
function removeJsonPath(object: Unstructured, path: string, query: Query): void {
  const dot = path.lastIndexOf('.');
  const key = path.slice(dot + 1);
  if (dot < 0 || key.endsWith(']')) return;
  const parents = dot === 0 ? [object] : query(object, path.slice(0, dot));
  for (const parent of parents) if (isObject(parent)) delete parent[key];
}

function removePointer(object: Unstructured, pointer: string): void {
  if (pointer === '') throw new IgnoreFieldError('Failed to process ignoreFields: JSON pointer is empty');
  if (!pointer.startsWith('/'))
    throw new IgnoreFieldError(`Failed to process ignoreFields: JSON pointer '${pointer}' must start with /`);
  const keys = pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let node: unknown = object;
  for (const key of keys.slice(0, -1))
    node = Array.isArray(node) ? node[Number(key)] : isObject(node) ? node[key] : undefined;
  const last = keys[keys.length - 1] ?? '';
  if (Array.isArray(node) && /^\d+$/.test(last)) node.splice(Number(last), 1);
  else if (isObject(node)) delete node[last];
}

function removeJq(object: Unstructured, expression: string): void {
  try {
    const paths = compileJqPaths(expression)(object);
    // Later elements first, so that indexes of earlier ones stay true.
    for (const path of paths.reverse()) deletePath(object, path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new IgnoreFieldError(`Failed to process ignoreFields: JQ expression error in '${expression}': ${why}`, {
      cause: error,
    });
  }
}

/** A copy of the manifest without the fields that are left to the cluster once the object exists. */
export function withoutIgnored(manifest: Unstructured, fields: readonly IgnoreField[], query: Query): Unstructured {
  const object = structuredClone(manifest);
  for (const field of fields) {
    if (field.condition !== 'OnSpokePresent') continue;
    for (const path of field.jsonPaths ?? []) removeJsonPath(object, path, lenient(query));
    for (const pointer of field.jsonPointers ?? []) removePointer(object, pointer);
    for (const expression of field.jqPathExpressions ?? []) removeJq(object, expression);
  }
  return object;
}

/** As OCM: a JSONPath that cannot be parsed ignores nothing. */
const lenient =
  (query: Query): Query =>
  (object, path) => {
    try {
      return query(object, path);
    } catch {
      return [];
    }
  };
