import { isJsonObject } from '../json.js';
import { OBJECT_META } from '../structural/object-meta.js';
import type { StructuralSchema } from '../structural/schema.js';

/** How ownership of a value is divided: which of the three forms the value may take, and what is owned inside each. */
export interface OwnershipType {
  /** Which scalars, if any. */
  readonly scalar: Scalar | undefined;
  readonly list: ListType | undefined;
  readonly map: MapType | undefined;
}

export type Scalar = 'any' | 'string' | 'numeric' | 'boolean';

export interface ListType {
  /** Owned as a whole; otherwise item by item. */
  readonly atomic: boolean;
  /** In alphabetical order; none: items are told apart by their value. */
  readonly keys: readonly string[];
  readonly keyDefaults: ReadonlyMap<string, unknown>;
  readonly items: OwnershipType;
}

export interface MapType {
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, OwnershipType>;
  /** The type of other members; undefined: there are none. */
  readonly others: OwnershipType | undefined;
}

const NO_FIELDS: ReadonlyMap<string, OwnershipType> = new Map();

const scalarOf = (scalar: Scalar): OwnershipType => ({ scalar, list: undefined, map: undefined });
const SCALAR = scalarOf('any');
const SCALARS: Readonly<Record<string, OwnershipType>> = {
  string: scalarOf('string'),
  integer: scalarOf('numeric'),
  number: scalarOf('numeric'),
  boolean: scalarOf('boolean'),
};

/** A value nothing is known about, owned as a whole. */
const UNTYPED: OwnershipType = recursive(true);

/** A value nothing is known about, owned member by member; its lists as a whole. */
const DEDUCED: OwnershipType = recursive(false);

function recursive(atomic: boolean): OwnershipType {
  const list = { atomic: true, keys: [], keyDefaults: new Map(), items: SCALAR };
  const map = { atomic, fields: NO_FIELDS, others: SCALAR };
  const type: OwnershipType = { scalar: 'any', list, map };
  list.items = atomic ? type : UNTYPED;
  map.others = type;
  return type;
}

const ROOTS = new WeakMap<StructuralSchema, OwnershipType>();
const TYPES = {
  closed: new WeakMap<StructuralSchema, OwnershipType>(),
  open: new WeakMap<StructuralSchema, OwnershipType>(),
};

/** The type of a whole resource; without a schema, everything but its metadata is deduced. */
export function resourceType(schema: StructuralSchema | undefined): OwnershipType {
  const known = ROOTS.get(schema ?? NO_SCHEMA);
  if (known) return known;
  const type = withMetadata(typeOf(schema ?? NO_SCHEMA, false));
  ROOTS.set(schema ?? NO_SCHEMA, type);
  return type;
}

const NO_SCHEMA: StructuralSchema = { type: 'object' };

function withMetadata(type: OwnershipType): OwnershipType {
  if (!type.map) return type;
  const meta = [
    ['apiVersion', SCALAR],
    ['kind', SCALAR],
    ['metadata', typeOf(OBJECT_META, false)],
  ] as const;
  return { ...type, map: { ...type.map, fields: new Map([...type.map.fields, ...meta]) } };
}

function typeOf(schema: StructuralSchema, preserves: boolean): OwnershipType {
  const open = preserves || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const cache = open ? TYPES.open : TYPES.closed;
  const known = cache.get(schema);
  if (known) return known;
  const type = schema['x-kubernetes-embedded-resource'] ? withMetadata(prepare(schema, open)) : prepare(schema, open);
  cache.set(schema, type);
  return type;
}

function prepare(schema: StructuralSchema, open: boolean): OwnershipType {
  if (schema['x-kubernetes-int-or-string']) return DEDUCED;
  switch (schema.type) {
    case 'object':
      return { scalar: undefined, list: undefined, map: mapOf(schema, open) };
    case 'array':
      return { scalar: undefined, list: listOf(schema, open), map: undefined };
    case undefined:
      return { scalar: 'any', list: listOf(schema, open), map: mapOf(schema, open) };
    case 'string':
      // What has a format of its own may be any scalar to the one who merges it.
      return schema.format && schema.format !== 'byte' ? SCALAR : scalarOfType(schema.type);
    default:
      return scalarOfType(schema.type);
  }
}

const scalarOfType = (type: string): OwnershipType => SCALARS[type] ?? SCALAR;

function mapOf(schema: StructuralSchema, open: boolean): MapType {
  const fields = Object.entries(schema.properties ?? {});
  return {
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    fields: new Map(fields.map(([name, field]) => [name, typeOf(field, open)])),
    others: othersOf(schema, open, fields.length),
  };
}

function othersOf(schema: StructuralSchema, open: boolean, fields: number): OwnershipType | undefined {
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') return typeOf(additionalProperties, open);
  if (additionalProperties === undefined) return open || fields === 0 ? DEDUCED : undefined;
  return additionalProperties ? DEDUCED : undefined;
}

function listOf(schema: StructuralSchema, open: boolean): ListType {
  const keys = listKeys(schema);
  const defaults = (keys ?? []).flatMap((key) => {
    const value = schema.items?.properties?.[key]?.default;
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    atomic: keys === undefined,
    keys: [...(keys ?? [])].sort(),
    keyDefaults: new Map(defaults),
    items: schema.items ? typeOf(schema.items, open) : UNTYPED,
  };
}

/** Undefined for an atomic list, none for a set. Built-in kinds may say it by their patch strategy alone. */
function listKeys(schema: StructuralSchema): readonly string[] | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return schema['x-kubernetes-list-map-keys'] ?? [];
    case 'set':
      return [];
    case 'atomic':
      return undefined;
    default: {
      const merged = schema['x-kubernetes-patch-strategy']?.split(',').includes('merge') ?? false;
      const key = schema['x-kubernetes-patch-merge-key'];
      return merged ? (key === undefined ? [] : [key]) : undefined;
    }
  }
}

export type Form = 'scalar' | 'list' | 'map';

/** Which form of the type a value has; for null and for a value of another form, the one the type prefers. */
export function formOf(type: OwnershipType, value: unknown): Form {
  if (Array.isArray(value) && type.list) return 'list';
  if (isJsonObject(value) && type.map) return 'map';
  if (typeof value !== 'object' && value !== undefined && type.scalar) return 'scalar';
  return type.map ? 'map' : type.scalar ? 'scalar' : 'list';
}

/** The type of a member. What a schema does not declare is deduced: only applied configurations are refused for it. */
export const memberType = (map: MapType, name: string): OwnershipType => map.fields.get(name) ?? map.others ?? DEDUCED;
