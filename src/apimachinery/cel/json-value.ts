import { formatDurationNanos } from '../duration.js';
import { memberOf } from '../json.js';
import type { StructuralSchema } from '../structural/schema.js';
import { escapeName, unescapeName } from './names.js';
import { formatTimestamp, parseCelDuration, parseTimestamp } from './time.js';
import { CelList, CelMap, Duration, Opaque, Optional, Timestamp, TypeValue, Uint, type Value } from './value.js';

/**
 * JSON as CEL sees it, converted only where an expression looks. Without a schema a number without a fraction is an
 * integer, as in Kubernetes; the schema tells a `number` from an `integer`, and times and durations from text.
 */
export function fromJson(json: unknown, schema?: StructuralSchema): Value {
  switch (typeof json) {
    case 'string':
      return schema?.format ? formatted(json, schema.format) : json;
    case 'number':
      return schema?.type === 'number' || !Number.isInteger(json) ? json : BigInt(json);
    case 'boolean':
    case 'bigint':
      return json;
    case 'object':
      if (json === null || isValue(json)) return json;
      return Array.isArray(json) ? new JsonList(json, schema) : new JsonMap(json as JsonObject, schema);
    default:
      return null;
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

const isValue = (value: object): value is Exclude<Value, string | number | bigint | boolean | null> =>
  value instanceof CelMap ||
  value instanceof CelList ||
  value instanceof Opaque ||
  value instanceof Timestamp ||
  value instanceof Duration ||
  value instanceof Optional ||
  value instanceof Uint ||
  value instanceof TypeValue ||
  value instanceof Uint8Array;

function formatted(text: string, format: string): Value {
  switch (format) {
    case 'date-time':
    case 'datetime':
      return parseTimestamp(text);
    case 'date':
      return parseTimestamp(`${text}T00:00:00Z`);
    case 'duration':
      return parseCelDuration(text);
    case 'byte':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

class JsonList extends CelList {
  readonly #json: readonly unknown[];
  readonly #schema: StructuralSchema | undefined;

  constructor(json: readonly unknown[], schema: StructuralSchema | undefined) {
    super();
    this.#json = json;
    this.#schema = schema;
  }

  get size(): number {
    return this.#json.length;
  }

  override get schema(): StructuralSchema | undefined {
    return this.#schema;
  }

  at(index: number): Value {
    return fromJson(this.#json[index], this.#schema?.items);
  }
}

/** Members of a schema's object are named as expressions spell them, all others as they are. */
export class JsonMap extends CelMap {
  readonly #json: JsonObject;
  readonly #properties: Readonly<Record<string, StructuralSchema>> | undefined;
  readonly #values: StructuralSchema | undefined;

  constructor(json: JsonObject, schema?: StructuralSchema) {
    super();
    this.#json = json;
    this.#properties = schema?.properties;
    this.#values = typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  }

  get size(): number {
    return Object.keys(this.#json).length;
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const name = this.#properties ? unescapeName(key) : key;
    if (!Object.hasOwn(this.#json, name)) return undefined;
    const json = this.#json[name];
    // A declared member that is null counts as absent.
    const isAbsent = json === undefined || (json === null && this.#properties !== undefined);
    return isAbsent ? undefined : fromJson(json, this.#schemaOf(name));
  }

  *keys(): Iterable<Value> {
    for (const name of Object.keys(this.#json)) yield this.#properties ? (escapeName(name) ?? name) : name;
  }

  #schemaOf(name: string): StructuralSchema | undefined {
    return memberOf(this.#properties, name) ?? this.#values;
  }
}

/** The other way: JSON of a value, for messages and for callers; what JSON does not know becomes text. */
export function toJson(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof Optional) return value.hasValue ? toJson(value.value) : null;
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDurationNanos(value.nanos);
  if (value instanceof TypeValue) return value.type;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Opaque) return String(value);
  if (value instanceof CelList) return [...value].map(toJson);
  if (value instanceof CelMap) {
    return Object.fromEntries([...value.keys()].map((key) => [String(key), toJson(value.get(key) ?? null)]));
  }
  return value;
}
