import { isJsonObject, type JsonObject, setMember } from '../json.js';
import { below, type FieldSet, hasElement, isEmptySet } from './field-set.js';
import { formOf, type ListType, type MapType, memberType, type OwnershipType } from './ownership-type.js';
import { fieldElement, itemElement } from './path-element.js';

/**
 * The value without the paths of the set; the value itself when it has none of them. A map or list that loses all it had
 * becomes null, which still mentions its field.
 */
export const remove = (value: unknown, set: FieldSet, type: OwnershipType): unknown =>
  emptiedAs(null, value, set, type);

/** As `remove`, but a map or list that loses all it had is left out, and undefined at the top. */
export const removeWhole = (value: unknown, set: FieldSet, type: OwnershipType): unknown =>
  emptiedAs(undefined, value, set, type);

type Placeholder = null | undefined;

/** Stands for a map or list that lost everything while its own path was not to go. */
const EMPTIED = Symbol('emptied');

function emptiedAs(placeholder: Placeholder, value: unknown, set: FieldSet, type: OwnershipType): unknown {
  const left = walk(placeholder, value, set, type);
  return left === EMPTIED ? placeholder : left;
}

function walk(placeholder: Placeholder, value: unknown, set: FieldSet, type: OwnershipType): unknown {
  if (isEmptySet(set)) return value;
  const form = formOf(type, value);
  if (form === 'map' && type.map && !type.map.atomic && isJsonObject(value)) {
    return removeMembers(placeholder, value, set, type.map);
  }
  if (form === 'list' && type.list && !type.list.atomic && Array.isArray(value)) {
    return removeItems(placeholder, value, set, type.list);
  }
  return value;
}

function removeMembers(placeholder: Placeholder, object: JsonObject, set: FieldSet, map: MapType): unknown {
  const kept: JsonObject = {};
  let changed = false;
  let left = 0;
  for (const [name, value] of Object.entries(object)) {
    const element = fieldElement(name);
    if (hasElement(set, element)) {
      changed = true;
      continue;
    }
    left++;
    const after = walk(placeholder, value, below(set, element), memberType(map, name));
    changed ||= after !== value;
    const shown = after === EMPTIED ? placeholder : after;
    if (shown !== undefined) setMember(kept, name, shown);
  }
  if (!changed) return object;
  return left > 0 ? kept : EMPTIED;
}

function removeItems(placeholder: Placeholder, items: readonly unknown[], set: FieldSet, list: ListType): unknown {
  const kept: unknown[] = [];
  let left = 0;
  for (const [at, item] of items.entries()) {
    const element = itemElement(item, list) ?? `i:${at}`;
    if (hasElement(set, element)) continue;
    left++;
    const after = walk(placeholder, item, below(set, element), list.items);
    if (after !== EMPTIED || placeholder !== undefined) kept.push(after === EMPTIED ? placeholder : after);
  }
  if (kept.length === items.length && kept.every((item, at) => item === items[at])) return items;
  return left > 0 ? kept : EMPTIED;
}
