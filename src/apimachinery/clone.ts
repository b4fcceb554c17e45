/** A copy of a JSON value that shares nothing with it; several times faster than `structuredClone`. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  // The copy has the shape of what is copied, which the compiler cannot follow through the loop.
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  const copy: { [key: string]: unknown } = {};
  for (const key of Object.keys(value)) {
    const item = cloneJson((value as { [key: string]: unknown })[key]);
    if (key === '__proto__') Object.defineProperty(copy, key, { value: item, enumerable: true, configurable: true });
    else copy[key] = item;
  }
  return copy as T;
}

/** Freezes the value and everything in it. A frozen part is taken to be frozen throughout and not entered again. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
}
