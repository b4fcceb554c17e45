import type { Placement } from '../api/placement.js';
import type { PlacementDecision } from '../api/placement-decision.js';
import type { ManifestWorkReplicaSet } from '../api/replica-set.js';
import { PLACEMENT_NAME_LABEL } from '../api/replica-set.js';
import type { ManifestWork } from '../api/work.js';
import { assignClusters, type Selection, selectionOf } from './replicaset-selection.js';
import { carriesTemplate } from './replicaset-work.js';
import { planRollout, type Rollout } from './rollout.js';
import { type ClusterRollout, rolloutStateOf } from './rollout-state.js';

/** Everything a plan depends on. */
export interface ReplicaSetInput {
  readonly set: ManifestWorkReplicaSet;
  /** By name; undefined when there is no such Placement. */
  placement(name: string): Placement | undefined;
  decisions(placement: string): readonly PlacementDecision[];
  /** Every work with the set's owner label. */
  readonly works: readonly ManifestWork[];
  readonly now: number;
}

/** One placementRef of the set. */
export interface PlacementPlan {
  readonly name: string;
  readonly selection: Selection;
  /** Clusters that hold the template once the steps are done. */
  readonly reached: readonly string[];
  readonly succeeded: number;
  /** Clusters it selects that belong to another placement of the set. */
  readonly shared: number;
}

export type Step =
  | { readonly kind: 'create'; readonly cluster: string; readonly placement: string }
  /** Brings template and labels up to date in place. */
  | { readonly kind: 'update'; readonly work: ManifestWork; readonly placement: string }
  | { readonly kind: 'relabel'; readonly work: ManifestWork; readonly placement: string }
  | { readonly kind: 'delete'; readonly work: ManifestWork };

export interface ReplicaSetPlan {
  readonly steps: readonly Step[];
  readonly placements: readonly PlacementPlan[];
  /** A referenced Placement that does not exist: nothing of it or of later ones is decided, nothing is removed. */
  readonly missing?: string;
  /** Why a placementRef could not be rolled out. */
  readonly problems: readonly string[];
  readonly recheckMs?: number;
}

/** Pure. */
export function planReplicaSet(input: ReplicaSetInput): ReplicaSetPlan {
  const { set, works } = input;
  const refs = set.spec?.placementRefs ?? [];
  const missing = refs.find(({ name }) => !input.placement(name))?.name;
  const selections = new Map<string, Selection>();
  for (const { name } of refs) {
    const placement = input.placement(name);
    if (!placement) break;
    if (!selections.has(name)) selections.set(name, selectionOf(placement, input.decisions(name)));
  }
  const assigned = assignClusters(selections, works);
  const steps: Step[] = [];
  const labelled = works.filter(({ metadata }) => metadata.labels?.[PLACEMENT_NAME_LABEL] !== undefined);
  const wanted = new Set<ManifestWork>();
  const placements: PlacementPlan[] = [];
  const problems: string[] = [];
  let recheckMs: number | undefined;

  for (const [name, selection] of selections) {
    const strategy = refs.find((ref) => ref.name === name)?.rolloutStrategy ?? { type: 'All' as const };
    const mine = labelled.filter(({ metadata }) => assigned.get(metadata.namespace ?? '') === name);
    const holders = keepers(mine, input);
    for (const work of holders.values()) wanted.add(work);
    const current = [...holders.values()].filter((work) => carriesTemplate(work, set)).map(rolloutStateOf);
    let rollout: Rollout;
    try {
      rollout = planRollout(strategy, selection.groups.map(only(name, assigned)), current, input.now);
    } catch (error) {
      problems.push(`placement ${name}: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    if (rollout.recheckMs !== undefined) recheckMs = Math.min(rollout.recheckMs, recheckMs ?? rollout.recheckMs);
    const next = deploySteps(rollout.candidates, holders, name, input);
    steps.push(...next);
    placements.push({
      name,
      selection,
      reached: [...new Set([...current.map(({ cluster }) => cluster), ...next.map(clusterOf)])],
      succeeded: current.filter(({ state }) => state === 'Succeeded').length,
      shared: [...selection.clusters].filter((cluster) => assigned.get(cluster) !== name).length,
    });
  }
  steps.push(...relabels(wanted, assigned, steps));
  if (missing === undefined) steps.push(...removals(works, wanted, selections, assigned));
  return {
    steps,
    placements,
    problems,
    ...(missing === undefined ? {} : { missing }),
    ...(recheckMs === undefined ? {} : { recheckMs }),
  };
}

const only =
  (placement: string, assigned: ReadonlyMap<string, string>) =>
  (group: Selection['groups'][number]): Selection['groups'][number] => ({
    ...group,
    clusters: group.clusters.filter((cluster) => assigned.get(cluster) === placement),
  });

/** The work of each cluster; should there be several, the first by name among those that stay. */
function keepers(works: readonly ManifestWork[], { set }: ReplicaSetInput): Map<string, ManifestWork> {
  const byCluster = new Map<string, ManifestWork>();
  const rank = (work: ManifestWork): number =>
    (work.metadata.deletionTimestamp ? 2 : 0) + (carriesTemplate(work, set) ? 0 : 1);
  const ordered = [...works].sort((a, b) => rank(a) - rank(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const work of ordered) {
    const cluster = work.metadata.namespace ?? '';
    if (!byCluster.has(cluster)) byCluster.set(cluster, work);
  }
  return byCluster;
}

function deploySteps(
  candidates: readonly ClusterRollout[],
  holders: ReadonlyMap<string, ManifestWork>,
  placement: string,
  { set }: ReplicaSetInput,
): Step[] {
  return candidates
    .filter(({ state }) => state === 'ToApply')
    .flatMap(({ cluster }): Step[] => {
      const work = holders.get(cluster);
      if (!work) return [{ kind: 'create', cluster, placement }];
      return carriesTemplate(work, set) ? [] : [{ kind: 'update', work, placement }];
    });
}

/** A cluster that moved from one placement of the set to another keeps its work. */
function relabels(
  works: ReadonlySet<ManifestWork>,
  assigned: ReadonlyMap<string, string>,
  steps: readonly Step[],
): Step[] {
  const updated = new Set(steps.flatMap((step) => (step.kind === 'update' ? [step.work] : [])));
  return [...works].flatMap((work): Step[] => {
    const { labels, namespace = '', deletionTimestamp } = work.metadata;
    const placement = assigned.get(namespace);
    const isRight = placement === undefined || labels?.[PLACEMENT_NAME_LABEL] === placement;
    return isRight || deletionTimestamp || updated.has(work) ? [] : [{ kind: 'relabel', work, placement }];
  });
}

/** Works nobody wants any more. While the decisions of a placement may be incomplete, no cluster counts as gone. */
function removals(
  works: readonly ManifestWork[],
  wanted: ReadonlySet<ManifestWork>,
  selections: ReadonlyMap<string, Selection>,
  assigned: ReadonlyMap<string, string>,
): Step[] {
  const complete = [...selections.values()].every((selection) => selection.complete);
  return works
    .filter((work) => !wanted.has(work) && !work.metadata.deletionTimestamp)
    .filter(({ metadata }) => complete || assigned.has(metadata.namespace ?? ''))
    .map((work) => ({ kind: 'delete', work }));
}

const clusterOf = (step: Step): string =>
  step.kind === 'create' ? step.cluster : (step.work.metadata.namespace ?? '');
