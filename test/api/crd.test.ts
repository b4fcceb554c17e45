import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import { crdFiles } from '../../scripts/crd-files.js';
import { Conditions } from '../../src/api/conditions.js';
import { CRDS, crdOf } from '../../src/api/crd.js';
import { defineResource } from '../../src/api/resource.js';
import { embeddedResource, intOrString, listMap, timestamp, withRules } from '../../src/api/schema.js';
import { LabelSelectorSpec } from '../../src/api/selector.js';
import { type StructuralSchema, structuralOf } from '../../src/api/structural-schema.js';

const MANIFESTS = 'manifests';

test('Invariant 8: manifests equal schemas: manifests hold exactly what npm run generate writes', (t) => {
  const expected = crdFiles();
  for (const [name, text] of expected) {
    const path = join(MANIFESTS, name);
    t.is(existsSync(path) ? readFileSync(path, 'utf8') : undefined, text, `${path} is stale: run npm run generate`);
  }
  const found = readdirSync(join(MANIFESTS, 'crds')).map((name) => `crds/${name}`);
  t.deepEqual(found.sort(), [...expected.keys()].filter((name) => name.startsWith('crds/')).sort());
});

/** What a structural schema must not have, as paths; empty when the schema is structural. */
function violations(node: StructuralSchema, path: string, isRoot = false): string[] {
  const bad: string[] = [];
  const isIntOrString = node['x-kubernetes-int-or-string'] === true;
  const mayBeAnything = node['x-kubernetes-preserve-unknown-fields'] === true;
  if (node.type === undefined && !isIntOrString && !mayBeAnything) bad.push(`${path}: no type`);
  if (node.type !== undefined && isIntOrString) bad.push(`${path}: int-or-string with a type`);
  if (node.type === 'array' && !node.items) bad.push(`${path}: no items`);
  if (node.properties && node.additionalProperties) bad.push(`${path}: properties beside additionalProperties`);
  if (node.additionalProperties === false) bad.push(`${path}: additionalProperties forbidden`);
  if (node['x-kubernetes-list-type'] === 'map') bad.push(...mapListViolations(node, path));
  if (node.required?.some((name) => !node.properties?.[name])) bad.push(`${path}: requires an undeclared field`);
  if (isRoot && Object.keys(node.properties?.metadata ?? {}).join() !== 'type') bad.push(`${path}: metadata is typed`);
  for (const key of ['$ref', 'oneOf', 'allOf', 'not', '$schema', 'const']) if (key in node) bad.push(`${path}: ${key}`);
  for (const [name, child] of Object.entries(node.properties ?? {})) bad.push(...violations(child, `${path}.${name}`));
  if (node.items) bad.push(...violations(node.items, `${path}[]`));
  if (typeof node.additionalProperties === 'object') bad.push(...violations(node.additionalProperties, `${path}.*`));
  return bad;
}

function mapListViolations(node: StructuralSchema, path: string): string[] {
  const { properties = {}, required = [] } = node.items ?? {};
  return (node['x-kubernetes-list-map-keys'] ?? [])
    .filter((key) => !required.includes(key) && properties[key]?.default === undefined)
    .map((key) => `${path}: list map key ${key} is neither required nor defaulted`);
}

test('every CRD is a structural schema', (t) => {
  t.deepEqual(
    CRDS.flatMap((crd) =>
      crd.spec.versions.flatMap(({ schema }) => violations(schema.openAPIV3Schema, crd.metadata.name, true)),
    ),
    [],
  );
});

test('every list map is keyed by fields its items have', (t) => {
  t.deepEqual(violations(structuralOf(Conditions), 'conditions'), []);
});

const property = test.macro({
  exec(t, schema: z.ZodType, expected: StructuralSchema) {
    t.deepEqual(structuralOf(z.object({ field: schema })).properties?.field, expected);
  },
  title: (title = '') => `${title} prints as Kubernetes wants it`,
});

test('an integer', property, z.int().min(-10).max(10), { type: 'integer', format: 'int64', minimum: -10, maximum: 10 });
test('an int32', property, z.int32().optional(), { type: 'integer', format: 'int32' });
test('a bounded int32', property, z.int32().min(0), { type: 'integer', format: 'int32', minimum: 0 });
test('a string map', property, z.record(z.string(), z.string()), {
  type: 'object',
  additionalProperties: { type: 'string' },
});
test('a bare unknown', property, z.unknown(), { 'x-kubernetes-preserve-unknown-fields': true });
test('an open object', property, z.looseObject({ a: z.string() }), {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  'x-kubernetes-preserve-unknown-fields': true,
});
test('an embedded object', property, embeddedResource(), {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
});
test('a time', property, timestamp().nullable(), { type: 'string', format: 'date-time', nullable: true });
test('an int or percent', property, intOrString(/^[0-9]+%?$/).default('100%'), {
  default: '100%',
  pattern: '^[0-9]+%?$',
  'x-kubernetes-int-or-string': true,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
});
test('a list map', property, listMap(z.object({ name: z.string() }), 'name'), {
  type: 'array',
  items: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
});
test('a CEL rule', property, withRules(z.object({ a: z.boolean() }), { rule: 'self.a', message: 'a is wanted' }), {
  type: 'object',
  properties: { a: { type: 'boolean' } },
  required: ['a'],
  'x-kubernetes-validations': [{ rule: 'self.a', message: 'a is wanted' }],
});
test('an object with defaults inside', property, z.object({ a: z.string().default('x') }).prefault({}), {
  default: {},
  type: 'object',
  properties: { a: { type: 'string', default: 'x' } },
});

test('what a CRD cannot express is refused with its path', (t) => {
  t.throws(() => structuralOf(z.object({ a: z.array(z.union([z.string(), z.boolean()])) })), {
    message: /^a\.\[\]: .*anyOf/,
  });
  t.throws(() => structuralOf(z.object({ a: z.strictObject({}) })), { message: /^a: .*unknown fields/ });
});

test('a CRD carries names, columns, status and rules of its declaration', (t) => {
  const crd = crdOf(
    defineResource({
      group: 'example.dev',
      version: 'v1',
      kind: 'Widget',
      plural: 'widgets',
      namespaced: true,
      description: 'A widget.',
      shortNames: ['wd'],
      categories: ['all'],
      columns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size', priority: 1 }],
      rules: [{ rule: 'self.spec.size > 0' }],
      fields: { spec: z.object({ selector: LabelSelectorSpec.optional() }), status: z.object({}).optional() },
    }),
  );
  t.is(crd.metadata.name, 'widgets.example.dev');
  t.deepEqual(crd.spec.names, {
    kind: 'Widget',
    listKind: 'WidgetList',
    plural: 'widgets',
    singular: 'widget',
    shortNames: ['wd'],
    categories: ['all'],
  });
  const [version] = crd.spec.versions;
  t.deepEqual(version?.additionalPrinterColumns, [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size', priority: 1 },
  ]);
  t.deepEqual(version?.subresources, { status: {} });
  const schema = version?.schema.openAPIV3Schema;
  t.deepEqual(schema?.required, ['spec']);
  t.is(schema?.description, 'A widget.');
  t.deepEqual(schema?.['x-kubernetes-validations'], [{ rule: 'self.spec.size > 0' }]);
  t.is(schema?.properties?.spec?.properties?.selector?.['x-kubernetes-map-type'], 'atomic');
});
