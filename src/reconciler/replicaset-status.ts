import { condition, isConditionTrue, type NewCondition, setConditions } from '../api/conditions.js';
import type { ManifestWorkReplicaSet } from '../api/replica-set.js';
import type { ManifestWork } from '../api/work.js';
import type { PlacementPlan, ReplicaSetPlan } from './replicaset-plan.js';
import { carriesTemplate } from './replicaset-work.js';

type Status = NonNullable<ManifestWorkReplicaSet['status']>;
type Summary = NonNullable<Status['summary']>;

const COUNTED = [
  ['applied', 'Applied'],
  ['available', 'Available'],
  ['progressing', 'Progressing'],
  ['degraded', 'Degraded'],
] as const;

/** Pure. `works` of the set as they are now; `failed` are clusters whose work could not be written. */
export function statusOf(
  set: ManifestWorkReplicaSet,
  plan: ReplicaSetPlan,
  works: readonly ManifestWork[],
  failed: ReadonlySet<string>,
  now: Date,
): Status {
  const old = set.status ?? {};
  if (plan.missing !== undefined) {
    const message = `Placement ${set.metadata.namespace}/${plan.missing} does not exist`;
    const verified = condition('PlacementVerified', 'False', 'PlacementDecisionNotFound', message);
    return { ...old, conditions: setConditions(old.conditions, [verified], now) };
  }
  const current = works.filter((work) => !work.metadata.deletionTimestamp && carriesTemplate(work, set));
  const summaries = plan.placements.map((placement) => {
    const reached = new Set(placement.reached.filter((cluster) => !failed.has(cluster)));
    return summaryOf(placement, reached, current);
  });
  const summary = total(summaries.map((entry) => entry.summary));
  return {
    ...old,
    conditions: setConditions(old.conditions, conditionsOf(plan, summary), now),
    summary: shown(summary, old.summary),
    placementSummary: summaries,
  };
}

/** The one condition of a set whose works could not carry its name. */
export function tooLongStatus(set: ManifestWorkReplicaSet, now: Date): Status {
  const update: NewCondition = {
    type: 'ManifestworkApplied',
    status: 'False',
    reason: 'InvalidManifestWorkName',
    message: 'the namespace and the name of the set may have at most 63 characters together, with the dot between them',
  };
  return { ...set.status, conditions: setConditions(set.status?.conditions, [update], now) };
}

type Counts = Readonly<Record<'total' | (typeof COUNTED)[number][0], number>>;

function summaryOf(
  { name, selection }: PlacementPlan,
  reached: ReadonlySet<string>,
  works: readonly ManifestWork[],
): { name: string; availableDecisionGroups: string; summary: Counts } {
  const conditions = works
    .filter(({ metadata }) => reached.has(metadata.namespace ?? ''))
    .map(({ status }) => status?.conditions);
  const count = (type: string): number => conditions.filter((list) => isConditionTrue(list, type)).length;
  return {
    name,
    availableDecisionGroups: `${selection.decisionGroups} (${reached.size} / ${selection.selected} clusters applied)`,
    summary: {
      total: reached.size,
      applied: count('Applied'),
      available: count('Available'),
      progressing: count('Progressing'),
      degraded: count('Degraded'),
    },
  };
}

const total = (all: readonly Counts[]): Counts => {
  const sum = (pick: (counts: Counts) => number): number => all.reduce((result, counts) => result + pick(counts), 0);
  return {
    total: sum((counts) => counts.total),
    applied: sum((counts) => counts.applied),
    available: sum((counts) => counts.available),
    progressing: sum((counts) => counts.progressing),
    degraded: sum((counts) => counts.degraded),
  };
};

/** Clients of upstream see a zero only where something was counted before. */
const shown = (counts: Counts, old: Summary = {}): Summary =>
  Object.fromEntries(Object.entries(counts).filter(([name, value]) => value > 0 || name in old));

function conditionsOf(plan: ReplicaSetPlan, summary: Counts): NewCondition[] {
  const selected = plan.placements.reduce((sum, placement) => sum + expected(placement), 0);
  const succeeded = plan.placements.reduce((sum, placement) => sum + placement.succeeded, 0);
  const problem = plan.problems.join('; ');
  return [
    summary.total > 0
      ? condition('PlacementVerified', 'True', 'AsExpected', problem)
      : condition('PlacementVerified', 'False', 'PlacementDecisionEmpty', problem),
    selected === succeeded
      ? condition('PlacementRolledOut', 'True', 'Complete')
      : condition('PlacementRolledOut', 'False', 'Progressing'),
    workCondition(summary),
  ];
}

/** Clusters the placement shares with an earlier one of the set are rolled out there. */
const expected = ({ selection, shared }: PlacementPlan): number => selection.selected - shared;

function workCondition(summary: Counts): NewCondition {
  if (summary.total === 0) return condition('ManifestworkApplied', 'False', 'PlacementDecisionEmpty');
  if (summary.available === summary.total && summary.progressing === 0 && summary.degraded === 0) {
    return condition('ManifestworkApplied', 'True', 'AsExpected');
  }
  return condition(
    'ManifestworkApplied',
    'False',
    summary.progressing > 0 && summary.degraded === 0 ? 'Processing' : 'NotAsExpected',
  );
}
