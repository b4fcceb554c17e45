import type { AddOnPlacementScore } from '../api/addon-score.js';
import type { ManagedCluster } from '../api/cluster.js';
import type { ManagedClusterSet, ManagedClusterSetBinding } from '../api/cluster-set.js';
import { keyOf } from '../api/meta.js';
import type { Placement } from '../api/placement.js';
import type { PlacementDecision } from '../api/placement-decision.js';
import { PLACEMENT_LABEL } from '../api/placement-labels.js';
import { fleetOf } from '../scheduler/fleet.js';
import { PROFILE } from '../scheduler/profile.js';
import { clustersOf } from '../scheduler/publication.js';
import { type Schedule, schedule } from '../scheduler/schedule.js';
import type { Decisions, EntryCounts, Snapshot } from '../scheduler/snapshot.js';

/** The objects a placement is decided from. */
export interface World {
  readonly clusters: readonly ManagedCluster[];
  readonly sets: readonly ManagedClusterSet[];
  readonly bindings: readonly ManagedClusterSetBinding[];
  readonly decisions: readonly PlacementDecision[];
  readonly scores: readonly AddOnPlacementScore[];
}

export interface ClusterExplanation {
  readonly cluster: string;
  readonly selected: boolean;
  /** From 1, among the clusters that passed every filter. */
  readonly rank?: number;
  readonly score?: number;
  readonly scores?: Readonly<Record<string, { readonly value: number | null; readonly weight: number }>>;
  /** The rule that left it out. */
  readonly by?: string;
  readonly reasons: readonly string[];
}

export interface Explanation {
  readonly placement: string;
  readonly misconfiguration?: string;
  readonly boundSets: readonly string[];
  readonly usedSets: readonly string[];
  readonly clusters: readonly ClusterExplanation[];
}

/** Why each cluster of the hub is or is not selected; what would be decided now, from these objects. */
export function explain(placement: Placement, world: World, now: Date): Explanation {
  const snapshot = snapshotOf(world, now);
  const decided = schedule(placement, snapshot, PROFILE);
  const clusters = world.clusters
    .map((cluster) => explainCluster(cluster, { placement, snapshot, decided }))
    .sort((a, b) => Number(b.selected) - Number(a.selected) || (a.rank ?? 1e9) - (b.rank ?? 1e9) || compare(a, b));
  return {
    placement: keyOf(placement),
    ...(decided.misconfiguration ? { misconfiguration: decided.misconfiguration.message } : {}),
    boundSets: decided.boundSets,
    usedSets: decided.eligibleSets,
    clusters,
  };
}

const compare = (a: ClusterExplanation, b: ClusterExplanation): number => (a.cluster < b.cluster ? -1 : 1);

interface Context {
  readonly placement: Placement;
  readonly snapshot: Snapshot;
  readonly decided: Schedule;
}

function explainCluster(cluster: ManagedCluster, { placement, snapshot, decided }: Context): ClusterExplanation {
  const { name } = cluster.metadata;
  if (!decided.candidates.some(({ metadata }) => metadata.name === name)) {
    return { cluster: name, selected: false, by: 'ClusterSet', reasons: [notMember(cluster, decided)] };
  }
  const dropped = decided.judged.dropped.find((one) => one.cluster === name);
  if (dropped) {
    const filter = PROFILE.filters.find((one) => one.name === dropped.by);
    const reasons = filter?.explain(placement, cluster, snapshot) ?? [];
    return { cluster: name, selected: false, by: dropped.by, reasons: reasons.length > 0 ? reasons : [dropped.reason] };
  }
  const selected = decided.selected.some(({ metadata }) => metadata.name === name);
  const index = decided.ranked.findIndex((one) => one.cluster.metadata.name === name);
  const row = decided.judged.fitting.findIndex(({ metadata }) => metadata.name === name);
  const scores = Object.fromEntries(
    decided.columns.map(({ name, weight, values }) => [name, { value: values[row] ?? null, weight }]),
  );
  return {
    cluster: name,
    selected,
    ...(index < 0 ? {} : { rank: index + 1, score: decided.ranked[index]?.total ?? 0, scores }),
    reasons: selected ? [] : [notChosen(decided, placement, index)],
    ...(selected ? {} : { by: 'numberOfClusters' }),
  };
}

function notMember({ metadata }: ManagedCluster, { boundSets, eligibleSets }: Schedule): string {
  if (metadata.deletionTimestamp) return 'the cluster is being deleted';
  if (boundSets.length === 0) return 'no existing ManagedClusterSet is bound into the namespace of the placement';
  if (eligibleSets.length === 0) return `none of spec.clusterSets is among the bound sets ${boundSets.join(', ')}`;
  return `not a member of ${eligibleSets.join(', ')}`;
}

function notChosen({ misconfiguration, ranked }: Schedule, { spec }: Placement, index: number): string {
  if (misconfiguration) return `the placement is misconfigured: ${misconfiguration.message}`;
  return `rank ${index + 1} of ${ranked.length}, and ${spec.numberOfClusters} are wanted`;
}

function snapshotOf(world: World, now: Date): Snapshot {
  const scores = new Map(world.scores.map((score) => [keyOf(score), score]));
  return {
    now,
    fleet: fleetOf(world),
    decisions: countDecisions(world.decisions),
    scores: { of: (cluster, resource) => scores.get(`${cluster}/${resource}`) },
  };
}

function countDecisions(decisions: readonly PlacementDecision[]): Decisions {
  const count = (some: readonly PlacementDecision[]): EntryCounts => {
    const counts = new Map<string, number>();
    for (const name of some.flatMap(clustersOf)) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  };
  const of = (key: string): readonly PlacementDecision[] =>
    decisions.filter(({ metadata }) => `${metadata.namespace}/${metadata.labels?.[PLACEMENT_LABEL]}` === key);
  return { total: count(decisions), of: (key) => count(of(key)) };
}

/** For people: one block per cluster, selected ones first. */
export function explanationText({ placement, misconfiguration, boundSets, usedSets, clusters }: Explanation): string {
  const selected = clusters.filter((one) => one.selected).length;
  const lines = [
    `${placement}: ${selected} of ${clusters.length} clusters selected`,
    ...(misconfiguration ? [`misconfigured: ${misconfiguration}`] : []),
    `bound sets: ${boundSets.join(', ') || 'none'}; used: ${usedSets.join(', ') || 'none'}`,
    '',
  ];
  for (const one of clusters) {
    lines.push(
      `${one.selected ? '✓' : '✗'} ${one.cluster}${one.rank === undefined ? '' : `  rank ${one.rank}, score ${one.score}`}`,
    );
    for (const [name, { value, weight }] of Object.entries(one.scores ?? {})) {
      lines.push(`    ${name}: ${value ?? 'no score'} × ${weight}`);
    }
    for (const reason of one.reasons) lines.push(`    ${one.by}: ${reason}`);
  }
  return `${lines.join('\n')}\n`;
}
