export interface JsonObject {
  [key: string]: unknown;
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy in which one member is replaced; safe for a member named `__proto__`. */
export function withMember(object: Readonly<JsonObject>, key: string, value: unknown): JsonObject {
  const copy = { ...object };
  setMember(copy, key, value);
  return copy;
}

/** Assigns, except that `__proto__` becomes an ordinary member as in any JSON document. */
export function setMember(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}
