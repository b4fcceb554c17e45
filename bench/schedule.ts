import { AddOnPlacementScore } from '../src/api/addon-score.js';
import { ManagedCluster } from '../src/api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../src/api/cluster-set.js';
import { Placement } from '../src/api/placement.js';
import { CLUSTER_GROUP, CLUSTER_SET_LABEL } from '../src/api/placement-labels.js';
import { deepFreeze } from '../src/apimachinery/clone.js';
import { fleetOf } from '../src/scheduler/fleet.js';
import { PROFILE } from '../src/scheduler/profile.js';
import { schedule } from '../src/scheduler/schedule.js';
import type { Snapshot } from '../src/scheduler/snapshot.js';
import { type Benchmark, percentiles, type Row } from './report.js';

const CLUSTERS = 1_000;
const PLACEMENTS = 1_000;

/** Deciding only, nothing is read or written: every placement once, over the same fleet. */
export const benchSchedule: Benchmark = async () => {
  const snapshot = snapshotOf(CLUSTERS);
  const shapes: readonly [string, (at: number) => object][] = [
    ['labels', (at) => ({ predicates: [withLabels(at)] })],
    ['labels, claims, taints, all prioritizers, 10 clusters', (at) => everything(at)],
    ['one CEL expression of its own instead of labels', (at) => withCel(at)],
  ];
  return shapes.map(([name, specOf]) => {
    const placements = Array.from({ length: PLACEMENTS }, (_, at) => placement(at, specOf(at)));
    return row(name, placements, snapshot);
  });
};

function row(name: string, placements: readonly Placement[], snapshot: Snapshot): Row {
  const samples = placements.map((one) => {
    const started = performance.now();
    schedule(one, snapshot, PROFILE);
    return performance.now() - started;
  });
  return { name: `${PLACEMENTS} placements × ${CLUSTERS} clusters: ${name}`, value: percentiles(samples) };
}

const withLabels = (at: number) => ({
  requiredClusterSelector: { labelSelector: { matchLabels: { slot: `${at % 50}` } } },
});

const everything = (at: number) => ({
  numberOfClusters: 10,
  predicates: [
    withLabels(at),
    {
      requiredClusterSelector: {
        labelSelector: { matchExpressions: [{ key: 'region', operator: 'In', values: ['eu', 'us'] }] },
        claimSelector: { matchExpressions: [{ key: 'product', operator: 'Exists' }] },
      },
    },
  ],
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  prioritizerPolicy: {
    mode: 'Additive',
    configurations: [
      { scoreCoordinate: { builtIn: 'ResourceAllocatableCPU' } },
      { scoreCoordinate: { builtIn: 'ResourceAllocatableMemory' } },
      { scoreCoordinate: { type: 'AddOn', addOn: { resourceName: 'usage', scoreName: 'cpu' } } },
    ],
  },
});

const withCel = (at: number) => ({
  ...everything(at),
  predicates: [
    {
      requiredClusterSelector: {
        celSelector: {
          celExpressions: [
            `managedCluster.metadata.labels["slot"] != "${at}" && managedCluster.status.clusterClaims.exists(c, c.name == "product")`,
          ],
        },
      },
    },
  ],
});

const placement = (at: number, spec: object): Placement =>
  Placement.schema.parse({
    apiVersion: `${CLUSTER_GROUP}/v1beta1`,
    kind: 'Placement',
    metadata: { name: `p-${at}`, namespace: 'bench' },
    spec,
  });

function snapshotOf(count: number): Snapshot {
  // Frozen, as in an informer's cache.
  const clusters = Array.from({ length: count }, (_, at) => deepFreeze(cluster(at)));
  const set = { apiVersion: `${CLUSTER_GROUP}/v1beta2`, kind: 'ManagedClusterSet', metadata: { name: 'all' } };
  const binding = {
    apiVersion: `${CLUSTER_GROUP}/v1beta2`,
    kind: 'ManagedClusterSetBinding',
    metadata: { name: 'all', namespace: 'bench' },
    spec: { clusterSet: 'all' },
  };
  const scores = new Map(clusters.map(({ metadata: { name } }, at) => [name, score(name, at)]));
  const total = new Map(clusters.map(({ metadata: { name } }, at) => [name, 1 + (at % 7)]));
  return {
    now: new Date(),
    fleet: fleetOf({
      clusters,
      sets: [ManagedClusterSet.schema.parse(set)],
      bindings: [ManagedClusterSetBinding.schema.parse(binding)],
    }),
    decisions: { total, of: () => new Map() },
    scores: { of: (name) => scores.get(name) },
  };
}

const cluster = (at: number): ManagedCluster =>
  ManagedCluster.schema.parse({
    apiVersion: `${CLUSTER_GROUP}/v1`,
    kind: 'ManagedCluster',
    metadata: {
      name: `cluster-${String(at).padStart(5, '0')}`,
      labels: { [CLUSTER_SET_LABEL]: 'all', slot: `${at % 50}`, region: ['eu', 'us', 'ap'][at % 3] },
    },
    spec: at % 10 === 0 ? { taints: [{ key: 'dedicated', effect: 'NoSelect' }] } : {},
    status: {
      allocatable: { cpu: `${1 + (at % 16)}`, memory: `${1 + (at % 64)}Gi` },
      capacity: { cpu: '16', memory: '64Gi' },
      clusterClaims: [{ name: 'product', value: at % 2 ? 'EKS' : 'AKS' }],
    },
  });

const score = (namespace: string, at: number): AddOnPlacementScore =>
  AddOnPlacementScore.schema.parse({
    apiVersion: `${CLUSTER_GROUP}/v1alpha1`,
    kind: 'AddOnPlacementScore',
    metadata: { name: 'usage', namespace },
    status: { scores: [{ name: 'cpu', value: (at % 201) - 100 }] },
  });
