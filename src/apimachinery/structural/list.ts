import { canonicalJson, isJsonObject, type JsonObject } from '../json.js';
import { duplicate, type FieldError, invalid, tooMany } from './field-error.js';
import type { Node } from './node.js';

/** minItems, maxItems and uniqueItems. */
export function checkListSize(list: readonly unknown[], node: Node, path: () => string, errors: FieldError[]): void {
  const { minItems, maxItems, uniqueItems } = node.schema;
  if (minItems !== undefined && list.length < minItems) {
    errors.push(invalid(path(), list.length, `${path()} in body should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && list.length > maxItems) errors.push(tooMany(path(), list.length, maxItems));
  if (uniqueItems && new Set(list.map(canonicalJson)).size < list.length) {
    errors.push(invalid(path(), '', `${path()} in body shouldn't contain duplicates`));
  }
}

/** The keys of a list item as a comparable text; equal for equal keys whatever their order in the object. */
export function keyTextOf(item: unknown, keys: readonly string[]): string {
  if (!isJsonObject(item)) return '';
  let text = '';
  for (const key of keys) if (Object.hasOwn(item, key)) text += `${JSON.stringify(key)}:${JSON.stringify(item[key])},`;
  return text;
}

/** Items that repeat the value (`set`) or the keys (`map`) of another; each repeated one is named once, where it is second. */
export function checkUniqueness(list: readonly unknown[], node: Node, path: () => string, errors: FieldError[]): void {
  if (node.listType === 'atomic') return;
  if (node.listType === 'map') {
    const wrong = list.findIndex((item) => item !== null && !isJsonObject(item));
    if (wrong >= 0) {
      errors.push(invalid(`${path()}[${wrong}]`, list[wrong], 'must be an object for an array of list-type map'));
      return;
    }
  }
  const textOf =
    node.listType === 'map'
      ? (item: unknown) => keyTextOf(item, node.listMapKeys)
      : (item: unknown) => canonicalJson(item);
  const seen = new Map<string, number>();
  for (const [at, item] of list.entries()) {
    const text = textOf(item);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    if (times === 1) errors.push(duplicate(`${path()}[${at}]`, identityOf(item, node)));
  }
}

function identityOf(item: unknown, node: Node): unknown {
  if (node.listType === 'set') return item;
  const present = isJsonObject(item) ? node.listMapKeys.filter((key) => Object.hasOwn(item, key)) : [];
  return Object.fromEntries(present.sort().map((key) => [key, (item as JsonObject)[key]]));
}
