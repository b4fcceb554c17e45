import {
  type Condition,
  condition,
  findCondition,
  formatTime,
  isConditionTrue,
  type NewCondition,
  setConditions,
} from '../api/conditions.js';
import type { FeedbackValue, ManifestStatus, ManifestWorkStatus, ResourceMeta } from '../api/work.js';
import { RULE_REASON } from './condition-rules.js';
import { digestOf } from './digest.js';
import { aggregated, type Feedback } from './feedback.js';

/** How applying one manifest ended. */
export type Applied =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: 'AppliedManifestFailed' | 'AppliedManifestSSAIgnoreFieldError';
      readonly message: string;
    };

/** Whether the object is on the cluster, and what its rules derived from it. */
export type Presence =
  | { readonly kind: 'present'; readonly feedback: Feedback | undefined; readonly rules: readonly NewCondition[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly error: string }
  | { readonly kind: 'incomplete' };

/** What one pass learnt about one manifest. `applied` is undefined when applying was not its business. */
export interface Observation {
  readonly meta: ResourceMeta;
  readonly applied: Applied | undefined;
  readonly presence: Presence;
}

interface At {
  readonly generation: number;
  readonly now: Date;
}

const metaKey = ({
  ordinal,
  group = '',
  version = '',
  kind = '',
  resource = '',
  name = '',
  namespace = '',
}: ResourceMeta) => [ordinal, group, version, kind, resource, namespace, name].join('|');
const objectKey = (meta: ResourceMeta): string => metaKey({ ...meta, ordinal: 0 });

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** Old entries by resource and place, else by resource alone where that is unambiguous. */
function oldEntries(old: readonly ManifestStatus[]): (meta: ResourceMeta) => ManifestStatus | undefined {
  const exact = new Map(old.map((entry) => [metaKey(entry.resourceMeta), entry]));
  const loose = grouped(old, (entry) => objectKey(entry.resourceMeta));
  return (meta) => {
    const same = loose.get(objectKey(meta)) ?? [];
    return exact.get(metaKey(meta)) ?? (same.length === 1 ? same[0] : undefined);
  };
}

const isRule = ({ reason }: Condition | NewCondition): boolean => reason.startsWith(RULE_REASON);

/** Conditions that rules derived for an earlier generation say nothing about this one. */
const withoutStaleRules = (conditions: readonly Condition[], generation: number): Condition[] =>
  conditions.filter((c) => !isRule(c) || c.observedGeneration === generation);

function appliedCondition(applied: Applied): NewCondition {
  return applied.ok
    ? condition('Applied', 'True', 'AppliedManifestComplete', 'Apply manifest complete')
    : condition('Applied', 'False', applied.reason, applied.message);
}

function availableCondition(presence: Presence): NewCondition {
  switch (presence.kind) {
    case 'present':
      return condition('Available', 'True', 'ResourceAvailable', 'Resource is available');
    case 'absent':
      return condition('Available', 'False', 'ResourceNotAvailable', 'Resource is not available');
    case 'unknown':
      return condition('Available', 'Unknown', 'FetchingResourceFailed', `Failed to fetch resource: ${presence.error}`);
    case 'incomplete':
      return condition('Available', 'Unknown', 'IncompleteResourceMeta', 'Resource meta is incomplete');
  }
}

function feedbackCondition(feedback: Feedback | undefined): NewCondition {
  if (!feedback) return condition('StatusFeedbackSynced', 'True', 'NoStatusFeedbackSynced');
  if (feedback.errors.length === 0) return condition('StatusFeedbackSynced', 'True', 'StatusFeedbackSynced');
  const message = `Sync status feedback failed with error ${aggregated(feedback.errors)}`;
  return condition('StatusFeedbackSynced', 'False', 'StatusFeedbackSyncFailed', message);
}

/** Applied starts anew with every generation, so its transition time tells when this generation was applied. */
function withApplied(
  conditions: readonly Condition[],
  applied: Applied | undefined,
  { generation, now }: At,
): Condition[] {
  if (!applied) return [...conditions];
  const old = findCondition(conditions, 'Applied');
  const current = old?.observedGeneration === generation ? conditions : conditions.filter((c) => c !== old);
  return setConditions(current, [{ ...appliedCondition(applied), observedGeneration: generation }], now);
}

const touched = (conditions: readonly Condition[], type: string, now: Date): Condition[] =>
  conditions.map((c) => (c.type === type ? { ...c, lastTransitionTime: formatTime(now) } : c));

function manifestStatus(old: ManifestStatus | undefined, observed: Observation, at: At): ManifestStatus {
  const { meta, applied, presence } = observed;
  const before = withoutStaleRules(withApplied(old?.conditions ?? [], applied, at), at.generation);
  const oldValues = old?.statusFeedback;
  if (presence.kind !== 'present') {
    const overridden = before.some((c) => c.type === 'Available' && isRule(c));
    const conditions = overridden ? before : setConditions(before, [availableCondition(presence)], at.now);
    return { resourceMeta: meta, conditions, ...(oldValues ? { statusFeedback: oldValues } : {}) };
  }
  const rules = new Map(presence.rules.map((rule) => [rule.type, rule]));
  const updates = [availableCondition(presence), feedbackCondition(presence.feedback)].filter(
    ({ type }) => !rules.has(type),
  );
  const conditions = setConditions(before, [...updates, ...rules.values()], at.now);
  const values: readonly FeedbackValue[] = presence.feedback?.values ?? [];
  const changed = digestOf(values) !== digestOf(oldValues?.values ?? []);
  return {
    resourceMeta: meta,
    conditions:
      changed && isConditionTrue(before, 'StatusFeedbackSynced')
        ? touched(conditions, 'StatusFeedbackSynced', at.now)
        : conditions,
    ...(values.length > 0 ? { statusFeedback: { values: [...values] } } : {}),
  };
}

function workApplied(observations: readonly Observation[]): NewCondition[] {
  const results = observations.flatMap(({ applied }) => applied ?? []);
  if (results.length === 0) return [];
  return results.every(({ ok }) => ok)
    ? [condition('Applied', 'True', 'AppliedManifestWorkComplete', 'Apply manifest work complete')]
    : [condition('Applied', 'False', 'AppliedManifestWorkFailed', 'Failed to apply manifest work')];
}

function workAvailable(manifests: readonly ManifestStatus[]): NewCondition {
  const statuses = manifests.map(({ conditions }) => findCondition(conditions, 'Available')?.status ?? 'Unknown');
  const count = (status: string): number => statuses.filter((s) => s === status).length;
  const of = (n: number) => `${n} of ${manifests.length} resources`;
  if (count('False') > 0)
    return condition('Available', 'False', 'ResourcesNotAvailable', `${of(count('False'))} are not available`);
  if (count('Unknown') > 0)
    return condition('Available', 'Unknown', 'ResourcesStatusUnknown', `${of(count('Unknown'))} have unknown status`);
  if (count('True') === 0)
    return condition('Available', 'Unknown', 'ResourcesStatusUnknown', 'cannot get any available resource ');
  return condition('Available', 'True', 'ResourcesAvailable', 'All resources are available');
}

function ruleStatus(type: string, statuses: readonly string[]): Condition['status'] {
  const any = (status: string): boolean => statuses.includes(status);
  if (type === 'Progressing') {
    if (any('True')) return 'True';
    return any('Unknown') ? 'Unknown' : 'False';
  }
  if (any('False')) return 'False';
  return any('Unknown') || !any('True') ? 'Unknown' : 'True';
}

const BUILT_IN: ReadonlySet<string> = new Set(['Applied', 'Available']);

/** One condition of the work per type that rules of its manifests produced. */
function workRules(manifests: readonly ManifestStatus[]): NewCondition[] {
  const rules = manifests.flatMap(({ conditions }) => conditions.filter((c) => isRule(c) && !BUILT_IN.has(c.type)));
  const byType = [...grouped(rules, ({ type }) => type)].sort(([a], [b]) => (a < b ? -1 : 1));
  return byType.map(([type, conditions]) => {
    const [only] = conditions;
    const message =
      conditions.length === 1 && only?.message
        ? only.message
        : `Aggregated from ${conditions.length} manifest conditions`;
    const status = ruleStatus(
      type,
      conditions.map((c) => c.status),
    );
    return { type, status, reason: 'ConditionRulesAggregated', message };
  });
}

/** The status after a pass over every manifest. Pure; equal inputs give an equal status, times included. */
export function nextStatus(
  old: ManifestWorkStatus | undefined,
  observations: readonly Observation[],
  at: At,
): ManifestWorkStatus {
  const oldOf = oldEntries(old?.resourceStatus?.manifests ?? []);
  const manifests = observations.map((observed) => manifestStatus(oldOf(observed.meta), observed, at));
  const stamped = (conditions: readonly NewCondition[]) =>
    conditions.map((c) => ({ ...c, observedGeneration: at.generation }));
  const applied = setConditions(
    withoutStaleRules(old?.conditions ?? [], at.generation),
    stamped(workApplied(observations)),
    at.now,
  );
  const conditions = findCondition(applied, 'Applied')
    ? setConditions(applied, stamped([workAvailable(manifests), ...workRules(manifests)]), at.now)
    : applied;
  return { ...old, conditions, resourceStatus: { ...old?.resourceStatus, manifests } };
}

/** Added while the agent takes its objects away. */
export function withDeleting(status: ManifestWorkStatus, { generation, now }: At): ManifestWorkStatus {
  const deleting = condition('Deleting', 'True', 'WorkDeleting', 'ManifestWork is being deleted');
  return {
    ...status,
    conditions: setConditions(status.conditions, [{ ...deleting, observedGeneration: generation }], now),
  };
}
