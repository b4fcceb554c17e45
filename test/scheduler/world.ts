import { AddOnPlacementScore } from '../../src/api/addon-score.js';
import { ManagedCluster } from '../../src/api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../../src/api/cluster-set.js';
import { Placement } from '../../src/api/placement.js';
import { CLUSTER_GROUP, CLUSTER_SET_LABEL } from '../../src/api/placement-labels.js';
import { type FleetIndex, fleetOf } from '../../src/scheduler/fleet.js';
import { PROFILE } from '../../src/scheduler/profile.js';
import { type Schedule, schedule } from '../../src/scheduler/schedule.js';
import type { Snapshot } from '../../src/scheduler/snapshot.js';

export const NOW = new Date('2026-01-01T00:00:00Z');
export const NAMESPACE = 'ns1';

type Json = Readonly<Record<string, unknown>>;

export interface ClusterInput {
  readonly labels?: Readonly<Record<string, string>>;
  readonly set?: string;
  readonly taints?: readonly Json[];
  readonly claims?: Readonly<Record<string, string>>;
  readonly cpu?: string;
  readonly memory?: string;
  readonly deleting?: boolean;
}

/** A member of set `s1` unless told otherwise. */
export function cluster(name: string, input: ClusterInput = {}): ManagedCluster {
  const { labels, set = 's1', taints, claims = {}, cpu, memory, deleting } = input;
  const resources = { ...(cpu && { cpu }), ...(memory && { memory }) };
  return ManagedCluster.schema.parse({
    apiVersion: `${CLUSTER_GROUP}/v1`,
    kind: 'ManagedCluster',
    metadata: {
      name,
      labels: { ...(set && { [CLUSTER_SET_LABEL]: set }), ...labels },
      ...(deleting && { deletionTimestamp: NOW.toISOString() }),
    },
    spec: { ...(taints && { taints }) },
    status: {
      allocatable: resources,
      capacity: resources,
      clusterClaims: Object.entries(claims).map(([claim, value]) => ({ name: claim, value })),
    },
  });
}

export const clusterSet = (name: string, clusterSelector?: Json): ManagedClusterSet =>
  ManagedClusterSet.schema.parse({
    apiVersion: `${CLUSTER_GROUP}/v1beta2`,
    kind: 'ManagedClusterSet',
    metadata: { name },
    ...(clusterSelector && { spec: { clusterSelector } }),
  });

export const binding = (name: string, namespace = NAMESPACE): ManagedClusterSetBinding =>
  ManagedClusterSetBinding.schema.parse({
    apiVersion: `${CLUSTER_GROUP}/v1beta2`,
    kind: 'ManagedClusterSetBinding',
    metadata: { name, namespace },
    spec: { clusterSet: name },
  });

export const placement = (spec: Json = {}, metadata: Json = {}): Placement =>
  Placement.schema.parse({
    apiVersion: `${CLUSTER_GROUP}/v1beta1`,
    kind: 'Placement',
    metadata: { name: 'p', namespace: NAMESPACE, uid: 'uid-p', ...metadata },
    spec,
  });

export const score = (clusterName: string, name: string, value: number, validUntil?: Date): AddOnPlacementScore =>
  AddOnPlacementScore.schema.parse({
    apiVersion: `${CLUSTER_GROUP}/v1alpha1`,
    kind: 'AddOnPlacementScore',
    metadata: { name, namespace: clusterName },
    status: { scores: [{ name, value }], ...(validUntil && { validUntil: validUntil.toISOString() }) },
  });

export interface WorldInput {
  readonly clusters?: readonly ManagedCluster[];
  readonly sets?: readonly ManagedClusterSet[];
  readonly bindings?: readonly ManagedClusterSetBinding[];
  readonly scores?: readonly AddOnPlacementScore[];
  /** Clusters in the decisions of placements, by key; any other key is a foreign decision. */
  readonly decisions?: Readonly<Record<string, readonly string[]>>;
  readonly now?: Date;
}

/** Set `s1` exists and is bound unless told otherwise. */
export function snapshot(world: WorldInput = {}): Snapshot & { readonly fleet: FleetIndex } {
  const { clusters = [], sets = [clusterSet('s1')], bindings = [binding('s1')], scores = [], decisions = {} } = world;
  const held = new Map(Object.entries(decisions).map(([key, names]) => [key, counts(names)]));
  return {
    now: world.now ?? NOW,
    fleet: fleetOf({ clusters, sets, bindings }),
    decisions: { total: counts(Object.values(decisions).flat()), of: (key) => held.get(key) ?? new Map() },
    scores: {
      of: (name, resource) => scores.find(({ metadata }) => metadata.namespace === name && metadata.name === resource),
    },
  };
}

function counts(names: readonly string[]): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  for (const name of names) result.set(name, (result.get(name) ?? 0) + 1);
  return result;
}

export const scheduled = (spec: Json, world: WorldInput): Schedule =>
  schedule(placement(spec), snapshot(world), PROFILE);

export const selectedOf = ({ selected }: Schedule): readonly string[] => selected.map(({ metadata }) => metadata.name);
