import { type Format, formatOf } from './formats.js';
import { OBJECT_META } from './object-meta.js';
import type { StructuralSchema } from './schema.js';

/**
 * A schema node prepared for walking: every node has the same members, so that the walkers stay fast, and knows what
 * its subtree can need, so that they skip the rest.
 */
export interface Node {
  readonly schema: StructuralSchema;
  /** Empty: any type. */
  readonly types: readonly string[];
  readonly format: Format | undefined;
  readonly nullable: boolean;
  readonly default: unknown;
  readonly properties: ReadonlyMap<string, Node>;
  readonly required: readonly string[];
  /** Properties that have a default. */
  readonly defaulted: readonly (readonly [name: string, value: unknown])[];
  readonly additional: Node | undefined;
  /** What `additionalProperties` says, whether as a schema or as a boolean. */
  readonly additionalProperties: boolean | undefined;
  readonly items: Node | undefined;
  readonly preservesUnknown: boolean;
  readonly embedded: boolean;
  /** Whether the value may hold an embedded resource, or be one. */
  readonly holdsEmbedded: boolean;
  readonly listType: 'atomic' | 'set' | 'map';
  readonly listMapKeys: readonly string[];
  readonly allOf: readonly Node[];
  readonly anyOf: readonly Node[];
  readonly oneOf: readonly Node[];
  readonly not: Node | undefined;
}

const NODES = new WeakMap<StructuralSchema, Node>();

/** Schemas must not change after their first use: what is prepared here is kept for as long as the schema lives. */
export function nodeOf(schema: StructuralSchema): Node {
  const known = NODES.get(schema);
  if (known) return known;
  const node = prepare(schema);
  NODES.set(schema, node);
  return node;
}

const nodesOf = (schemas: readonly StructuralSchema[] | undefined): readonly Node[] => schemas?.map(nodeOf) ?? [];

function prepare(schema: StructuralSchema): Node {
  const { additionalProperties } = schema;
  const properties = Object.entries(schema.properties ?? {});
  const types = typesOf(schema);
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const additional = typeof additionalProperties === 'object' ? nodeOf(additionalProperties) : undefined;
  const items = schema.items && nodeOf(schema.items);
  const children = [...properties.map(([, child]) => nodeOf(child)), additional, items];
  return {
    schema,
    types,
    format: formatOf(types, schema.format),
    nullable: schema.nullable === true,
    default: schema.default,
    properties: new Map(properties.map(([name, child]) => [name, nodeOf(child)])),
    required: schema.required ?? [],
    defaulted: properties.flatMap(([name, child]) =>
      child.default === undefined || child.default === null ? [] : [[name, child.default] as const],
    ),
    additional,
    additionalProperties: typeof additionalProperties === 'object' ? true : additionalProperties,
    items,
    preservesUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
    embedded,
    holdsEmbedded: embedded || children.some((child) => child?.holdsEmbedded),
    listType: schema['x-kubernetes-list-type'] ?? 'atomic',
    listMapKeys: schema['x-kubernetes-list-map-keys'] ?? [],
    allOf: nodesOf(schema.allOf),
    anyOf: nodesOf(schema.anyOf),
    oneOf: nodesOf(schema.oneOf),
    not: schema.not && nodeOf(schema.not),
  };
}

function typesOf(schema: StructuralSchema): readonly string[] {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string'];
  return schema.type ? [schema.type] : [];
}

/** The members every resource has, whatever its schema says. */
export const isTypeOrMetadata = (name: string): boolean =>
  name === 'apiVersion' || name === 'kind' || name === 'metadata';

export const objectMetaNode = (): Node => nodeOf(OBJECT_META);
