import { isConditionTrue } from '../../api/conditions.js';
import { GitSource } from '../../api/gitsource.js';
import { keyOf } from '../../api/meta.js';
import { Placement } from '../../api/placement.js';
import { PlacementDecision } from '../../api/placement-decision.js';
import { PLACEMENT_LABEL } from '../../api/placement-labels.js';
import { ManifestWorkReplicaSet, REPLICA_SET_LABEL } from '../../api/replica-set.js';
import { ManifestWork } from '../../api/work.js';
import type { KubeClient } from '../../kube/client.js';

/** All of the hub that `placet dev` reports on, read at one moment. */
export interface FleetState {
  readonly sources: readonly GitSource[];
  readonly placements: readonly Placement[];
  readonly decisions: readonly PlacementDecision[];
  readonly replicaSets: readonly ManifestWorkReplicaSet[];
  readonly works: readonly ManifestWork[];
}

export async function readFleet(client: KubeClient): Promise<FleetState> {
  const [sources, placements, decisions, replicaSets, works] = await Promise.all([
    client.list(GitSource),
    client.list(Placement),
    client.list(PlacementDecision),
    client.list(ManifestWorkReplicaSet),
    client.list(ManifestWork),
  ]);
  return {
    sources: sources.items,
    placements: placements.items,
    decisions: decisions.items,
    replicaSets: replicaSets.items,
    works: works.items,
  };
}

/** The clusters a placement holds, over all its slices. */
export const clustersOf = ({ decisions }: FleetState, placement: Placement): string[] =>
  decisions
    .filter(({ metadata }) => metadata.namespace === placement.metadata.namespace)
    .filter(({ metadata }) => metadata.labels?.[PLACEMENT_LABEL] === placement.metadata.name)
    .flatMap(({ status }) => status?.decisions.map(({ clusterName }) => clusterName) ?? []);

const notApplied = (state: FleetState, commit: string): string[] =>
  state.sources
    .filter(
      ({ status }) => !status?.lastAppliedRevision?.endsWith(commit) || !isConditionTrue(status.conditions, 'Ready'),
    )
    .map((source) => {
      const ready = source.status?.conditions?.find(({ type }) => type === 'Ready');
      return `GitSource ${keyOf(source)} to apply ${commit.slice(0, 12)}: ${ready?.message ?? 'not read yet'}`;
    });

const notDecided = (state: FleetState): string[] =>
  state.placements
    .filter(({ status }) => !status?.conditions?.some(({ type }) => type === 'PlacementSatisfied'))
    .map((placement) => `Placement ${keyOf(placement)} to be decided`);

const notFannedOut = (state: FleetState): string[] =>
  state.replicaSets.flatMap((set) => {
    const names = (set.spec?.placementRefs ?? []).map(({ name }) => name);
    const wanted = state.placements
      .filter(({ metadata }) => metadata.namespace === set.metadata.namespace && names.includes(metadata.name))
      .flatMap((placement) => clustersOf(state, placement));
    return [...new Set(wanted)]
      .filter((cluster) => !state.works.some((work) => work.metadata.namespace === cluster && belongsTo(work, set)))
      .map((cluster) => `ManifestWorkReplicaSet ${keyOf(set)} to reach ${cluster}`);
  });

const belongsTo = ({ metadata }: ManifestWork, set: ManifestWorkReplicaSet): boolean =>
  metadata.labels?.[REPLICA_SET_LABEL] === `${set.metadata.namespace}.${set.metadata.name}`;

const reached = (work: ManifestWork, type: 'Applied' | 'Available'): boolean =>
  work.status?.conditions?.some(
    (one) => one.type === type && one.status === 'True' && one.observedGeneration === work.metadata.generation,
  ) ?? false;

const notReached = (state: FleetState): string[] =>
  state.works
    .filter((work) => work.metadata.deletionTimestamp || !reached(work, 'Applied') || !reached(work, 'Available'))
    .map((work) => `ManifestWork ${keyOf(work)}: ${workState(work)}`);

const workState = (work: ManifestWork): string => {
  if (work.metadata.deletionTimestamp) return 'being removed';
  const failed = work.status?.conditions?.find(({ status }) => status === 'False');
  if (failed) return `${failed.type} is False: ${failed.message}`;
  return reached(work, 'Applied') ? 'not Available yet' : 'not Applied yet';
};

/** What is still missing, stage by stage, until everything that `commit` asks for runs. Empty: it does. */
export const STAGES: readonly {
  readonly title: string;
  readonly missing: (state: FleetState, commit: string) => string[];
  readonly detail: (state: FleetState) => string;
}[] = [
  {
    title: 'commit read and applied',
    missing: notApplied,
    detail: ({ sources }) =>
      sources
        .map(({ status }) => `${status?.artifact?.objects ?? 0} objects of ${status?.lastAppliedRevision ?? '?'}`)
        .join(', '),
  },
  {
    title: 'placements decided',
    missing: notDecided,
    detail: (state) =>
      state.placements
        .map((placement) => `${placement.metadata.name} → ${clustersOf(state, placement).join(', ') || 'none'}`)
        .join('; '),
  },
  {
    title: 'works created',
    missing: notFannedOut,
    detail: ({ works }) => `${works.length}`,
  },
  {
    title: 'works Applied and Available',
    missing: notReached,
    detail: ({ works }) => `on ${new Set(works.map(({ metadata }) => metadata.namespace)).size} clusters`,
  },
];

export const missingFrom = (state: FleetState, commit: string): string[] =>
  STAGES.flatMap(({ missing }) => missing(state, commit));

/** Rows `placement, clusters, works`; works that no placement spread come last. */
export function overview(state: FleetState): string[][] {
  const rows = state.placements.map((placement) => {
    const sets = state.replicaSets.filter(
      (set) =>
        set.metadata.namespace === placement.metadata.namespace &&
        set.spec?.placementRefs.some(({ name }) => name === placement.metadata.name),
    );
    const works = state.works.filter((work) => sets.some((set) => belongsTo(work, set)));
    return [keyOf(placement), clustersOf(state, placement).join(', ') || '<none>', worksText(works)];
  });
  const single = state.works.filter(({ metadata }) => !metadata.labels?.[REPLICA_SET_LABEL]);
  return [...rows, ...single.map((work) => ['<none>', work.metadata.namespace ?? '', worksText([work])])];
}

const worksText = (works: readonly ManifestWork[]): string =>
  works
    .map(
      (work) =>
        `${keyOf(work)} ${reached(work, 'Applied') && reached(work, 'Available') ? 'Available' : workState(work)}`,
    )
    .join(', ') || '<none>';
