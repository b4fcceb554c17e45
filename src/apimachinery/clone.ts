import { type JsonObject, setMember } from './json.js';

/** A copy of a JSON value that shares nothing with it; several times faster than `structuredClone`. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  // The copy has the shape of what is copied, which the compiler cannot follow through the loop.
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) setMember(copy, key, cloneJson((value as JsonObject)[key]));
  return copy as T;
}

/** Freezes the value and everything in it. A frozen part is taken to be frozen throughout and not entered again. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
}
