import { isJsonObject, type JsonObject, mapUnlessSame, setMember } from '../json.js';
import { isTypeOrMetadata, type Node, nodeOf, objectMetaNode } from './node.js';
import type { StructuralSchema } from './schema.js';
import { pathOf, type Trail } from './trail.js';

export interface Pruned<T> {
  /** The value itself when nothing had to go. */
  readonly value: T;
  /** Sorted paths, as Kubernetes names them in `unknown field "spec.foo"`. */
  readonly pruned: readonly string[];
  /** The same in the order of the value. */
  readonly found: readonly string[];
}

interface Walk {
  readonly trail: Trail;
  readonly pruned: string[];
}

/** Removes what the schema of a resource does not know. `value` is not changed; unchanged parts are shared. */
export const prune = <T>(schema: StructuralSchema, value: T): Pruned<T> => pruneAs(schema, value, true);

/** As `prune`, for a value inside a resource. */
export const pruneValue = <T>(schema: StructuralSchema, value: T): Pruned<T> => pruneAs(schema, value, undefined);

function pruneAs<T>(schema: StructuralSchema, value: T, resource: boolean | undefined): Pruned<T> {
  const walk: Walk = { trail: [], pruned: [] };
  // Removing optional members keeps the declared type.
  const kept = pruneNode(value, nodeOf(schema), walk, resource) as T;
  return { value: kept, pruned: walk.pruned.toSorted(), found: walk.pruned };
}

function pruneNode(value: unknown, node: Node | undefined, walk: Walk, resource = node?.embedded ?? false): unknown {
  if (Array.isArray(value)) return pruneList(value, node, walk);
  return isJsonObject(value) ? pruneMembers(value, node, walk, resource) : value;
}

function pruneMembers(object: JsonObject, node: Node | undefined, walk: Walk, resource: boolean): JsonObject {
  let kept = object;
  for (const key of Object.keys(object)) {
    const child = childOf(node, key, resource);
    if (child === KEEP) continue;
    walk.trail.push(key);
    if (child === DROP) {
      walk.pruned.push(pathOf(walk.trail));
      if (kept === object) kept = { ...object };
      delete kept[key];
    } else {
      const before = object[key];
      const after = pruneNode(before, child, walk);
      if (after !== before) {
        if (kept === object) kept = { ...object };
        setMember(kept, key, after);
      }
    }
    walk.trail.pop();
  }
  return kept;
}

const KEEP = Symbol('keep');
const DROP = Symbol('drop');

/** The schema of a member (undefined: one that allows nothing inside), or what to do with the member as a whole. */
function childOf(node: Node | undefined, key: string, resource: boolean): Node | undefined | typeof KEEP | typeof DROP {
  if (resource && isTypeOrMetadata(key)) return key === 'metadata' ? objectMetaNode() : KEEP;
  const property = node?.properties.get(key);
  if (property) return property;
  if (node?.additionalProperties) return node.additional;
  return node?.preservesUnknown ? KEEP : DROP;
}

function pruneList(list: readonly unknown[], node: Node | undefined, walk: Walk): readonly unknown[] {
  if (node?.preservesUnknown && !node.items) return list;
  return mapUnlessSame(list, (item, at) => {
    walk.trail.push(at);
    const kept = pruneNode(item, node?.items, walk);
    walk.trail.pop();
    return kept;
  });
}
