import { isJsonObject, type JsonObject } from '../json.js';
import { EMPTY, elementsOf, type FieldSet, hasElement, nodeOfSet } from './field-set.js';
import { formOf, type ListType, type MapType, memberType, type OwnershipType } from './ownership-type.js';
import { fieldElement, itemElement, nameOf } from './path-element.js';

/** Everything a value says: the set its manager owns after applying it. */
export const fieldsOf = (value: unknown, type: OwnershipType): FieldSet => walk(value, type).children;

interface Said {
  readonly member: boolean;
  readonly children: FieldSet;
}

const WHOLE: Said = { member: true, children: EMPTY };
const NOTHING: Said = { member: false, children: EMPTY };

function walk(value: unknown, type: OwnershipType): Said {
  const form = formOf(type, value);
  if (form === 'scalar') return WHOLE;
  if (form === 'map' && type.map) {
    if (type.map.atomic) return WHOLE;
    return isJsonObject(value) ? { member: false, children: nodeOfSet(members(value, type.map)) } : NOTHING;
  }
  if (!type.list || type.list.atomic) return WHOLE;
  return Array.isArray(value) ? { member: false, children: nodeOfSet(items(value, type.list)) } : NOTHING;
}

function* members(object: JsonObject, map: MapType): Generator<readonly [string, boolean, FieldSet]> {
  for (const [name, value] of Object.entries(object)) {
    const { member, children } = walk(value, memberType(map, name));
    const isBare = value === null || (isJsonObject(value) && Object.keys(value).length === 0);
    yield [fieldElement(name), member || isBare || !map.fields.has(name), children];
  }
}

function* items(list: readonly unknown[], type: ListType): Generator<readonly [string, boolean, FieldSet]> {
  const elements = list.map((item, at) => itemElement(item, type) ?? `i:${at}`);
  const times = new Map<string, number>();
  for (const element of elements) times.set(element, (times.get(element) ?? 0) + 1);
  for (const [at, element] of elements.entries()) {
    // Of items that cannot be told apart nothing inside is owned.
    yield [element, true, times.get(element) === 1 ? walk(list[at], type.items).children : EMPTY];
  }
}

/** The set with every declared member on the way to a path as a path of its own: what can be removed as a whole. */
export function withNamedFields(set: FieldSet, type: OwnershipType | undefined): FieldSet {
  return nodeOfSet(
    elementsOf(set).map((element) => {
      const name = nameOf(element);
      const declared = name !== undefined && (type?.map?.fields.has(name) ?? false);
      return [
        element,
        declared || hasElement(set, element),
        withNamedFields(set[element] ?? EMPTY, typeBelow(type, name)),
      ];
    }),
  );
}

function typeBelow(type: OwnershipType | undefined, name: string | undefined): OwnershipType | undefined {
  return name === undefined ? type?.list?.items : type?.map && memberType(type.map, name);
}
