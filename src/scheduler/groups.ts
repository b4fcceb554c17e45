import type { ManagedCluster } from '../api/cluster.js';
import type { GroupStrategy } from '../api/placement.js';
import { clusterSelector } from './cluster-selector.js';
import { Misconfigured } from './plugin.js';

export interface Group {
  readonly name: string;
  /** By name. */
  readonly clusters: readonly string[];
}

export interface Grouping {
  /** In order of their index; never empty unless misconfigured. */
  readonly groups: readonly Group[];
  /** Why only the groups before this could be formed. */
  readonly misconfiguration?: Misconfigured;
}

/** Cuts the selected clusters, given by name order, into the groups the strategy names. */
export function grouping(strategy: GroupStrategy | undefined, selected: readonly ManagedCluster[]): Grouping {
  const groups: Group[] = [];
  try {
    for (const group of grouped(strategy, selected)) groups.push(group);
  } catch (error) {
    if (error instanceof Misconfigured) return { groups, misconfiguration: error };
    throw error;
  }
  return { groups: groups.length > 0 ? groups : NO_GROUPS };
}

/** What a placement without any cluster has. */
export const NO_GROUPS: readonly Group[] = [{ name: '', clusters: [] }];

function* grouped(strategy: GroupStrategy | undefined, selected: readonly ManagedCluster[]): Generator<Group> {
  const size = groupSize(strategy?.clustersPerDecisionGroup, selected.length);
  let rest = selected;
  for (const { groupName, groupClusterSelector } of strategy?.decisionGroups ?? []) {
    const matches = clusterSelector('', groupClusterSelector);
    const left: ManagedCluster[] = [];
    const taken: ManagedCluster[] = [];
    for (const cluster of rest) (matches(cluster) ? taken : left).push(cluster);
    yield* chunks(groupName, taken, size);
    rest = left;
  }
  yield* chunks('', rest, size);
}

function chunks(name: string, clusters: readonly ManagedCluster[], size: number): Group[] {
  const names = clusters.map(({ metadata }) => metadata.name);
  return Array.from({ length: Math.ceil(names.length / size) }, (_, at) => ({
    name,
    clusters: names.slice(at * size, (at + 1) * size),
  }));
}

/** At least 1, so that it can divide. */
function groupSize(value: number | string | undefined, total: number): number {
  const size = typeof value === 'string' ? percentOf(value, total) : (value ?? 0);
  return Math.max(1, size <= 0 || size > total ? total : size);
}

function percentOf(text: string, total: number): number {
  if (!text.endsWith('%')) throw new Misconfigured('', `${text} invalid type: string is not a percentage`);
  // In this order, as doubles: 14% of 50 gives 8, which users see as the size of the group.
  return Math.ceil((Number(text.slice(0, -1)) / 100) * total);
}
