import { isJsonObject, type JsonObject, setMember } from '../json.js';
import { below, type FieldSet, hasElement, isEmptySet } from './field-set.js';
import { formOf, type ListType, type MapType, memberType, type OwnershipType } from './ownership-type.js';
import { fieldElement, itemElement } from './path-element.js';

/**
 * The value without the paths of the set; the value itself when it has none of them. A map or list that loses all it had
 * becomes null, which still mentions its field.
 */
export function remove(value: unknown, set: FieldSet, type: OwnershipType): unknown {
  if (isEmptySet(set)) return value;
  const form = formOf(type, value);
  if (form === 'map' && type.map && !type.map.atomic && isJsonObject(value)) {
    return removeMembers(value, set, type.map);
  }
  if (form === 'list' && type.list && !type.list.atomic && Array.isArray(value)) {
    return removeItems(value, set, type.list);
  }
  return value;
}

function removeMembers(object: JsonObject, set: FieldSet, map: MapType): JsonObject | null {
  const kept: JsonObject = {};
  let changed = false;
  for (const [name, value] of Object.entries(object)) {
    const element = fieldElement(name);
    if (hasElement(set, element)) {
      changed = true;
      continue;
    }
    const after = remove(value, below(set, element), memberType(map, name));
    changed ||= after !== value;
    setMember(kept, name, after);
  }
  if (!changed) return object;
  return Object.keys(kept).length > 0 ? kept : null;
}

function removeItems(items: readonly unknown[], set: FieldSet, list: ListType): readonly unknown[] | null {
  const kept: unknown[] = [];
  for (const [at, item] of items.entries()) {
    const element = itemElement(item, list) ?? `i:${at}`;
    if (hasElement(set, element)) continue;
    kept.push(remove(item, below(set, element), list.items));
  }
  if (kept.length === items.length && kept.every((item, at) => item === items[at])) return items;
  return kept.length > 0 ? kept : null;
}
