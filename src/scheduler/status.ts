import { condition, findCondition, type NewCondition, setConditions } from '../api/conditions.js';
import type { Placement } from '../api/placement.js';
import type { Dropped, Schedule } from './schedule.js';
import type { Slice } from './slices.js';

export type PlacementStatus = NonNullable<Placement['status']>;

/** The status that tells a schedule whose decisions are the slices. */
export function statusOf(
  placement: Placement,
  schedule: Schedule,
  slices: readonly Slice[],
  now: Date,
): PlacementStatus {
  const conditions = [misconfigured(schedule), satisfied(placement, schedule)];
  return {
    ...placement.status,
    numberOfSelectedClusters: schedule.selected.length,
    decisionGroups: schedule.groups.map(({ name, clusters }, index) => ({
      decisionGroupIndex: index,
      decisionGroupName: name,
      decisions: slices.filter(({ group }) => group === index).map((slice) => slice.name),
      clusterCount: clusters.length,
    })),
    conditions: setConditions(placement.status?.conditions, conditions, now),
  };
}

/** The status of a placement that keeps its last good decisions because it cannot be scheduled. */
export function keptStatusOf(placement: Placement, schedule: Schedule, now: Date): PlacementStatus {
  const old = placement.status?.conditions;
  const conditions = [misconfigured(schedule)];
  if (!findCondition(old, 'PlacementSatisfied')) conditions.push(satisfied(placement, schedule));
  return { ...placement.status, conditions: setConditions(old, conditions, now) };
}

export function misconfigured({ misconfiguration: found }: Schedule): NewCondition {
  return found
    ? condition('PlacementMisconfigured', 'True', 'Misconfigured', `${found.plugin}:${found.message}`)
    : condition('PlacementMisconfigured', 'False', 'Succeedconfigured', 'Placement configurations check pass');
}

export function satisfied(placement: Placement, schedule: Schedule): NewCondition {
  const { boundSets, eligibleSets, candidates, selected, unscheduled } = schedule;
  const no = (reason: Parameters<typeof condition<'PlacementSatisfied'>>[2], message: string) =>
    condition('PlacementSatisfied', 'False', reason, message);
  if (boundSets.length === 0) {
    return no('NoManagedClusterSetBindings', 'No valid ManagedClusterSetBindings found in placement namespace');
  }
  if (eligibleSets.length === 0) {
    const wanted = (placement.spec.clusterSets ?? []).join(',');
    return no('NoIntersection', `None of ManagedClusterSets [${wanted}] is bound to placement namespace`);
  }
  if (candidates.length === 0) {
    const sets = eligibleSets.join(',');
    return no('AllManagedClusterSetsEmpty', `All ManagedClusterSets [${sets}] have no member ManagedCluster`);
  }
  const failures = celFailures(schedule.judged.dropped);
  if (selected.length === 0) return no('NoManagedClusterMatched', `${whyNone(placement, schedule)}${failures}`);
  if (unscheduled > 0) return no('NotAllDecisionsScheduled', `${unscheduled} cluster decisions unscheduled${failures}`);
  return condition('PlacementSatisfied', 'True', 'AllDecisionsScheduled', `All cluster decisions scheduled${failures}`);
}

/** OCM's words when predicates alone are the cause; otherwise how many clusters each cause dropped. */
function whyNone({ spec }: Placement, { misconfiguration, judged: { dropped, fitting } }: Schedule): string {
  const byTaint = dropped.filter(({ by }) => by === 'TaintToleration').length;
  const byPredicate = dropped.length - byTaint;
  if (misconfiguration || (byTaint === 0 && fitting.length === 0)) {
    return 'No ManagedCluster matches any of the cluster predicate';
  }
  const causes = [
    byPredicate > 0 && `${clusters(byPredicate)} matched no predicate`,
    byTaint > 0 && `${clusters(byTaint)} dropped for taints that are not tolerated`,
    spec.numberOfClusters === 0 && `numberOfClusters is 0 and ${clusters(fitting.length)} would fit`,
  ];
  return `No ManagedCluster selected: ${causes.filter(Boolean).join(', ')}`;
}

const clusters = (count: number): string => `${count} ManagedCluster${count === 1 ? '' : 's'}`;

function celFailures(dropped: readonly Dropped[]): string {
  const failed = dropped.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  return first ? `; CEL failed on ${clusters(failed.length)}, first ${first.cluster}: ${first.failure}` : '';
}
