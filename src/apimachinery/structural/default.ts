import { cloneJson } from '../clone.js';
import { type JsonObject, mapUnlessSame, setMember } from '../json.js';
import { type Node, nodeOf, objectMetaNode } from './node.js';
import type { StructuralSchema } from './schema.js';

/**
 * Fills in defaults as the API server does on write and on read: a missing member with a default gets it, and so does an
 * explicit null that is not nullable; such a null without a default is dropped. `value` is not changed; unchanged parts
 * are shared. With `nulls: 'kept'` a null without a default stays, to be refused: so it is after an apply.
 */
export function applyDefaults<T>(schema: StructuralSchema, value: T, nulls: Nulls = 'dropped'): T {
  // Defaults belong to the declared type: the schema says so and CRDs are checked for it.
  return fill(value, nodeOf(schema), nulls, true) as T;
}

export type Nulls = 'dropped' | 'kept';

function fill(value: unknown, node: Node | undefined, nulls: Nulls, resource = node?.embedded ?? false): unknown {
  if (!node || typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? fillList(value, node, nulls) : fillMembers(value as JsonObject, node, nulls, resource);
}

const isRefusedNull = (value: unknown, node: Node | undefined): node is Node =>
  value === null && node !== undefined && !node.nullable;

function fillMembers(object: JsonObject, node: Node, nulls: Nulls, resource: boolean): JsonObject {
  let filled = object;
  const own = (): JsonObject => {
    if (filled === object) filled = { ...object };
    return filled;
  };
  for (const [name, value] of node.defaulted) {
    if (!Object.hasOwn(object, name)) setMember(own(), name, fill(cloneJson(value), node.properties.get(name), nulls));
  }
  for (const key of Object.keys(object)) {
    const child = resource && key === 'metadata' ? objectMetaNode() : (node.properties.get(key) ?? node.additional);
    if (!child) continue;
    const before = object[key];
    if (isRefusedNull(before, child) && !hasDefault(child)) {
      if (nulls === 'kept') continue;
      delete own()[key];
      continue;
    }
    const after = fill(isRefusedNull(before, child) ? cloneJson(child.default) : before, child, nulls);
    if (after !== before) setMember(own(), key, after);
  }
  return filled;
}

const hasDefault = (node: Node): boolean => node.default !== undefined && node.default !== null;

function fillList(list: readonly unknown[], node: Node, nulls: Nulls): readonly unknown[] {
  const { items } = node;
  if (!items) return list;
  return mapUnlessSame(list, (item) =>
    fill(isRefusedNull(item, items) && hasDefault(items) ? cloneJson(items.default) : item, items, nulls),
  );
}
