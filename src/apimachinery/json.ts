export interface JsonObject {
  [key: string]: unknown;
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Assigns, except that `__proto__` becomes an ordinary member as in any JSON document. */
export function setMember(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

/** What a record has under a name somebody else chose; `constructor` and the like are names as any other. */
export const memberOf = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record && Object.hasOwn(record, name) ? record[name] : undefined;

/** The list itself when nothing in it becomes another value. */
export function mapUnlessSame(
  list: readonly unknown[],
  map: (item: unknown, at: number) => unknown,
): readonly unknown[] {
  const mapped = list.map(map);
  return mapped.every((item, at) => item === list[at]) ? list : mapped;
}

/** Deep equality of JSON values; members of any name are data, and an absent member is not a null one. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => equalJson(item, b[at]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) if (!Object.hasOwn(b, key) || !equalJson(a[key], b[key])) return false;
  return true;
}

/** The value with the members of every object sorted, as Go writes its maps. */
export function sortedJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedJson);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sortedJson(member)]));
}

/** Equal values are equal texts. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sortedJson(value));

/** Whether `live` has everything `wanted` says; what else it has is other writers' business. */
export function contains(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (wanted.length === 0 && live === undefined) return true;
    return (
      Array.isArray(live) && live.length === wanted.length && wanted.every((item, index) => contains(live[index], item))
    );
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const members = Object.entries(wanted);
    if (live === undefined || live === null) return members.every(([, value]) => contains(undefined, value));
    if (typeof live !== 'object' || Array.isArray(live)) return false;
    const present = new Map(Object.entries(live));
    return members.every(([name, value]) => contains(present.get(name), value));
  }
  return wanted === null ? live === null || live === undefined : Object.is(live, wanted);
}
