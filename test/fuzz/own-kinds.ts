import fc from 'fast-check';
import { Placement } from '../../src/api/placement.js';
import { ManifestWork } from '../../src/api/work.js';
import type { FuzzKind } from './fuzz-kind.js';
import { type Json, mostly, NAMES, some } from './values.js';

const custom = (
  { group, version, kind, plural }: { group: string; version: string; kind: string; plural: string },
  rest: Pick<FuzzKind, 'content' | 'part' | 'status' | 'pointers' | 'last'>,
): FuzzKind => ({
  apiVersion: `${group}/${version}`,
  kind,
  collection: `/apis/${group}/${version}/namespaces/{ns}/${plural}`,
  builtIn: false,
  hasStatus: true,
  ...rest,
});

const CONDITIONS = fc.uniqueArray(
  fc.record({
    type: mostly(fc.constantFrom('Ready', 'Applied'), fc.constant(''), 20),
    status: mostly(fc.constantFrom('True', 'False'), fc.constant('Odd'), 20),
    reason: mostly(fc.constantFrom('Well', 'Badly'), fc.constantFrom('', 'a b'), 20),
    message: fc.constantFrom('', 'x'),
    lastTransitionTime: mostly(fc.constant('2001-01-01T00:00:00Z'), fc.constantFrom('yesterday', null), 20),
  }),
  { maxLength: 2, selector: ({ type }) => type },
);

const SELECTOR = some({
  matchLabels: fc.constantFrom({ app: 'web' }, {}),
  matchExpressions: fc.array(
    fc.record(
      { key: fc.constant('app'), operator: fc.constantFrom('In', 'Exists', 'Odd'), values: fc.constant(['web']) },
      { requiredKeys: ['key', 'operator'] },
    ),
    { maxLength: 1 },
  ),
});

const PLACEMENT = some({
  clusterSets: fc.subarray(['one', 'two']),
  numberOfClusters: fc.constantFrom(0, 3),
  predicates: fc.array(
    some({
      requiredClusterSelector: some({
        labelSelector: SELECTOR,
        celSelector: fc.constant({ celExpressions: ['true'] }),
      }),
    }),
    { maxLength: 2 },
  ),
  prioritizerPolicy: some({
    mode: fc.constantFrom('Additive', 'Exact'),
    configurations: fc.array(
      fc.record(
        {
          scoreCoordinate: some({
            type: mostly(fc.constant('BuiltIn'), fc.constant('Odd')),
            builtIn: fc.constant('Steady'),
          }),
          weight: mostly(fc.constantFrom(-10, 0, 5), fc.constant(11)),
        },
        { requiredKeys: ['scoreCoordinate'] },
      ),
      { maxLength: 2 },
    ),
  }),
  tolerations: fc.array(
    some({
      key: mostly(fc.constant('example.com/gone'), fc.constant('a b')),
      operator: mostly(fc.constantFrom('Exists', 'Equal'), fc.constant('Odd')),
      effect: fc.constantFrom('NoSelect', 'PreferNoSelect'),
      tolerationSeconds: fc.constantFrom(0, 300),
    }),
    { maxLength: 2 },
  ),
  spreadPolicy: some({
    spreadConstraints: fc.array(
      fc.record(
        {
          topologyKey: fc.constantFrom('zone', 'example.com/zone'),
          topologyKeyType: mostly(fc.constantFrom('Label', 'Claim'), fc.constant('Odd')),
          maxSkew: mostly(fc.constantFrom(1, 2), fc.constant(0)),
        },
        { requiredKeys: ['topologyKey', 'topologyKeyType'] },
      ),
      { maxLength: 2 },
    ),
  }),
  decisionStrategy: some({
    groupStrategy: some({
      clustersPerDecisionGroup: mostly(
        fc.constantFrom<(string | number)[]>('50%', '10', 10),
        fc.constantFrom('0%', 'x'),
      ),
      decisionGroups: fc.array(
        fc.record({
          groupName: mostly(fc.constantFrom('ga', 'gb'), fc.constant('-')),
          groupClusterSelector: some({ labelSelector: SELECTOR }),
        }),
        { maxLength: 1 },
      ),
    }),
  }),
  sortBy: mostly(fc.constantFrom('ClusterName', 'Score'), fc.constant('Odd')),
  scoreRateLimit: mostly(fc.constantFrom('1m', '10s'), fc.constant('1d')),
}).map((spec): Json => ({ spec }));

export const placements = custom(Placement, {
  content: PLACEMENT,
  part: PLACEMENT,
  status: some({
    numberOfSelectedClusters: fc.constantFrom(0, 2),
    conditions: CONDITIONS,
    decisionGroups: fc.array(some({ decisionGroupIndex: fc.constantFrom(0, 1), decisions: fc.constant(['d-1']) }), {
      maxLength: 1,
    }),
  }),
  pointers: [
    '/spec',
    '/spec/clusterSets',
    '/spec/clusterSets/-',
    '/spec/numberOfClusters',
    '/spec/predicates',
    '/spec/predicates/0',
    '/spec/prioritizerPolicy/mode',
    '/spec/tolerations/0',
    '/spec/tolerations/-',
    '/spec/sortBy',
    '/spec/surplus',
    '',
  ],
  last: { spec: {} },
});

const MANIFEST = mostly(
  fc.record({
    apiVersion: fc.constant('v1'),
    kind: fc.constant('ConfigMap'),
    metadata: fc.record({ name: NAMES, namespace: fc.constantFrom('default', 'x') }),
    data: fc.constantFrom({}, { k: 'v' }, { k: null }),
  }),
  fc.constantFrom<Json[]>(
    {},
    { apiVersion: 'v1' },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: { app: 1 } } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: 'x' },
  ),
);
const WORK = some({
  workload: some({ manifests: fc.array(MANIFEST, { maxLength: 2 }) }),
  deleteOption: some({
    propagationPolicy: mostly(fc.constantFrom('Foreground', 'Orphan'), fc.constant('Odd')),
    ttlSecondsAfterFinished: fc.constantFrom(0, 60),
  }),
  manifestConfigs: fc.uniqueArray(
    fc.record(
      {
        resourceIdentifier: fc.record({
          group: fc.constant(''),
          resource: fc.constantFrom('configmaps', 'secrets'),
          name: NAMES,
          namespace: fc.constant('default'),
        }),
        feedbackRules: fc.constant([{ type: 'WellKnownStatus' }]),
        updateStrategy: mostly(
          fc.constantFrom<Json[]>({ type: 'ServerSideApply' }, { type: 'CreateOnly' }),
          fc.constant({ type: 'Odd' }),
        ),
      },
      { requiredKeys: ['resourceIdentifier'] },
    ),
    { maxLength: 2, selector: ({ resourceIdentifier: { resource, name } }) => `${resource}/${name}` },
  ),
  executor: fc.record({
    subject: fc.record({
      type: mostly(fc.constant('ServiceAccount'), fc.constant('Odd')),
      serviceAccount: fc.record({ namespace: mostly(fc.constant('default'), fc.constant('Bad')), name: NAMES }),
    }),
  }),
}).map((spec): Json => ({ spec }));

export const manifestWorks = custom(ManifestWork, {
  content: WORK,
  part: WORK,
  status: some({
    conditions: CONDITIONS,
    resourceStatus: some({
      manifests: fc.array(
        fc.record({ resourceMeta: fc.constant({ ordinal: 0, kind: 'ConfigMap' }), conditions: CONDITIONS }),
        {
          maxLength: 2,
        },
      ),
    }),
  }),
  pointers: [
    '/spec',
    '/spec/workload',
    '/spec/workload/manifests',
    '/spec/workload/manifests/0',
    '/spec/workload/manifests/0/data',
    '/spec/workload/manifests/-',
    '/spec/deleteOption/propagationPolicy',
    '/spec/manifestConfigs',
    '/spec/executor',
    '/spec/surplus',
    '',
  ],
  last: {},
});
