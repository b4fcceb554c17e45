import { type KubeObject, keyOf } from '../api/meta.js';
import type { Change, IndexFunction } from './cache.js';

type Listener<T> = (change: Change<T>) => void;

/** Objects by key and by index, announcing each change once. Knows nothing of servers. */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<
    string,
    { readonly valuesOf: IndexFunction<T>; readonly keys: Map<string, Set<string>> }
  >();
  readonly #listeners = new Set<Listener<T>>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  byIndex(index: string, value: string): readonly T[] {
    const declared = this.#indexes.get(index);
    if (!declared) throw new Error(`cache: no index ${index} was declared`);
    const keys = declared.keys.get(value) ?? [];
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  addIndex(name: string, valuesOf: IndexFunction<T>): void {
    const existing = this.#indexes.get(name);
    if (existing) {
      if (existing.valuesOf !== valuesOf) throw new Error(`cache: index ${name} is declared with two functions`);
      return;
    }
    const keys = new Map<string, Set<string>>();
    this.#indexes.set(name, { valuesOf, keys });
    for (const [key, object] of this.#objects) addTo(keys, valuesOf(object), key);
  }

  set(object: T): void {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before && sameVersion(before, object)) return;
    this.#objects.set(key, freeze(object));
    this.#announce(key, { before, after: object });
  }

  delete(key: string): void {
    const before = this.#objects.get(key);
    if (!before) return;
    this.#objects.delete(key);
    this.#announce(key, { before, after: undefined });
  }

  /** Makes the store hold exactly `objects`, which must be a complete list. */
  replace(objects: readonly T[]): void {
    const present = new Set(objects.map(keyOf));
    for (const key of [...this.#objects.keys()]) if (!present.has(key)) this.delete(key);
    for (const object of objects) this.set(object);
  }

  onChange(listener: Listener<T>): () => void {
    for (const after of this.list()) this.#tell(listener, { before: undefined, after });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #announce(key: string, change: Change<T>): void {
    for (const { valuesOf, keys } of this.#indexes.values()) {
      if (change.before) removeFrom(keys, valuesOf(change.before), key);
      if (change.after) addTo(keys, valuesOf(change.after), key);
    }
    for (const listener of this.#listeners) this.#tell(listener, change);
  }

  #tell(listener: Listener<T>, change: Change<T>): void {
    try {
      listener(change);
    } catch (error) {
      this.#onListenerError(error);
    }
  }
}

const sameVersion = (a: KubeObject, b: KubeObject): boolean =>
  a.metadata.resourceVersion !== undefined &&
  a.metadata.resourceVersion === b.metadata.resourceVersion &&
  a.metadata.uid === b.metadata.uid;

function addTo(keys: Map<string, Set<string>>, values: readonly string[], key: string): void {
  for (const value of values) {
    const set = keys.get(value);
    if (set) set.add(key);
    else keys.set(value, new Set([key]));
  }
}

function removeFrom(keys: Map<string, Set<string>>, values: readonly string[], key: string): void {
  for (const value of values) {
    const set = keys.get(value);
    if (set?.delete(key) && set.size === 0) keys.delete(value);
  }
}

function freeze<V>(value: V): V {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
