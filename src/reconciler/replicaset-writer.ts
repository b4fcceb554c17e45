import type { ManifestWorkReplicaSet } from '../api/replica-set.js';
import { REPLICA_SET_LABEL } from '../api/replica-set.js';
import { ManifestWork } from '../api/work.js';
import { isAlreadyExists, isNotFound, type KubeClient } from '../kube/client.js';
import { commit } from '../kube/commit.js';
import type { Step } from './replicaset-plan.js';
import { newWork, ownerOf, relabelledWork, updatedWork } from './replicaset-work.js';

const IN_FLIGHT = 16;
const MAX_NAMES = 4;

export interface Written {
  /** Clusters whose step failed. */
  readonly failed: ReadonlySet<string>;
  readonly errors: readonly unknown[];
}

/** Carries out the steps of a plan; a failing one does not stop the others. */
export async function writeSteps(
  client: KubeClient,
  set: ManifestWorkReplicaSet,
  steps: readonly Step[],
  signal: AbortSignal,
): Promise<Written> {
  const failed = new Set<string>();
  const errors: unknown[] = [];
  const waiting = [...steps];
  const worker = async (): Promise<void> => {
    for (let step = waiting.shift(); step && !signal.aborted; step = waiting.shift()) {
      try {
        await writeStep(client, set, step, signal);
      } catch (error) {
        failed.add(step.kind === 'create' ? step.cluster : (step.work.metadata.namespace ?? ''));
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, steps.length) }, worker));
  return { failed, errors };
}

async function writeStep(
  client: KubeClient,
  set: ManifestWorkReplicaSet,
  step: Step,
  signal: AbortSignal,
): Promise<void> {
  switch (step.kind) {
    case 'create':
      return createWork(client, set, step.cluster, step.placement, signal);
    case 'update':
      await commit(client, ManifestWork, step.work, updatedWork(step.work, set, step.placement), { signal });
      return;
    case 'relabel':
      await commit(client, ManifestWork, step.work, relabelledWork(step.work, step.placement), { signal });
      return;
    case 'delete':
      return deleteWork(client, step.work, signal);
  }
}

async function createWork(
  client: KubeClient,
  set: ManifestWorkReplicaSet,
  cluster: string,
  placement: string,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const work = newWork(set, cluster, placement, attempt);
    try {
      await client.create(ManifestWork, work, { signal });
      return;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const found = await client.get(ManifestWork, work.metadata, signal);
      // Ours from a moment ago, the cache has not shown it yet.
      if (found?.metadata.labels?.[REPLICA_SET_LABEL] === ownerOf(set)) return;
      if (attempt === MAX_NAMES) throw error;
    }
  }
}

export async function deleteWork(client: KubeClient, { metadata }: ManifestWork, signal: AbortSignal): Promise<void> {
  try {
    await client.delete(ManifestWork, metadata, { ...(metadata.uid ? { uid: metadata.uid } : {}), signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
