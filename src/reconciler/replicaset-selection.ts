import type { Placement } from '../api/placement.js';
import type { PlacementDecision } from '../api/placement-decision.js';
import { DECISION_GROUP_INDEX_LABEL, DECISION_GROUP_NAME_LABEL } from '../api/placement-labels.js';
import { PLACEMENT_NAME_LABEL } from '../api/replica-set.js';
import type { ManifestWork } from '../api/work.js';
import type { RolloutGroup } from './rollout.js';

/** What one placement selects, as far as its decisions tell. */
export interface Selection {
  readonly groups: readonly RolloutGroup[];
  readonly clusters: ReadonlySet<string>;
  /** As the placement's status says. */
  readonly selected: number;
  readonly decisionGroups: number;
  /** False while slices are missing: then no cluster counts as gone. */
  readonly complete: boolean;
}

/** Pure. Without any PlacementDecision nothing was decided yet, which is not the same as deciding for no cluster. */
export function selectionOf({ status }: Placement, decisions: readonly PlacementDecision[]): Selection {
  const groups = new Map<string, { index: number; name: string; clusters: Set<string> }>();
  for (const { metadata, status: decided } of decisions) {
    const name = metadata.labels?.[DECISION_GROUP_NAME_LABEL] ?? '';
    const index = groupIndex(metadata.labels?.[DECISION_GROUP_INDEX_LABEL]);
    const key = `${index} ${name}`;
    const group = groups.get(key) ?? { index, name, clusters: new Set() };
    for (const { clusterName } of decided?.decisions ?? []) group.clusters.add(clusterName);
    groups.set(key, group);
  }
  const ordered = [...groups.values()].sort((a, b) => a.index - b.index);
  const clusters = new Set(ordered.flatMap((group) => [...group.clusters]));
  const selected = status?.numberOfSelectedClusters ?? 0;
  return {
    groups: ordered.map((group) => ({ ...group, clusters: [...group.clusters].sort() })),
    clusters,
    selected,
    decisionGroups: status?.decisionGroups?.length ?? 0,
    complete: decisions.length > 0 && clusters.size >= selected,
  };
}

const groupIndex = (label = '0'): number => (/^\d+$/.test(label) ? Number(label) : 0);

/**
 * Pure. Each cluster belongs to one placement of the set: the one its work is labelled with as long as that still
 * selects it, else the first in the order of `selections`.
 */
export function assignClusters(
  selections: ReadonlyMap<string, Selection>,
  works: readonly ManifestWork[],
): ReadonlyMap<string, string> {
  const assigned = new Map<string, string>();
  for (const { metadata } of works) {
    const cluster = metadata.namespace ?? '';
    const placement = metadata.labels?.[PLACEMENT_NAME_LABEL] ?? '';
    if (!assigned.has(cluster) && selections.get(placement)?.clusters.has(cluster)) assigned.set(cluster, placement);
  }
  for (const [name, { clusters }] of selections) {
    for (const cluster of clusters) if (!assigned.has(cluster)) assigned.set(cluster, name);
  }
  return assigned;
}
