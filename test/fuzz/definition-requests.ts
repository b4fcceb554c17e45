import fc from 'fast-check';
import { isJsonObject } from '../../src/apimachinery/json.js';
import { hasNoStructure } from '../../src/apimachinery/structural/schema-rules.js';
import { DEFINITIONS } from './definition-answers.js';
import type { FuzzKind } from './fuzz-kind.js';
import { randomSchema } from './random-schema.js';
import { spoilt } from './spoilt-schema.js';
import type { Step } from './step.js';
import { type Json, METADATA, mostly, ODD, some, withAt } from './values.js';

const GROUP = '{ns}.example.com';
const NAMES = fc.constantFrom('a', 'b');

const schema: fc.Arbitrary<unknown> = randomSchema(2).chain((spec) => {
  const whole = {
    type: 'object',
    properties: { spec, status: { type: 'object', properties: { n: { type: 'integer' } } } },
  } as const;
  return mostly(spoilt(whole), fc.constant(whole), 3);
});

const COLUMN = fc.record(
  {
    name: mostly(fc.constantFrom('One', 'Two'), fc.constant(''), 8),
    type: mostly(fc.constantFrom('string', 'integer', 'date'), fc.constantFrom('odd', ''), 8),
    jsonPath: mostly(fc.constantFrom('.spec.a', '.status.n'), fc.constantFrom('spec', '.spec[', ''), 8),
    format: mostly(fc.constantFrom('int32', 'date'), fc.constant('odd'), 8),
    priority: fc.constantFrom(0, 1),
    description: fc.constant('what it is'),
  },
  { requiredKeys: ['name', 'type', 'jsonPath'] },
);

const version = (name: fc.Arbitrary<string>, storage: boolean): fc.Arbitrary<Json> =>
  fc
    .tuple(
      mostly(name, fc.constantFrom('', 'V1', 'a b', '1'), 20),
      mostly(fc.constant(true), fc.constant(false), 6),
      mostly(fc.constant(storage), fc.constant(!storage), 20),
      schema,
      some({
        subresources: some({
          status: fc.constant({}),
          scale: fc.record(
            {
              specReplicasPath: mostly(fc.constant('.spec.a'), fc.constantFrom('.a', '', 'x', '.status.n'), 4),
              statusReplicasPath: mostly(fc.constant('.status.n'), fc.constantFrom('.spec.a', '', 'x'), 4),
              labelSelectorPath: mostly(fc.constant('.status.s'), fc.constantFrom('s', '.s', ''), 4),
            },
            { requiredKeys: ['specReplicasPath', 'statusReplicasPath'] },
          ),
        }),
        additionalPrinterColumns: fc.array(COLUMN, { minLength: 1, maxLength: 2 }),
        selectableFields: fc.array(
          fc.record({
            jsonPath: fc.constantFrom('.spec.a', '.spec.b', '.spec', '.status.n', '.metadata.name', 'a', ''),
          }),
          { minLength: 1, maxLength: 2 },
        ),
        deprecated: fc.boolean(),
        deprecationWarning: mostly(fc.constant('old'), fc.constantFrom('', 'x'.repeat(257)), 4),
      }),
    )
    .map(([named, served, stored, openAPIV3Schema, { selectableFields, ...rest }]) => ({
      name: named,
      served,
      storage: stored,
      schema: { openAPIV3Schema },
      ...rest,
      ...(selectableFields && hasFields(openAPIV3Schema) ? { selectableFields } : {}),
    }));

/** kube-apiserver ends the connection when it looks for a field in a schema it could not read. */
const hasFields = (schema: unknown): boolean => isJsonObject(schema) && !hasNoStructure(schema);

const VERSIONS = mostly(
  version(fc.constant('v1'), true).map((one) => [one]),
  fc
    .tuple(version(fc.constantFrom('v1', 'v2'), true), version(fc.constantFrom('v1', 'v1beta1'), false))
    .map((both) => both as readonly Json[]),
  2,
);

const definitionNamed = (name: string, versions: fc.Arbitrary<unknown>): fc.Arbitrary<Json> =>
  fc
    .tuple(
      METADATA,
      some({
        singular: mostly(fc.constant(name), fc.constantFrom('A', ''), 4),
        listKind: mostly(fc.constant(`${name.toUpperCase()}s`), fc.constantFrom(name.toUpperCase(), 'a b', ''), 4),
        shortNames: fc.constantFrom(['s'], ['s', 't'], [], ['A'], ['']),
        categories: fc.constantFrom(['all'], [], ['A']),
      }),
      versions,
    )
    .map(([metadata, names, all]) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { ...metadata, name: `${name}s.${GROUP}` },
      spec: {
        group: GROUP,
        scope: 'Namespaced',
        names: { plural: `${name}s`, kind: name.toUpperCase(), ...names },
        versions: all,
      },
    }));

const V = '/spec/versions/0';
const POINTERS = [
  '/metadata/name',
  '/spec',
  ...[
    'group',
    'scope',
    'names',
    'versions',
    'conversion',
    'conversion/strategy',
    'preserveUnknownFields',
    'surplus',
  ].map((name) => `/spec/${name}`),
  ...['plural', 'kind', 'singular', 'listKind', 'shortNames', 'categories'].map((name) => `/spec/names/${name}`),
  V,
  ...[
    'name',
    'served',
    'storage',
    'deprecated',
    'deprecationWarning',
    'schema',
    'schema/openAPIV3Schema',
    'surplus',
  ].map((name) => `${V}/${name}`),
  ...['subresources', 'subresources/status', 'subresources/scale', 'additionalPrinterColumns', 'selectableFields'].map(
    (name) => `${V}/${name}`,
  ),
  `${V}/schema/openAPIV3Schema/properties/spec`,
  `${V}/additionalPrinterColumns/0`,
  `${V}/selectableFields/0/jsonPath`,
];

const VALUES = mostly(
  ODD,
  fc.constantFrom<unknown[]>('Cluster', 'Webhook', 'None', ['v1'], undefined, false, 'v1', 'x.y'),
  2,
);

const oddly = (body: fc.Arbitrary<Json>): fc.Arbitrary<unknown> =>
  mostly(
    body,
    fc
      .tuple(body, fc.constantFrom(...POINTERS), VALUES)
      .map(([object, pointer, value]) => withAt(object, pointer.split('/').slice(1), value)),
    3,
  );

const at = (name: string): string => `${DEFINITIONS}/${name}s.${GROUP}`;

/** What is only tried changes nothing that servers take their time with. */
const tried = some({ fieldValidation: fc.constantFrom('Strict', 'Ignore') }).map((query) => ({
  dryRun: 'All',
  ...(query as Record<string, string>), // made of strings above
}));
const done = fc.constant<Readonly<Record<string, string>>>({});

const create = (name: string, query: fc.Arbitrary<Readonly<Record<string, string>>>): fc.Arbitrary<Step> =>
  fc
    .tuple(oddly(definitionNamed(name, VERSIONS)), query)
    .map(([body, options]) => ({ method: 'POST', path: DEFINITIONS, query: options, body }));

/** Good, so that there is something to change. */
const plain = (name: string): fc.Arbitrary<Step> =>
  randomSchema(1).chain((spec) => {
    const whole = { openAPIV3Schema: { type: 'object', properties: { spec } } };
    const one = { name: 'v1', served: true, storage: true, schema: whole, subresources: { status: {} } };
    return definitionNamed(name, fc.constantFrom([one], [one, { ...one, name: 'v2', storage: false }])).map((body) => ({
      method: 'POST',
      path: DEFINITIONS,
      body,
    }));
  });

const update = (name: string): fc.Arbitrary<Step> =>
  fc
    .tuple(oddly(definitionNamed(name, VERSIONS)), tried)
    .map(([body, query]) => ({ method: 'PUT', path: at(name), query, basedOn: at(name), body }));

const merge = (name: string): fc.Arbitrary<Step> =>
  fc
    .tuple(
      fc
        .constantFrom(...POINTERS, '/status/storedVersions', '/status/acceptedNames/kind')
        .filter((one) => !one.includes('/0')),
      VALUES,
      mostly(fc.constant(''), fc.constant('/status'), 3),
      mostly(tried, done, 3),
    )
    .map(([pointer, value, sub, query]) => ({
      method: 'PATCH',
      path: `${at(name)}${sub}`,
      query: sub === '' ? query : { dryRun: 'All' },
      body: withAt({}, pointer.split('/').slice(1), value),
      type: 'application/merge-patch+json',
    }));

const jsonPatch = (name: string): fc.Arbitrary<Step> =>
  fc
    .tuple(fc.constantFrom(...POINTERS), fc.constantFrom('add', 'replace', 'remove'), VALUES, mostly(tried, done, 3))
    .map(([path, op, value = null, query]) => ({
      method: 'PATCH',
      path: at(name),
      query,
      body: [{ op, path, ...(op === 'remove' ? {} : { value }) }],
      type: 'application/json-patch+json',
    }));

const apply = (name: string): fc.Arbitrary<Step> =>
  fc.tuple(plain(name), tried, fc.constantFrom('true', 'false')).map(([{ body }, query, force]) => ({
    method: 'PATCH',
    path: at(name),
    query: { ...query, fieldManager: 'one', force },
    body,
    type: 'application/apply-patch+yaml',
  }));

const look = (name: string): fc.Arbitrary<Step> =>
  fc.constantFrom<Step[]>(
    { method: 'GET', path: at(name) },
    { method: 'GET', path: at(name), accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    { method: 'DELETE', path: at(name), query: { dryRun: 'All' } },
  );

const stepOn = (name: string): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 8, arbitrary: create(name, tried) },
    { weight: 5, arbitrary: update(name) },
    { weight: 3, arbitrary: merge(name) },
    { weight: 3, arbitrary: jsonPatch(name) },
    { weight: 2, arbitrary: apply(name) },
    { weight: 1, arbitrary: look(name) },
  );

/** CustomResourceDefinitions themselves. */
export const definitions: FuzzKind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  collection: DEFINITIONS,
  builtIn: true,
  hasStatus: true,
  content: fc.constant({}),
  part: fc.constant({}),
  pointers: [],
  last: {},
  requests: { first: plain('a'), any: NAMES.chain(stepOn) },
};
