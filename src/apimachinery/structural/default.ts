import { cloneJson } from '../clone.js';
import { type JsonObject, setMember } from '../json.js';
import { type Node, nodeOf, objectMetaNode } from './node.js';
import type { StructuralSchema } from './schema.js';

/**
 * Fills in defaults as the API server does on write and on read: a missing member with a default gets it, and so does an
 * explicit null that is not nullable; such a null without a default is dropped. `value` is not changed; unchanged parts
 * are shared.
 */
export function applyDefaults<T>(schema: StructuralSchema, value: T): T {
  // Defaults belong to the declared type: the schema says so and CRDs are checked for it.
  return fill(value, nodeOf(schema), true) as T;
}

function fill(value: unknown, node: Node | undefined, resource = node?.embedded ?? false): unknown {
  if (!node || typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? fillList(value, node) : fillMembers(value as JsonObject, node, resource);
}

const isRefusedNull = (value: unknown, node: Node | undefined): node is Node =>
  value === null && node !== undefined && !node.nullable;

function fillMembers(object: JsonObject, node: Node, resource: boolean): JsonObject {
  let filled = object;
  const own = (): JsonObject => {
    if (filled === object) filled = { ...object };
    return filled;
  };
  for (const [name, value] of node.defaulted) {
    if (!Object.hasOwn(object, name)) setMember(own(), name, fill(cloneJson(value), node.properties.get(name)));
  }
  for (const key of Object.keys(object)) {
    const child = resource && key === 'metadata' ? objectMetaNode() : (node.properties.get(key) ?? node.additional);
    if (!child) continue;
    const before = object[key];
    if (isRefusedNull(before, child) && !hasDefault(child)) {
      delete own()[key];
      continue;
    }
    const after = fill(isRefusedNull(before, child) ? cloneJson(child.default) : before, child);
    if (after !== before) setMember(own(), key, after);
  }
  return filled;
}

const hasDefault = (node: Node): boolean => node.default !== undefined && node.default !== null;

function fillList(list: readonly unknown[], node: Node): readonly unknown[] {
  const { items } = node;
  if (!items) return list;
  let filled = list;
  for (const [at, item] of list.entries()) {
    const start = isRefusedNull(item, items) && hasDefault(items) ? cloneJson(items.default) : item;
    const after = fill(start, items);
    if (after !== item) filled = filled.with(at, after);
  }
  return filled;
}
