import type { PlacementDecision } from '../api/placement-decision.js';
import { PLACEMENT_LABEL } from '../api/placement-labels.js';
import type { Slice } from './slices.js';

/** One write; `decide` replaces the clusters of an object that exists by then. */
export type Step =
  | { readonly kind: 'create'; readonly slice: Slice }
  | { readonly kind: 'decide'; readonly name: string; readonly clusters: readonly string[] }
  | { readonly kind: 'label'; readonly name: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'delete'; readonly name: string };

/**
 * The writes that turn the existing decisions of a placement into the wanted slices. Between any two of them every
 * cluster that was and stays selected is in some slice; deletions come last.
 */
export function publication(
  placement: string,
  existing: readonly PlacementDecision[],
  wanted: readonly Slice[],
): readonly Step[] {
  const present = new Map(existing.map((decision) => [decision.metadata.name, decision]));
  const names = new Set(wanted.map(({ name }) => name));
  const surplus = existing.filter(
    ({ metadata }) => metadata.labels?.[PLACEMENT_LABEL] === placement && !names.has(metadata.name),
  );
  return [
    ...wanted.filter(({ name }) => !present.has(name)).map((slice) => ({ kind: 'create', slice }) as const),
    ...decides(existing, wanted),
    ...wanted.filter(({ name, labels }) => isMislabelled(present.get(name), labels)).map(label),
    ...surplus.map(({ metadata: { name } }) => ({ kind: 'delete', name }) as const),
  ];
}

const label = ({ name, labels }: Slice): Step => ({ kind: 'label', name, labels });

export const clustersOf = (decision: PlacementDecision | undefined): readonly string[] =>
  (decision?.status?.decisions ?? []).map(({ clusterName }) => clusterName);

function isMislabelled(decision: PlacementDecision | undefined, labels: Readonly<Record<string, string>>): boolean {
  return !!decision && Object.entries(labels).some(([key, value]) => decision.metadata.labels?.[key] !== value);
}

function decides(existing: readonly PlacementDecision[], wanted: readonly Slice[]): Step[] {
  const content = new Map(existing.map((decision) => [decision.metadata.name, clustersOf(decision)]));
  const stays = new Set(wanted.flatMap(({ clusters }) => clusters));
  const holders = new Map<string, number>();
  const count = (clusters: readonly string[], by: number): void => {
    for (const cluster of clusters) holders.set(cluster, (holders.get(cluster) ?? 0) + by);
  };
  for (const clusters of content.values()) count(clusters, 1);

  const steps: Step[] = [];
  const write = (name: string, clusters: readonly string[]): void => {
    count(content.get(name) ?? [], -1);
    count(clusters, 1);
    content.set(name, clusters);
    steps.push({ kind: 'decide', name, clusters });
  };
  /** Clusters that would vanish for a moment if the slice got its final content now. */
  const torn = ({ name, clusters }: Slice): string[] => {
    const next = new Set(clusters);
    const isLast = (cluster: string): boolean => (holders.get(cluster) ?? 0) < 2;
    return (content.get(name) ?? []).filter((cluster) => !next.has(cluster) && stays.has(cluster) && isLast(cluster));
  };

  // From the last slice to the first: a new early name pushes one cluster from each slice into the next.
  let pending = wanted.filter((slice) => !isSame(content.get(slice.name) ?? [], slice.clusters)).reverse();
  while (pending.length > 0) {
    const safe = pending.find((slice) => torn(slice).length === 0);
    const slice = safe ?? pending[0];
    if (!slice) break;
    write(slice.name, safe ? slice.clusters : [...slice.clusters, ...torn(slice)]);
    // A slice that only grew goes to the end: by then the others hold what it keeps for them.
    pending = pending.filter((other) => other !== slice);
    if (!safe) pending = [...pending, slice];
  }
  return steps;
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, at) => name === b[at]);
