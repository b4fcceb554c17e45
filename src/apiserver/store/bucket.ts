import type { StoredItem } from './item.js';

/** Index of the first key not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The items of one resource, in key order. */
export class Bucket {
  readonly #items = new Map<string, StoredItem>();
  readonly #keys: string[] = [];

  get(key: string): StoredItem | undefined {
    return this.#items.get(key);
  }

  set(item: StoredItem): void {
    if (!this.#items.has(item.key)) this.#keys.splice(lowerBound(this.#keys, item.key), 0, item.key);
    this.#items.set(item.key, item);
  }

  delete(key: string): void {
    if (this.#items.delete(key)) this.#keys.splice(lowerBound(this.#keys, key), 1);
  }

  under(prefix: string): StoredItem[] {
    const from = lowerBound(this.#keys, prefix);
    const to = lowerBound(this.#keys, `${prefix}\uffff`);
    const found: StoredItem[] = [];
    for (let index = from; index < to; index += 1) {
      const item = this.#items.get(this.#keys[index] ?? '');
      if (item) found.push(item);
    }
    return found;
  }
}

/** `group/plural`: the part of a key all objects of a resource share. */
export const bucketOf = (key: string): string => key.slice(0, key.indexOf('/', key.indexOf('/') + 1));
