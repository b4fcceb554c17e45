import type { Unstructured } from '../../../api/meta.js';
import { statusOf, typed } from '../model/typed.js';
import type { PodSpec } from './pod-shape.js';

interface ContainerStatus {
  ready?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string }; terminated?: { reason?: string; exitCode?: number } };
}

interface PodStatus {
  phase: string;
  reason: string;
  containerStatuses: ContainerStatus[];
}

/** The first columns of `kubectl get pods`. */
export function podStatus(object: Unstructured): { ready: string; phase: string; restarts: string } {
  const { phase = 'Pending', reason, containerStatuses = [] } = statusOf<PodStatus>(object);
  const containers = typed<PodSpec>(object.spec ?? {}).containers ?? [];
  const waiting = containerStatuses.flatMap(({ state }) => state?.waiting?.reason ?? state?.terminated?.reason ?? []);
  return {
    ready: `${containerStatuses.filter(({ ready }) => ready).length}/${containers.length}`,
    phase: object.metadata.deletionTimestamp
      ? 'Terminating'
      : (reason ?? waiting.at(-1) ?? (phase === 'Succeeded' ? 'Completed' : phase)),
    restarts: String(containerStatuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0)),
  };
}
