import { isDeepStrictEqual } from 'node:util';
import { ManagedCluster } from '../api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../api/cluster-set.js';
import { setConditions } from '../api/conditions.js';
import { AUTO_UPDATE_ANNOTATION, CLUSTER_SET_LABEL } from '../api/placement-labels.js';
import { TerminalError } from '../control/errors.js';
import type { KubeClient } from '../kube/client.js';
import { commit } from '../kube/commit.js';
import type { FleetIndex } from '../scheduler/fleet.js';
import { bound, clusterSetEmpty, managedNamespaces, STANDARD_SETS } from './cluster-set-status.js';
import type { HubContext } from './loop.js';

const DEFAULT_SET = 'default';

/** A cluster without an exclusive set belongs to `default`; the namespaces its sets ask for are in its status. */
export async function writeCluster(
  client: KubeClient,
  cluster: ManagedCluster,
  sets: readonly ManagedClusterSet[],
  signal: AbortSignal,
): Promise<void> {
  if (cluster.metadata.deletionTimestamp) return;
  if (!cluster.metadata.labels?.[CLUSTER_SET_LABEL]) {
    const labels = { ...cluster.metadata.labels, [CLUSTER_SET_LABEL]: DEFAULT_SET };
    await commit(
      client,
      ManagedCluster,
      cluster,
      { ...cluster, metadata: { ...cluster.metadata, labels } },
      { signal },
    );
    return; // The change comes back with its new sets.
  }
  const reported = cluster.status?.managedNamespaces;
  const wanted = managedNamespaces(sets, reported);
  if (isDeepStrictEqual(reported ?? [], wanted)) return;
  const status = { ...cluster.status, managedNamespaces: wanted };
  await commit(client, ManagedCluster, cluster, { ...cluster, status }, { signal });
}

export async function writeBinding(
  { client, now }: HubContext,
  binding: ManagedClusterSetBinding,
  setExists: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (binding.metadata.deletionTimestamp) return;
  const conditions = setConditions(binding.status?.conditions, [bound(setExists)], now());
  await commit(client, ManagedClusterSetBinding, binding, { ...binding, status: { conditions } }, { signal });
}

export async function writeSet(
  context: HubContext,
  name: string,
  set: ManagedClusterSet | undefined,
  fleet: FleetIndex,
  signal: AbortSignal,
): Promise<void> {
  const standard = STANDARD_SETS.get(name);
  if (!set) {
    if (standard) await createStandard(context, name, signal);
    return;
  }
  if (set.metadata.deletionTimestamp) return;
  if (standard && (await rolledBack(context, set, standard, signal))) return;
  const problem = fleet.problemOf(name);
  if (problem) throw new TerminalError(problem.message, { cause: problem });
  const conditions = setConditions(
    set.status?.conditions,
    [clusterSetEmpty(fleet.members(name).length)],
    context.now(),
  );
  await commit(context.client, ManagedClusterSet, set, { ...set, status: { conditions } }, { signal });
}

type Selector = ManagedClusterSet['spec']['clusterSelector'];

async function createStandard({ client, events }: HubContext, name: string, signal: AbortSignal): Promise<void> {
  const created = await client.create(ManagedClusterSet, standardSet(name), { signal });
  events.record({
    regarding: created,
    type: 'Normal',
    reason: `${titleOf(name)}ManagedClusterSetCreated`,
    action: 'Create',
    note: `ManagedClusterSet ${name} is created`,
  });
}

const standardSet = (name: string): ManagedClusterSet =>
  ManagedClusterSet.schema.parse({
    apiVersion: 'cluster.open-cluster-management.io/v1beta2',
    kind: 'ManagedClusterSet',
    metadata: { name },
    spec: { clusterSelector: STANDARD_SETS.get(name) },
  });

/** True when the selector had been edited and was put back; the change comes back as an event. */
async function rolledBack(
  { client, events }: HubContext,
  set: ManagedClusterSet,
  wanted: Selector,
  signal: AbortSignal,
): Promise<boolean> {
  const { name, annotations } = set.metadata;
  const { selectorType, labelSelector } = set.spec.clusterSelector;
  const isStandard =
    selectorType === wanted.selectorType &&
    (selectorType === 'ExclusiveClusterSetLabel' || isDeepStrictEqual(labelSelector, wanted.labelSelector));
  if (isStandard || annotations?.[AUTO_UPDATE_ANNOTATION] === 'false') return false;
  // A whole update: a merge patch cannot empty a selector.
  const restored = { ...set, spec: { ...set.spec, clusterSelector: wanted } };
  await client.update(ManagedClusterSet, restored, { signal });
  events.record({
    regarding: set,
    type: 'Normal',
    reason: `${titleOf(name)}ManagedClusterSetSpecRollbacked`,
    action: 'Rollback',
    note: `The selector of ManagedClusterSet ${name} is put back`,
  });
  return true;
}

const titleOf = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
