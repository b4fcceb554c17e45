import { type Condition, findCondition } from '../api/conditions.js';
import type { ManifestWork } from '../api/work.js';

export type RolloutState = 'ToApply' | 'Progressing' | 'Succeeded' | 'Failed' | 'TimeOut' | 'Skip';

/** How far one cluster is with the current template. */
export interface ClusterRollout {
  readonly cluster: string;
  readonly state: RolloutState;
  /** Milliseconds; absent where no condition tells. */
  readonly since?: number;
}

/**
 * Pure. Of a work that carries the current template. Without a Progressing condition, which agents only report when the
 * template has a rule for it, a cluster stays ToApply.
 */
export function rolloutStateOf({ metadata, status }: ManifestWork): ClusterRollout {
  const cluster = metadata.namespace ?? '';
  const isCurrent = (condition: Condition | undefined): condition is Condition =>
    condition !== undefined && condition.observedGeneration === metadata.generation;
  const applied = findCondition(status?.conditions, 'Applied');
  const progressing = findCondition(status?.conditions, 'Progressing');
  const degraded = findCondition(status?.conditions, 'Degraded');
  if (!isCurrent(applied) || applied.status !== 'True' || !isCurrent(progressing)) return { cluster, state: 'ToApply' };
  if (degraded && !isCurrent(degraded)) return { cluster, state: 'ToApply' };
  if (progressing.status === 'False') return at(cluster, 'Succeeded', progressing);
  if (progressing.status === 'True' && degraded?.status === 'True') return at(cluster, 'Failed', degraded);
  return at(cluster, 'Progressing', progressing);
}

function at(cluster: string, state: RolloutState, { lastTransitionTime }: Condition): ClusterRollout {
  const since = Date.parse(lastTransitionTime);
  return Number.isNaN(since) ? { cluster, state } : { cluster, state, since };
}
