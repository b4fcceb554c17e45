import type { KindDocument, Schema } from '../../kind.js';
import { type Field, fieldsOf, scalarSchema, schemaOf } from './schema.js';

type Json = Readonly<Record<string, unknown>>;

/** Types `kubectl explain` calls by their names. */
const NAMED_SCALARS: Readonly<Record<string, readonly [name: string, schema: Json]>> = {
  x: ['IntOrString', { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' }],
  fieldsV1: ['FieldsV1', { type: 'object' }],
  q: ['Quantity', { oneOf: [{ type: 'string' }, { type: 'number' }] }],
};

/** A built-in kind in OpenAPI, every type it is made of by reference. */
export function documentOf(model: string): KindDocument {
  const components = new Map<string, Json>();
  const open = [model];
  const refer = (name: string): string => {
    if (!components.has(componentName(name))) open.push(name);
    return componentName(name);
  };
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!components.has(componentName(next))) components.set(componentName(next), componentOf(next, refer));
  }
  for (const [name, schema] of Object.values(NAMED_SCALARS)) components.set(componentName(name), schema);
  const root = components.get(componentName(model)) ?? {};
  components.delete(componentName(model));
  return { root, components: Object.fromEntries(components) };
}

/** `V1PodSpec` is `io.k8s.api.v1.PodSpec`: clients show what follows the last dot. */
function componentName(model: string): string {
  const [, owner = '', version = '', name = model] = /^([A-Z][a-z]+)??(V\d(?:alpha\d|beta\d)?)(.+)$/.exec(model) ?? [];
  return ['io.k8s.api', owner.toLowerCase(), version.toLowerCase(), name].filter((part) => part !== '').join('.');
}

function componentOf(model: string, refer: (name: string) => string): Json {
  const fields = fieldsOf(model);
  const { properties, ...schema } = schemaOf(model);
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  const documented = fields.map((field): [string, Json] => [
    field.name,
    documentedField(field, asJson(properties?.[field.name]), refer),
  ]);
  return {
    ...schema,
    properties: Object.fromEntries(documented),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** What the schema says of a field beside its type, which is by reference here. */
function documentedField({ name, code }: Field, schema: Json, refer: (name: string) => string): Json {
  const { type: _, properties: _p, items: _i, additionalProperties: _a, ...rest } = schema;
  const beside = Object.fromEntries(
    Object.entries(rest).filter(
      ([name]) => name === 'default' || name.startsWith('x-kubernetes-patch') || name.startsWith('x-kubernetes-list'),
    ),
  );
  return { ...typeOf(code, name, refer), ...beside };
}

function typeOf(code: string, name: string, refer: (name: string) => string): Json {
  const inner = code.slice(1);
  if (code.startsWith('[')) return { type: 'array', items: typeOf(inner, name, refer) };
  if (code.startsWith('{')) return { type: 'object', additionalProperties: typeOf(inner, name, refer) };
  const named = NAMED_SCALARS[name === 'fieldsV1' ? name : code];
  if (named) return reference(componentName(named[0]));
  if (code === 'a') return { type: 'object' };
  if (code.length > 1) return reference(refer(code));
  return asJson(scalarSchema(code));
}

/** Schemas are JSON, though their type names every member. */
const asJson = (schema: Schema | undefined): Json => ({ ...schema });

// A reference alone would hide what stands beside it.
function reference(name: string): Json {
  return { allOf: [{ $ref: `#/components/schemas/${name}` }] };
}

const META = 'V1ObjectMeta';

/** The metadata of any kind, by reference. */
export const OBJECT_META_DOCUMENT: KindDocument = (() => {
  const { root, components } = documentOf(META);
  const name = componentName(META);
  return { root: reference(name), components: { ...components, [name]: root } };
})();
