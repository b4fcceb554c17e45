import { z } from 'zod';
import { listMap, timestamp } from './schema.js';

/** `metav1.Condition`. */
export const Condition = z
  .object({
    type: z
      .string()
      .max(316)
      .regex(
        /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
      )
      .describe('What the condition is about, in CamelCase or as domain/CamelCase.'),
    status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
    observedGeneration: z
      .int()
      .min(0)
      .optional()
      .describe('The metadata.generation the condition was computed from; older than the object when out of date.'),
    lastTransitionTime: timestamp().describe('When the status last changed.'),
    reason: z
      .string()
      .min(1)
      .max(1024)
      .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
      .describe('The cause of the last transition, for programs.'),
    message: z.string().max(32768).describe('The details of the transition, for people; may be empty.'),
  })
  .describe('One aspect of the current state of this object.');
export type Condition = z.infer<typeof Condition>;

/** `status.conditions`: one entry per type, each with its own writer. */
export const Conditions = listMap(Condition, 'type');

/** The reasons each condition type may give. */
export const REASONS = {
  PlacementSatisfied: [
    'AllDecisionsScheduled',
    'NotAllDecisionsScheduled',
    'AllManagedClusterSetsEmpty',
    'NoManagedClusterSetBindings',
    'NoIntersection',
    'NoManagedClusterMatched',
  ],
  PlacementMisconfigured: ['Misconfigured', 'Succeedconfigured'],
  ClusterSetEmpty: ['NoClusterMatched', 'ClustersSelected'],
  Bound: ['ClusterSetBound', 'ClusterSetNotFound'],
  HubAcceptedManagedCluster: ['HubClusterAdminAccepted', 'HubClusterAdminDenied', 'Error'],
  ManagedClusterJoined: ['ManagedClusterJoined'],
  ManagedClusterConditionAvailable: [
    'ManagedClusterAvailable',
    'ManagedClusterKubeAPIServerUnavailable',
    'ManagedClusterLeaseUpdateStopped',
  ],
  ManagedClusterConditionClockSynced: ['ManagedClusterClockSynced', 'ManagedClusterClockOutOfSync'],
  Applied: [
    'AppliedManifestComplete',
    'AppliedManifestFailed',
    'AppliedManifestSSAIgnoreFieldError',
    'AppliedManifestWorkComplete',
    'AppliedManifestWorkFailed',
  ],
  Available: [
    'ResourceAvailable',
    'ResourceNotAvailable',
    'FetchingResourceFailed',
    'IncompleteResourceMeta',
    'ResourcesAvailable',
    'ResourcesNotAvailable',
    'ResourcesStatusUnknown',
  ],
  StatusFeedbackSynced: ['NoStatusFeedbackSynced', 'StatusFeedbackSynced', 'StatusFeedbackSyncFailed'],
  Deleting: ['WorkDeleting', 'ResourceRemaining', 'NoResource', 'DeletingError'],
  PlacementVerified: ['AsExpected', 'NotAsExpected', 'PlacementDecisionEmpty', 'PlacementDecisionNotFound'],
  PlacementRolledOut: ['Complete', 'Progressing'],
  ManifestworkApplied: ['AsExpected', 'NotAsExpected', 'Processing', 'PlacementDecisionEmpty'],
} as const;
export type ConditionType = keyof typeof REASONS;

/** A condition as its deriver knows it; `setConditions` adds the time. */
export type NewCondition = Omit<Condition, 'lastTransitionTime'>;

export const condition = <Type extends ConditionType>(
  type: Type,
  status: Condition['status'],
  reason: (typeof REASONS)[Type][number],
  message = '',
): NewCondition => ({ type, status, reason, message });

export const findCondition = (list: readonly Condition[] | undefined, type: string): Condition | undefined =>
  list?.find((condition) => condition.type === type);

export const isConditionTrue = (list: readonly Condition[] | undefined, type: string): boolean =>
  findCondition(list, type)?.status === 'True';

/** Kubernetes keeps whole seconds. */
export const formatTime = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

/** `old` with `updates` put in their places or appended; `lastTransitionTime` moves only with the status. */
export function setConditions(
  old: readonly Condition[] | undefined,
  updates: readonly NewCondition[],
  now: Date,
): Condition[] {
  const result = [...(old ?? [])];
  for (const update of updates) {
    const at = result.findIndex(({ type }) => type === update.type);
    const before = result[at];
    const lastTransitionTime = before?.status === update.status ? before.lastTransitionTime : formatTime(now);
    result.splice(at < 0 ? result.length : at, 1, { ...update, lastTransitionTime });
  }
  return result;
}
