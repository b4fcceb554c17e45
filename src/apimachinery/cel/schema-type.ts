import type { StructuralSchema } from '../structural/schema.js';
import { escapeName } from './names.js';
import { type CelType, DYN, listOf, mapOf, parseType, STRING } from './type.js';

const METADATA: StructuralSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};

/** What rules see of a whole object, its own or an embedded one: all kinds of metadata but the names are hidden. */
export function withObjectMeta(schema: StructuralSchema): StructuralSchema {
  const properties = {
    ...schema.properties,
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: METADATA,
  };
  return { ...schema, properties } as StructuralSchema;
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'timestamp',
  datetime: 'timestamp',
  date: 'timestamp',
  duration: 'duration',
  byte: 'bytes',
};

/** The static type of values of a schema. */
export function typeOfSchema(schema: StructuralSchema): CelType {
  if (schema['x-kubernetes-int-or-string']) return DYN;
  switch (schema.type) {
    case 'array':
      return listOf(schema.items ? typeOfSchema(schema.items) : DYN);
    case 'object':
      return objectType(schema['x-kubernetes-embedded-resource'] ? withObjectMeta(schema) : schema);
    case 'integer':
      return { kind: 'int' };
    case 'number':
      return { kind: 'double' };
    case 'boolean':
      return { kind: 'bool' };
    case 'string':
      return parseType(FORMATS[schema.format ?? ''] ?? 'string');
    default:
      return DYN;
  }
}

/** Whether a value, or what it has within, may be anything: rules have no type for that. */
export function isUntyped(schema: StructuralSchema): boolean {
  const { type, items, additionalProperties } = schema;
  if (schema['x-kubernetes-int-or-string']) return false;
  if (type === 'array') return !items || isUntyped(items);
  return !type || (typeof additionalProperties === 'object' && isUntyped(additionalProperties));
}

function objectType(schema: StructuralSchema): CelType {
  const { properties, additionalProperties } = schema;
  if (typeof additionalProperties === 'object') return mapOf(STRING, typeOfSchema(additionalProperties));
  const named = Object.entries(properties ?? {}).flatMap(([name, child]) =>
    isUntyped(child) ? [] : [[escapeName(name) ?? name, child] as const],
  );
  const fields = new Map(named);
  return {
    kind: 'object',
    fieldType: (name) => {
      const child = fields.get(name);
      return child && typeOfSchema(child);
    },
  };
}
