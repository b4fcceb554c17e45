import { isJsonObject, type JsonObject, setMember } from '../json.js';

/**
 * RFC 7386, and as Kubernetes has it: nulls go from the objects in a list, too, unless the list replaces an object. Nothing
 * is changed in place; parts that stay are shared with `target` and `patch`.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(target)) return withoutNulls(patch);
  if (!isJsonObject(patch)) return patch;
  const merged: JsonObject = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else setMember(merged, key, mergePatch(Object.hasOwn(merged, key) ? merged[key] : undefined, value));
  }
  return merged;
}

/** Without the members that only delete. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const kept: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== null) setMember(kept, key, withoutNulls(member));
  }
  return kept;
}
