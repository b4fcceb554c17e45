import { isJsonObject, type JsonObject, setMember } from '../json.js';
import { formOf, type ListType, type MapType, memberType, type OwnershipType } from './ownership-type.js';
import { itemElement } from './path-element.js';

/** The live value with everything the applied one says; `live` itself when that changes nothing. */
export function merge(live: unknown, applied: unknown, type: OwnershipType): unknown {
  if (applied === undefined || live === applied) return live;
  if (live === undefined) return applied;
  const form = formOf(type, applied);
  if (form === 'map' && type.map && !type.map.atomic && hasMembers(live, applied)) {
    return mergeMembers(isJsonObject(live) ? live : {}, isJsonObject(applied) ? applied : {}, type.map);
  }
  if (form === 'list' && type.list && !type.list.atomic && hasItems(live, applied)) {
    return mergeItems(Array.isArray(live) ? live : [], Array.isArray(applied) ? applied : [], type.list);
  }
  return applied;
}

const hasMembers = (...values: unknown[]): boolean =>
  values.some((value) => isJsonObject(value) && Object.keys(value).length > 0);

const hasItems = (...values: unknown[]): boolean => values.some((value) => Array.isArray(value) && value.length > 0);

function mergeMembers(live: JsonObject, applied: JsonObject, map: MapType): JsonObject {
  let merged = live;
  for (const [name, value] of Object.entries(applied)) {
    const before = Object.hasOwn(live, name) ? live[name] : undefined;
    const after = merge(before, value, memberType(map, name));
    if (after === before) continue;
    if (merged === live) merged = { ...live };
    setMember(merged, name, after);
  }
  return merged;
}

/**
 * Items of both lists: those applied in the order they are applied in, those only live where they stood among the shared
 * ones.
 */
function mergeItems(live: readonly unknown[], applied: readonly unknown[], list: ListType): readonly unknown[] {
  const left = live.map((item, at) => itemElement(item, list) ?? `i:${at}`);
  const right = applied.map((item, at) => itemElement(item, list) ?? `i:${at}`);
  const liveItems = firstByElement(live, left);
  const appliedItems = firstByElement(applied, right);
  const shared = right.filter((element) => liveItems.has(element));
  const done = new Set<string>();
  const merged: unknown[] = [];
  const take = (element: string): void => {
    done.add(element);
    merged.push(merge(liveItems.get(element), appliedItems.get(element), list.items));
    if (shared[0] === element) shared.shift();
  };
  let [at, next] = [0, 0];
  while (at < left.length || next < right.length) {
    const [ours, theirs] = [left[at], right[next]];
    if (ours !== undefined && theirs !== undefined) {
      if (ours === theirs) {
        take(ours);
        at++;
        next++;
        continue;
      }
      // Shared, but not the next one in the applied order: it is taken when its turn comes.
      if (appliedItems.has(ours) && shared[0] !== undefined && shared[0] !== ours) {
        at++;
        continue;
      }
    }
    if (ours !== undefined && !appliedItems.has(ours)) {
      merged.push(live[at++]);
      continue;
    }
    if (ours !== undefined && done.has(ours)) at++;
    if (theirs !== undefined) {
      take(theirs);
      next++;
    }
  }
  return merged.length === live.length && merged.every((item, position) => item === live[position]) ? live : merged;
}

function firstByElement(list: readonly unknown[], elements: readonly string[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [at, element] of elements.entries()) if (!found.has(element)) found.set(element, list[at]);
  return found;
}
