import { goText } from '../go-text.js';
import { isJsonObject, type JsonObject, memberOf, setMember } from '../json.js';
import { OBJECT_META } from '../structural/object-meta.js';
import type { StructuralSchema } from '../structural/schema.js';
import { type Identity, ordered, positions } from './element-order.js';
import { PatchError } from './patch-error.js';

const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const ELEMENT_ORDER = '$setElementOrder/';
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/';

type Schema = StructuralSchema | undefined;

/**
 * Kubernetes' strategic merge patch of an object of a built-in kind: lists whose schema says
 * `x-kubernetes-patch-strategy: merge` are merged, by `x-kubernetes-patch-merge-key` where their items are objects.
 * Nothing is changed in place. Throws PatchError.
 */
export function strategicMergePatch(schema: StructuralSchema, original: JsonObject, patch: unknown): JsonObject {
  if (!isJsonObject(patch)) throw malformed('a strategic merge patch must be an object');
  return mergeObject(original, patch, { ...schema, properties: { ...schema.properties, metadata: OBJECT_META } });
}

const malformed = (message: string): PatchError => new PatchError('Malformed', message);

const isDirective = (key: string): boolean =>
  key === PATCH || key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER) || key.startsWith(DELETE_PRIMITIVES);

const childSchema = (schema: Schema, key: string): Schema => {
  const additional = schema?.additionalProperties;
  return memberOf(schema?.properties, key) ?? (typeof additional === 'object' ? additional : undefined);
};

const hasStrategy = (schema: Schema, strategy: string): boolean =>
  schema?.['x-kubernetes-patch-strategy']?.split(',').includes(strategy) ?? false;

const mergeKeyOf = (schema: Schema): string | undefined => schema?.['x-kubernetes-patch-merge-key'];

function mergeObject(original: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  if (Object.hasOwn(patch, PATCH)) return wholeObject(patch);
  const merged = retained(original, patch);
  const done = mergeOrderedLists(merged, patch, schema);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_PRIMITIVES)) deletePrimitives(merged, key.slice(DELETE_PRIMITIVES.length), value);
    else if (!isDirective(key) && !done.has(key)) mergeMember(merged, key, value, childSchema(schema, key));
  }
  return merged;
}

function wholeObject(patch: JsonObject): JsonObject {
  const { [PATCH]: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw malformed(`unknown patch type: ${String(directive)} in map: ${goText(patch)}`);
}

/** `$retainKeys` names every member that may stay; a patch that sets another one contradicts itself. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return { ...original };
  const keep = patch[RETAIN_KEYS];
  const isKept = (key: string): boolean => Array.isArray(keep) && keep.includes(key);
  const strays = Object.entries(patch).some(([key, value]) => value !== null && !isDirective(key) && !isKept(key));
  if (!Array.isArray(keep) || strays) throw new PatchError('BadFormat', 'invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(original).filter(([key]) => isKept(key)));
}

function mergeMember(merged: JsonObject, key: string, value: unknown, schema: Schema): void {
  const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
  if (value === null) {
    delete merged[key];
  } else if (isJsonObject(before) && isJsonObject(value)) {
    setMember(merged, key, hasStrategy(schema, 'replace') ? value : mergeObject(before, value, schema));
  } else if (Array.isArray(before) && Array.isArray(value)) {
    setMember(merged, key, hasStrategy(schema, 'merge') ? mergeList(before, value, schema) : value);
  } else {
    const taken = withoutDirectives(value);
    if (taken === undefined) delete merged[key];
    else setMember(merged, key, taken);
  }
}

/** A part of a patch that meets nothing to merge with: nulls mean nothing there, and a directive is no value. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, PATCH)) return undefined;
  const taken: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    const kept = member === null || isDirective(key) ? undefined : withoutDirectives(member);
    if (kept !== undefined) setMember(taken, key, kept);
  }
  return taken;
}

const identityBy =
  (mergeKey: string | undefined): Identity =>
  (item) =>
    mergeKey !== undefined && isJsonObject(item) ? item[mergeKey] : item;

function mergeList(original: readonly unknown[], patch: readonly unknown[], schema: Schema): unknown[] {
  if (![...original, ...patch].some(isJsonObject)) {
    return ordered([...new Set([...original, ...patch])], patch, original, identityBy(undefined));
  }
  const mergeKey = mergeKeyOf(schema);
  if (mergeKey === undefined) throw malformed('cannot merge lists without merge key');
  const { kept, items } = withoutSpecialItems(original, patch, mergeKey);
  const identity = identityBy(mergeKey);
  const merged = [...kept];
  const places = positions(merged, identity);
  for (const item of items) {
    const at = places.get(item[mergeKey]) ?? merged.length;
    const before = merged[at];
    if (isJsonObject(before)) merged[at] = mergeObject(before, item, schema?.items);
    else {
      if (at === merged.length) places.set(item[mergeKey], at);
      merged.push(withoutDirectives(item));
    }
  }
  return ordered(merged, items, kept, identity);
}

interface SpecialItems {
  readonly kept: readonly unknown[];
  readonly items: readonly JsonObject[];
}

function withoutSpecialItems(original: readonly unknown[], patch: readonly unknown[], mergeKey: string): SpecialItems {
  const objects = patch.map((item) => {
    if (!isJsonObject(item))
      throw malformed(`list element types are not identical: [${goText(original)} ${goText(patch)}]`);
    return item;
  });
  const items = objects.filter((item) => !Object.hasOwn(item, PATCH));
  const special = objects.filter((item) => Object.hasOwn(item, PATCH));
  for (const item of objects)
    if (item[PATCH] !== 'replace' && !Object.hasOwn(item, mergeKey)) throw noKey(item, mergeKey);
  const unknown = special.find((item) => item[PATCH] !== 'delete' && item[PATCH] !== 'replace');
  if (unknown?.[PATCH] === 'merge') throw malformed('merging lists cannot yet be specified in the patch');
  if (unknown) throw malformed(`unknown patch type: ${String(unknown[PATCH])} in map: ${goText(unknown)}`);
  if (special.some((item) => item[PATCH] === 'replace')) return { kept: items.map(withoutDirectives), items: [] };
  const gone = new Set(special.map((item) => item[mergeKey]));
  return { kept: original.filter((item) => !isJsonObject(item) || !gone.has(item[mergeKey])), items };
}

const noKey = (item: JsonObject, mergeKey: string): PatchError =>
  malformed(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);

/** `$setElementOrder/x` gives the order the list `x` shall have, whether or not the patch changes its items. */
function mergeOrderedLists(merged: JsonObject, patch: JsonObject, schema: Schema): Set<string> {
  const done = new Set<string>();
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(ELEMENT_ORDER)) continue;
    const key = directive.slice(ELEMENT_ORDER.length);
    const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
    const items = Object.hasOwn(patch, key) ? patch[key] : undefined;
    if (!Array.isArray(order)) throw new PatchError('BadFormat', 'invalid patch format of setElementOrder list');
    // A null or anything else beside the order is an ordinary member of the patch.
    if ((before === undefined && items === undefined) || (items !== undefined && !Array.isArray(items))) continue;
    const list = childSchema(schema, key);
    const identity = identityBy(mergeKeyOf(list));
    if (items) refuseOtherOrder(items, order, identity);
    const live = Array.isArray(before) ? before : [];
    const result =
      items === undefined ? live : Array.isArray(before) ? mergeList(live, items, list) : withoutDirectives(items);
    setMember(merged, key, Array.isArray(result) ? ordered(result, order, live, identity) : result);
    if (items) done.add(key);
  }
  return done;
}

function refuseOtherOrder(items: readonly unknown[], order: readonly unknown[], identity: Identity): void {
  const listed = positions(order, identity);
  const places = items
    .filter((item) => !isJsonObject(item) || !Object.hasOwn(item, PATCH))
    .map((item) => listed.get(identity(item)) ?? -1);
  if (listed.size > 0 && places.some((place, at) => place < 0 || place < (places[at - 1] ?? 0))) {
    throw malformed(
      `The order in patch list:\n${goText(items)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
    );
  }
}

function deletePrimitives(merged: JsonObject, key: string, gone: unknown): void {
  if (!Array.isArray(gone)) throw new PatchError('BadFormat', 'invalid patch format of primitive list');
  const list = merged[key];
  if (Array.isArray(list)) merged[key] = list.filter((item) => !gone.includes(item));
}
