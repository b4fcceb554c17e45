import fc from 'fast-check';
import { leases, roleBindings, roles, secrets, serviceAccounts } from './built-in-kinds.js';
import { CLUSTER_KINDS } from './cluster-kinds.js';
import { definitions } from './definition-requests.js';
import type { FuzzKind } from './fuzz-kind.js';
import { GIZMO_API } from './gizmo.js';
import { ingresses, networkPolicies, services } from './network-kinds.js';
import { manifestWorks, placements } from './own-kinds.js';
import { autoscalers, budgets, limitRanges, quotas } from './policy-kinds.js';
import { STORAGE_KINDS } from './storage-kinds.js';
import { mostly, some } from './values.js';
import { cronJobs, daemonSets, deployments, jobs, pods, replicaSets, statefulSets } from './workload-kinds.js';

const TEXT = fc.constantFrom('x', 'y', '');

const CONFIG = some({
  data: fc.dictionary(
    mostly(fc.constantFrom('l', 'm.n', 'o'), fc.constantFrom('k', 'a/b', '..', 'z'.repeat(254))),
    TEXT,
    {
      minKeys: 1,
      maxKeys: 3,
    },
  ),
  // An empty map differs from none for kube-apiserver where the object is immutable.
  binaryData: fc.dictionary(
    fc.constantFrom('k', 'bin'),
    mostly(fc.constantFrom('AQI=', ''), fc.constantFrom('!', 'AQI')),
    {
      minKeys: 1,
      maxKeys: 1,
    },
  ),
});

const configMaps: FuzzKind = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  collection: '/api/v1/namespaces/{ns}/configmaps',
  builtIn: true,
  hasStatus: false,
  content: mostly(
    CONFIG,
    CONFIG.map((config) => ({ ...config, immutable: true })),
  ),
  part: CONFIG,
  pointers: ['/data', '/data/k', '/data/none', '/binaryData', '/binaryData/bin', '/immutable', '/surplus', ''],
  last: {},
};

const SIZE = mostly(fc.integer({ min: 1, max: 10 }), fc.constantFrom(0, 11));
const PART = fc.record(
  { id: mostly(fc.constantFrom('p', 'q', 'r'), fc.constantFrom('', undefined)), weight: SIZE, note: TEXT },
  { requiredKeys: ['id'] },
);
const PARTS = mostly(
  fc.uniqueArray(PART, { maxLength: 3, selector: ({ id }) => id }),
  fc.array(PART, { minLength: 2, maxLength: 3 }),
);
const PORT = fc.record(
  { port: fc.constantFrom(1, 2), protocol: fc.constantFrom('TCP', 'UDP'), label: TEXT },
  { requiredKeys: ['port'] },
);
const PORTS = mostly(
  fc.uniqueArray(PORT, { maxLength: 3, selector: ({ port, protocol = 'TCP' }) => `${port}/${protocol}` }),
  fc.array(PORT, { minLength: 2, maxLength: 3 }),
);

const GIZMO_MEMBERS = {
  ratio: mostly(fc.constantFrom(0.5), fc.constantFrom(0.3, 1, 2.5)),
  on: fc.boolean(),
  colour: mostly(fc.constantFrom('red', 'green'), fc.constant('blue')),
  name: mostly(fc.constantFrom('abc', 'de'), fc.constantFrom('ABC', 'toolong', '')),
  when: mostly(fc.constant('2001-01-01T00:00:00Z'), fc.constantFrom('yesterday', '2001-01-01')),
  maybe: fc.constantFrom('x', null),
  port: mostly(fc.constantFrom<(string | number)[]>(80, 'http'), fc.constantFrom<unknown[]>(1.5, true, null)),
  free: fc.constantFrom<unknown[]>({}, { a: 1 }, { a: { b: [1, null] } }, { a: null }),
  inner: some({ depth: SIZE }),
  whole: some({ x: TEXT, y: TEXT }),
  table: mostly(fc.dictionary(fc.constantFrom('a', 'b', 'c'), SIZE, { maxKeys: 2 }), fc.constant({ a: 1, b: 2, c: 3 })),
  order: mostly(fc.array(TEXT, { maxLength: 3 }), fc.constant(['1', '2', '3', '4'])),
  set: mostly(fc.uniqueArray(fc.constantFrom('s', 't', 'u'), { maxLength: 3 }), fc.constant(['s', 's'])),
  parts: PARTS,
  ports: PORTS,
};

const GIZMO_POINTERS = [
  'size',
  ...Object.keys(GIZMO_MEMBERS),
  'surplus',
  'parts/0',
  'parts/0/weight',
  'parts/-',
  'set/0',
  'set/-',
  'order/1',
  'inner/depth',
  'free/a',
].map((path) => `/spec/${path}`);

const gizmos: FuzzKind = {
  apiVersion: GIZMO_API,
  kind: 'Gizmo',
  collection: `/apis/${GIZMO_API}/namespaces/{ns}/gizmos`,
  builtIn: false,
  hasStatus: true,
  content: fc.tuple(SIZE, some(GIZMO_MEMBERS)).map(([size, rest]) => ({ spec: { size, ...rest } })),
  part: some({ size: SIZE, ...GIZMO_MEMBERS }).map((spec) => ({ spec })),
  status: some({
    phase: mostly(fc.constantFrom('New', 'Done'), fc.constant('Odd')),
    count: SIZE,
    conditions: fc.array(
      fc.record({ type: fc.constantFrom('Ready', 'Set'), status: fc.constantFrom('True', 'False') }),
      { maxLength: 2 },
    ),
  }),
  pointers: ['/spec', '/surplus', '', '/status', '/status/phase', '/status/conditions', ...GIZMO_POINTERS],
  fieldSelectors: ['spec.colour=red', 'spec.colour!=red'],
  last: { spec: { size: 1 } },
};

/** What sequences are about. */
export const KINDS: readonly FuzzKind[] = [
  configMaps,
  gizmos,
  placements,
  manifestWorks,
  secrets,
  leases,
  serviceAccounts,
  roles,
  roleBindings,
  ingresses,
  networkPolicies,
  budgets,
  autoscalers,
  limitRanges,
  deployments,
  replicaSets,
  statefulSets,
  daemonSets,
  cronJobs,
  pods,
  definitions,
];

/** What they may be about, when kinds are named. */
export const ALL_KINDS: readonly FuzzKind[] = [...KINDS, jobs, services, quotas, ...STORAGE_KINDS, ...CLUSTER_KINDS];
