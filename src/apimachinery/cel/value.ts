import type { StructuralSchema } from '../structural/schema.js';

/** Whole numbers are bigint, `double` is number; the rest of CEL's types that JavaScript lacks are the classes here. */
export type Value =
  | bigint
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | CelList
  | CelMap
  | Optional
  | TypeValue
  | Opaque;

/** Something went wrong while an expression ran; the message is cel-go's where it has one. */
export class CelError extends Error {
  override readonly name: string = 'CelError';
}

export const noSuchOverload = (): CelError => new CelError('no such overload');

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** Nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class TypeValue {
  readonly type: string;
  constructor(type: string) {
    this.type = type;
  }
}

/** A value of a library's own type; `celType` is the type's name. */
export abstract class Opaque {
  abstract readonly celType: string;
  abstract equals(other: Opaque): boolean;
}

export class Optional {
  static readonly none = new Optional(undefined);
  readonly #value: Value | undefined;

  private constructor(value: Value | undefined) {
    this.#value = value;
  }

  static of(value: Value): Optional {
    return new Optional(value);
  }

  static from(value: Value | undefined): Optional {
    return value === undefined ? Optional.none : new Optional(value);
  }

  get hasValue(): boolean {
    return this.#value !== undefined;
  }

  get value(): Value {
    if (this.#value === undefined) throw new CelError('optional.none() dereference');
    return this.#value;
  }
}

export abstract class CelList implements Iterable<Value> {
  abstract readonly size: number;
  abstract at(index: number): Value;
  /** How two lists compare and add, when their schema says so. */
  get schema(): StructuralSchema | undefined {
    return undefined;
  }

  *[Symbol.iterator](): Iterator<Value> {
    for (let index = 0; index < this.size; index += 1) yield this.at(index);
  }
}

export abstract class CelMap {
  abstract readonly size: number;
  /** Undefined when the key is absent. */
  abstract get(key: Value): Value | undefined;
  abstract keys(): Iterable<Value>;
}

export class ValueList extends CelList {
  readonly #items: readonly Value[];
  readonly #schema: StructuralSchema | undefined;

  constructor(items: readonly Value[], schema?: StructuralSchema) {
    super();
    this.#items = items;
    this.#schema = schema;
  }

  override get schema(): StructuralSchema | undefined {
    return this.#schema;
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): Value {
    return this.#items[index] as Value;
  }

  override [Symbol.iterator](): Iterator<Value> {
    return this.#items[Symbol.iterator]();
  }
}

export class ValueMap extends CelMap {
  readonly #entries: ReadonlyMap<unknown, readonly [Value, Value]>;

  constructor(entries: Iterable<readonly [Value, Value]>) {
    super();
    this.#entries = new Map([...entries].map((entry) => [mapKey(entry[0]), entry]));
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Value): Value | undefined {
    return this.#entries.get(mapKey(key))?.[1];
  }

  *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
}

/** Numbers that are equal are one key whatever their type. */
export function mapKey(key: Value): unknown {
  if (key instanceof Uint) return key.value;
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : key;
}

/** The name `type(x)` gives. */
export function typeNameOf(value: Value): string {
  switch (typeof value) {
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
  }
  if (value === null) return 'null_type';
  if (value instanceof CelList) return 'list';
  if (value instanceof CelMap) return 'map';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Optional) return 'optional_type';
  return value instanceof TypeValue ? 'type' : value.celType;
}

/** What Go calls the native form of a value, as messages of controllers show it. */
export function goTypeOf(value: Value): string {
  if (value instanceof Optional && value.hasValue) return goTypeOf(value.value);
  if (value instanceof ValueList) return '[]ref.Val';
  if (value instanceof ValueMap) return 'map[ref.Val]ref.Val';
  const name = typeNameOf(value);
  return GO_TYPES[name] ?? name;
}

const GO_TYPES: Readonly<Record<string, string>> = {
  int: 'int64',
  uint: 'uint64',
  double: 'float64',
  null_type: 'structpb.NullValue',
  list: '[]interface {}',
  map: 'map[string]interface {}',
  bytes: '[]uint8',
  type: 'string',
  'google.protobuf.Timestamp': 'time.Time',
  'google.protobuf.Duration': 'time.Duration',
};

/** Elements, members, code points or bytes; anything else counts as one. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return runeCount(value);
  if (value instanceof CelList || value instanceof CelMap) return value.size;
  return value instanceof Uint8Array ? value.length : 1;
}

export function runeCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
