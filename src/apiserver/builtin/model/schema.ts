import type { Schema } from '../../kind.js';
import { DEFAULT_VALUES } from './default-values.js';
import { ATOMIC_MAPS, ATOMIC_MODELS, GRANULAR, LIST_TYPES, REPLACED, RETAIN_KEYS } from './list-types.js';
import { MODELS } from './schemas.generated.js';
import { NULL_LISTS, toldZero, zeroIn } from './zeros.js';

/** Model name → its fields as the generator writes them. */
const DEFINITIONS: ReadonlyMap<string, string> = new Map(
  MODELS.trim()
    .split('\n')
    .map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)];
    }),
);

/** Schemas of JSON schemas would never end; the CRD registry looks at them itself. */
const OPAQUE: ReadonlySet<string> = new Set(['V1JSONSchemaProps']);

const SCALARS: Readonly<Record<string, Schema>> = {
  s: { type: 'string' },
  // Checked when it is decoded.
  y: { type: 'string' },
  i: { type: 'integer', format: 'int32' },
  l: { type: 'integer', format: 'int64' },
  n: { type: 'number', format: 'double' },
  b: { type: 'boolean' },
  t: { type: 'string', format: 'date-time' },
  m: { type: 'string', format: 'date-time' },
  x: { 'x-kubernetes-int-or-string': true },
  // Sent as a string or a number, kept as a string.
  q: { 'x-kubernetes-int-or-string': true },
  a: { 'x-kubernetes-preserve-unknown-fields': true },
};

/** The schema of a one-letter code. */
export const scalarSchema = (code: string): Schema | undefined => SCALARS[code];

export interface Field {
  readonly name: string;
  readonly required: boolean;
  /** `[` list of, `{` map of, then a letter for a scalar or the name of a model. */
  readonly code: string;
}

/** The fields of a model in the order of their names. */
export const fieldsOf = (model: string): readonly Field[] =>
  (DEFINITIONS.get(model) ?? '').split(' ').flatMap((text) => {
    const [, name, mark, code] = /^([^!:]+)(!?):(.+)$/.exec(text) ?? [];
    return name && code ? [{ name, required: mark === '!', code }] : [];
  });

const schemas = new Map<string, Schema>();

/**
 * The structural schema of a model: types, list types, patch keys and defaults. It says nothing of required fields, Kubernetes
 * reads absent ones of built-in kinds as empty and leaves the judgement to each kind's own validation. Shared: never change it.
 */
export function schemaOf(model: string): Schema {
  const known = schemas.get(model);
  if (known) return known;
  const schema: Schema = OPAQUE.has(model)
    ? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
    : {
        type: 'object',
        ...(ATOMIC_MODELS.has(model) ? { 'x-kubernetes-map-type': 'atomic' } : {}),
        properties: Object.fromEntries(
          fieldsOf(model).map(({ name, code }) => [name, fieldSchema(`${model}.${name}`, code)]),
        ),
      };
  schemas.set(model, schema);
  return schema;
}

function fieldSchema(path: string, code: string): Schema {
  const schema = withListType(path, typeSchema(code));
  return {
    ...schema,
    ...(ATOMIC_MAPS.has(path) ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    ...(GRANULAR.has(path) ? { 'x-kubernetes-map-type': 'granular' } : {}),
    ...defaultOf(path, code),
    ...(zeroIn(path) === 'nulled' || NULL_LISTS.has(path) ? { nullable: true } : {}),
  };
}

/** What is always told has its zero as default: a list may be keyed by it. */
function defaultOf(path: string, code: string): Schema {
  if (path in DEFAULT_VALUES) return { default: DEFAULT_VALUES[path] };
  return zeroIn(path) === 'told' && (code === 's' || code === 'i') ? { default: toldZero(code) } : {};
}

function typeSchema(code: string): Schema {
  if (code.startsWith('[')) return { type: 'array', items: typeSchema(code.slice(1)) };
  if (code.startsWith('{')) return { type: 'object', additionalProperties: typeSchema(code.slice(1)) };
  return SCALARS[code] ?? schemaOf(code);
}

function withListType(path: string, schema: Schema): Schema {
  if (schema.type !== 'array') {
    const strategy = RETAIN_KEYS.has(path) ? 'retainKeys' : REPLACED.has(path) ? 'replace' : undefined;
    return strategy === undefined ? schema : { ...schema, 'x-kubernetes-patch-strategy': strategy };
  }
  const [listType = '', mergeKey] = (LIST_TYPES[path] ?? '').split('|');
  const [type = '', keys = ''] = listType.split(' ');
  return {
    ...schema,
    'x-kubernetes-list-type': type === 'map' || type === 'set' ? type : 'atomic',
    ...(keys === '' ? {} : { 'x-kubernetes-list-map-keys': keys.split(',') }),
    ...(mergeKey === undefined
      ? {}
      : { 'x-kubernetes-patch-strategy': RETAIN_KEYS.has(path) ? 'merge,retainKeys' : 'merge' }),
    ...(mergeKey ? { 'x-kubernetes-patch-merge-key': mergeKey } : {}),
  };
}
