import { equalJson, isJsonObject } from '../json.js';
import { type FieldSet, FieldSetBuilder, without } from './field-set.js';
import { type Form, formOf, type ListType, type MapType, memberType, type OwnershipType } from './ownership-type.js';
import { fieldElement, itemElement } from './path-element.js';

/** Which paths a change touches. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** What differs between two objects; `ignored` paths, and all below them, are taken to be the same. */
export function compare(before: unknown, after: unknown, type: OwnershipType, ignored: FieldSet): Comparison {
  const walk: Walk = {
    added: new FieldSetBuilder(),
    modified: new FieldSetBuilder(),
    removed: new FieldSetBuilder(),
    path: [],
  };
  visit(before, after, type, walk);
  return {
    added: without(walk.added.set, ignored),
    modified: without(walk.modified.set, ignored),
    removed: without(walk.removed.set, ignored),
  };
}

interface Walk {
  readonly added: FieldSetBuilder;
  readonly modified: FieldSetBuilder;
  readonly removed: FieldSetBuilder;
  readonly path: string[];
}

function visit(before: unknown, after: unknown, type: OwnershipType, walk: Walk): void {
  if (before === after) return;
  const [left, right] = [formOf(type, before), formOf(type, after)];
  if (after === undefined) handle(left, before, after, type, walk);
  else if (before === undefined || left === right) handle(right, before, after, type, walk);
  else {
    handle(left, before, after, type, walk);
    handle(right, before, after, type, walk);
  }
  if (before === undefined) walk.added.add(walk.path);
  else if (after === undefined) walk.removed.add(walk.path);
}

function handle(form: Form, before: unknown, after: unknown, type: OwnershipType, walk: Walk): void {
  if (form === 'map' && type.map && !type.map.atomic) compareMembers(before, after, type.map, walk);
  else if (form === 'list' && type.list && !type.list.atomic) compareItems(before, after, type.list, walk);
  else compareWhole(before, after, walk);
}

function compareWhole(before: unknown, after: unknown, walk: Walk): void {
  if (before !== undefined && after !== undefined && !equalJson(before, after)) walk.modified.add(walk.path);
}

function compareMembers(before: unknown, after: unknown, map: MapType, walk: Walk): void {
  const left = isJsonObject(before) ? before : {};
  const right = isJsonObject(after) ? after : {};
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  if (names.size === 0) compareWhole(before, after, walk);
  for (const name of names) {
    walk.path.push(fieldElement(name));
    visit(
      Object.hasOwn(left, name) ? left[name] : undefined,
      Object.hasOwn(right, name) ? right[name] : undefined,
      memberType(map, name),
      walk,
    );
    walk.path.pop();
  }
}

function compareItems(before: unknown, after: unknown, list: ListType, walk: Walk): void {
  const left = byElement(before, list);
  const right = byElement(after, list);
  if (left.size === 0 && right.size === 0) compareWhole(before, after, walk);
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    walk.path.push(element);
    compareSame(left.get(element) ?? [], right.get(element) ?? [], list, walk);
    walk.path.pop();
  }
}

function byElement(value: unknown, list: ListType): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const [at, item] of (Array.isArray(value) ? value : []).entries()) {
    const element = itemElement(item, list) ?? `i:${at}`;
    const same = found.get(element);
    if (same) same.push(item);
    else found.set(element, [item]);
  }
  return found;
}

/** Items under one element; several of them cannot be told apart and are compared as one. */
function compareSame(left: readonly unknown[], right: readonly unknown[], list: ListType, walk: Walk): void {
  if (left.length <= 1 && right.length <= 1) visit(left[0], right[0], list.items, walk);
  else if (left.length >= 2 && right.length >= 2) {
    if (!equalJson(left, right)) walk.modified.add(walk.path);
  } else if (left.length >= 2) {
    if (right.length > 0) visit(undefined, right[0], list.items, walk);
    walk.removed.add(walk.path);
  } else {
    if (left.length > 0) visit(left[0], undefined, list.items, walk);
    walk.added.add(walk.path);
  }
}
