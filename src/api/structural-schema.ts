import { z } from 'zod';
import type { ValidationRule } from './resource.js';

/** A node of a structural schema (`JSONSchemaProps` as CRDs may use it). */
export interface StructuralSchema {
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;
  readonly anyOf?: readonly StructuralSchema[];
  readonly allOf?: readonly StructuralSchema[];
  readonly oneOf?: readonly StructuralSchema[];
  readonly not?: StructuralSchema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

type Json = Readonly<Record<string, unknown>>;

const INTEGER_FORMATS: Readonly<Record<string, string>> = { safeint: 'int64', int32: 'int32', uint32: 'int64' };
const INT32 = 2 ** 31;
/** Bounds zod prints because a number type has them, not because someone asked. */
const IMPLIED_BOUNDS: ReadonlySet<unknown> = new Set([
  Number.MIN_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER,
  -INT32,
  INT32 - 1,
]);

const KEPT = [
  'description',
  'type',
  'format',
  'nullable',
  'default',
  'enum',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'required',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
] as const;

/** The structural schema of a zod schema; throws with the path of a part that CRDs cannot express. */
export function structuralOf(schema: z.ZodType): StructuralSchema {
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    cycles: 'throw',
    override({ zodSchema, jsonSchema }) {
      const printed = INTEGER_FORMATS[numberFormat(zodSchema) ?? ''];
      if (printed && jsonSchema.type === 'integer') Object.assign(jsonSchema, { format: printed });
    },
  });
  return structural(json as Json, []);
}

/** `int32`, `safeint`, …; zod's public types do not tell, its definitions do: `z.int32()` has it, `z.number().int()` as a check. */
function numberFormat({ _zod: { def } }: z.core.$ZodType): string | undefined {
  const { format, checks = [] } = def as { format?: string; checks?: z.core.$ZodCheck[] };
  return format ?? checks.map((check) => (check._zod.def as { format?: string }).format).find((name) => name);
}

function structural(node: Json, path: readonly string[]): StructuralSchema {
  if (node['x-kubernetes-int-or-string'] === true) return intOrString(node);
  for (const keyword of ['$ref', 'allOf', 'anyOf', 'oneOf', 'not']) {
    if (keyword in node) throw new Error(`${path.join('.')}: a CRD schema cannot express ${keyword}`);
  }
  const result = plain(node);
  if (node['x-kubernetes-embedded-resource'] === true) {
    // The API server knows what every embedded object has; naming it again is refused.
    const { required: _, ...rest } = result;
    return rest;
  }
  const properties = node.properties as Readonly<Record<string, Json>> | undefined;
  if (properties) result.properties = mapValues(properties, (child, name) => structural(child, [...path, name]));
  if (node.items) result.items = structural(node.items as Json, [...path, '[]']);
  const values = node.additionalProperties;
  if (values === false) throw new Error(`${path.join('.')}: a CRD schema cannot forbid unknown fields (strictObject)`);
  if (isObject(values) && !properties && !isAnything(values)) {
    result.additionalProperties = structural(values, [...path, '*']);
  }
  const isOpen = (isObject(values) && isAnything(values)) || isAnything(node);
  return isOpen ? { ...result, 'x-kubernetes-preserve-unknown-fields': true } : result;
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** No type: any value may stand here. */
const isAnything = (node: Json): boolean => node.type === undefined;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function plain(node: Json): Mutable<StructuralSchema> {
  const entries = KEPT.filter((name) => node[name] !== undefined && !isImplied(node, name)).map((name) => [
    name,
    name === 'pattern' ? String(node[name]).replaceAll('\\/', '/') : node[name],
  ]);
  return Object.fromEntries(entries);
}

const isImplied = (node: Json, name: string): boolean =>
  ((name === 'minimum' || name === 'maximum') && node.type === 'integer' && IMPLIED_BOUNDS.has(node[name])) ||
  (name === 'pattern' && node.format === 'date-time');

/** The one `anyOf` with types that structural schemas allow. */
function intOrString(node: Json): StructuralSchema {
  const { type: _, format: __, minimum: ___, maximum: ____, ...rest } = plain(node);
  return { ...rest, anyOf: [{ type: 'integer' }, { type: 'string' }] };
}

const mapValues = <From, To>(object: Readonly<Record<string, From>>, map: (value: From, name: string) => To) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));
