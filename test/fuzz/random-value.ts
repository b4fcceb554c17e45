import fc from 'fast-check';
import type { StructuralSchema } from '../../src/apimachinery/structural/schema.js';
import { type Json, mostly, NAMES, ODD } from './values.js';

const TEXTS = ['', 'a', 'ab', 'abcd', 'a-b', 'B', '2001-01-01', '2001-01-01T00:00:00Z', 'YWI=', '1h', '10.0.0.1'];
const NUMBERS = [0, 1, 2, 3, 5, -1, 10];
const FRACTIONS = [0.5, 1.5, 2, -0.5];
const KEYS = ['a', 'b', 'x/y'];

const EMBEDDED = mostly(
  fc.record({
    apiVersion: fc.constant('v1'),
    kind: fc.constant('ConfigMap'),
    metadata: fc.record({ name: NAMES }),
    data: fc.constantFrom({}, { k: 'v' }),
  }),
  fc.constantFrom<Json[]>({}, { apiVersion: 'v1', kind: '' }, { apiVersion: 'v1', kind: 'A', metadata: { labels: 1 } }),
  6,
);

const FREE = fc.constantFrom<unknown[]>({}, { a: 1 }, { a: { b: [1, null] } }, { a: null });

/** What often is right for a schema. */
export function valuesFor(schema: StructuralSchema): fc.Arbitrary<unknown> {
  const usual = plainValueOf(schema);
  const seldom = fc.oneof(ODD, fc.constant(null));
  return mostly(schema.nullable ? mostly(usual, fc.constant(null), 4) : usual, seldom, 50);
}

function plainValueOf(schema: StructuralSchema): fc.Arbitrary<unknown> {
  const { type, items, enum: allowed } = schema;
  if (allowed && allowed.length > 0) return mostly(fc.constantFrom(...allowed), fc.constantFrom('abcd', 7), 12);
  if (schema['x-kubernetes-embedded-resource']) return EMBEDDED;
  if (schema['x-kubernetes-int-or-string']) return fc.constantFrom<unknown[]>(...NUMBERS, 'a', '50%', '');
  if (type === 'string') return fc.constantFrom(...TEXTS);
  if (type === 'integer') return fc.constantFrom(...NUMBERS);
  if (type === 'number') return fc.constantFrom(...NUMBERS, ...FRACTIONS);
  if (type === 'boolean') return fc.boolean();
  if (type === 'array') return listOf(schema, items ?? {});
  return type === 'object' ? objectOf(schema) : FREE;
}

function listOf(schema: StructuralSchema, items: StructuralSchema): fc.Arbitrary<unknown> {
  const [item, options] = [valuesFor(items), { maxLength: 3 }];
  if ((schema['x-kubernetes-list-type'] ?? 'atomic') === 'atomic') return fc.array(item, options);
  const keys = schema['x-kubernetes-list-map-keys'];
  const selector = (one: unknown): string =>
    JSON.stringify(keys ? keys.map((key) => (one as Json | null)?.[key] ?? items.properties?.[key]?.default) : one);
  return mostly(fc.uniqueArray(item, { ...options, selector }), fc.array(item, options), 8);
}

function objectOf({
  properties,
  additionalProperties,
  required = [],
  ...rest
}: StructuralSchema): fc.Arbitrary<unknown> {
  if (typeof additionalProperties === 'object') {
    return fc.dictionary(fc.constantFrom(...KEYS), valuesFor(additionalProperties), { maxKeys: 2 });
  }
  if (!properties) return FREE;
  const members = Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, valuesFor(child)]));
  const whole = fc.record(members, { requiredKeys: [...required] });
  const free = rest['x-kubernetes-preserve-unknown-fields'] ? 2 : 20;
  return mostly(
    whole,
    fc.oneof(
      fc.record(members, { requiredKeys: [] }),
      whole.map((value) => ({ ...value, surplus: { a: 1 } })),
    ),
    free,
  );
}

/** JSON pointers to what values of a schema have. */
export function pointersOf(schema: StructuralSchema, path: string): readonly string[] {
  const { properties = {}, items, additionalProperties } = schema;
  return [
    path,
    ...Object.entries(properties).flatMap(([name, child]) =>
      pointersOf(child, `${path}/${name.replaceAll('/', '~1')}`),
    ),
    ...(items ? [...pointersOf(items, `${path}/0`), `${path}/-`] : []),
    ...(typeof additionalProperties === 'object' ? pointersOf(additionalProperties, `${path}/a`) : []),
  ];
}
