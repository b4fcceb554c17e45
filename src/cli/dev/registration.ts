import { ManagedCluster } from '../../api/cluster.js';
import { setConditions } from '../../api/conditions.js';
import { Namespace, Secret } from '../../api/core.js';
import { contains } from '../../apimachinery/json.js';
import { type Controller, startController } from '../../control/controller.js';
import type { Logger } from '../../control/log.js';
import { done } from '../../control/outcome.js';
import type { Caches } from '../../kube/caches.js';
import type { KubeClient } from '../../kube/client.js';

const GIB = 2 ** 30;

export interface SimulatedCluster {
  readonly name: string;
  readonly server: string;
}

interface Registration {
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly clusters: readonly SimulatedCluster[];
  readonly now: () => Date;
  readonly log: Logger;
}

/**
 * Says on the hub what a registration agent would say of each simulated cluster once its ManagedCluster exists: joined,
 * available, how much room it has; and names it to Argo CD, as `argocd cluster add` would.
 */
export function startSimulatedRegistration(registration: Registration, signal: AbortSignal): Controller {
  const { caches, clusters, log } = registration;
  const known = caches.of(ManagedCluster);
  const controller = startController(
    {
      name: 'registration',
      workers: 4,
      resyncMs: 600_000,
      log,
      reconcile: async (name) => {
        const index = clusters.findIndex((cluster) => cluster.name === name);
        const simulated = clusters[index];
        if (!simulated) return done;
        await nameToArgoCd(registration.client, simulated);
        const cluster = known.get(name);
        if (cluster) await report(registration, cluster, index);
        return done;
      },
    },
    signal,
  );
  known.onChange(({ before, after }) => controller.add((after ?? before)?.metadata.name ?? ''));
  return controller;
}

async function report({ client, now }: Registration, cluster: ManagedCluster, index: number): Promise<void> {
  if (cluster.status?.conditions?.some(({ type }) => type === 'ManagedClusterConditionAvailable')) return;
  const conditions = setConditions(
    cluster.status?.conditions ?? [],
    [
      {
        type: 'HubAcceptedManagedCluster',
        status: 'True',
        reason: 'HubClusterAdminAccepted',
        message: 'Accepted by hub cluster admin',
      },
      {
        type: 'ManagedClusterJoined',
        status: 'True',
        reason: 'ManagedClusterJoined',
        message: 'Managed cluster joined',
      },
      {
        type: 'ManagedClusterConditionAvailable',
        status: 'True',
        reason: 'ManagedClusterAvailable',
        message: 'Managed cluster is available',
      },
    ],
    now(),
  );
  // Different room on each, so that a placement by score has something to choose by.
  const memory = (index % 2 === 0 ? 16 : 64) * GIB;
  const status = {
    conditions,
    version: { kubernetes: 'v1.33.0' },
    capacity: { cpu: '8', memory: `${64 * GIB}` },
    allocatable: { cpu: '6', memory: `${memory}` },
    clusterClaims: [{ name: 'platform.open-cluster-management.io', value: 'Placet' }],
  };
  await client.patch(ManagedCluster, cluster.metadata, { type: 'merge', body: { status } }, { subresource: 'status' });
}

const ARGOCD = 'argocd';

async function nameToArgoCd(client: KubeClient, { name, server }: SimulatedCluster): Promise<void> {
  const manager = { fieldManager: 'placet-dev', force: true } as const;
  if (!(await client.get(Namespace, { name: ARGOCD }))) {
    await client.apply(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ARGOCD } }, manager);
  }
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `cluster-${name}`, namespace: ARGOCD, labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
    type: 'Opaque',
    data: { name: Buffer.from(name).toString('base64'), server: Buffer.from(server).toString('base64') },
  };
  const found = await client.get(Secret, secret.metadata);
  if (!contains(found, secret)) await client.apply(Secret, secret, manager);
}
