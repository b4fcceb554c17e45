import { setTimeout as sleep } from 'node:timers/promises';
import { ManagedCluster } from '../src/api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../src/api/cluster-set.js';
import { Placement } from '../src/api/placement.js';
import { PlacementDecision } from '../src/api/placement-decision.js';
import { apiVersionOf, type Resource } from '../src/api/resource.js';
import type { KubeClient } from '../src/kube/client.js';
import { connect } from '../src/kube/connect.js';
import { CpuMeter } from './cpu.js';
import { apiserver, placet, residentMiB, scratch, until } from './processes.js';
import type { Benchmark } from './report.js';

const CLUSTERS = 1_000;
const PLACEMENTS = 100;
const AT_A_TIME = 16;
const NAMESPACE = 'default';
const SET = 'all';
/** Each cluster reports once a minute. */
const BEAT_MS = 60_000 / CLUSTERS;
const WATCHED_MS = 20_000;

/** What all the hub's loops cost when nothing happens but the heartbeats of a fleet. */
export const benchFleetMemory: Benchmark = async () => {
  const folder = scratch();
  const server = await apiserver(folder.path, 'hub');
  const free = ['--generator-addr', '127.0.0.1:0', '--webhook-addr', '127.0.0.1:0', '--metrics-addr', '127.0.0.1:0'];
  const hub = placet(['hub', '--kubeconfig', server.kubeconfig, ...free]);
  const client = await connect({ kubeconfig: server.kubeconfig, userAgent: 'placet-bench' });
  const pid = hub.child.pid ?? 0;
  const meter = new CpuMeter({ hub: () => [pid] });
  try {
    await makeFleet(client);
    meter.begin();
    await beat(client);
    const { seconds, cpuSeconds } = meter.lap();
    const milli = (1_000 * cpuSeconds.hub) / seconds;
    return [
      {
        name: `hub, ${CLUSTERS} clusters that report each minute, ${PLACEMENTS} placements`,
        value: `${residentMiB(pid).toFixed(0)} MiB, ${milli.toFixed(0)} m CPU`,
      },
    ];
  } finally {
    meter.stop();
    await client.close();
    for (const process of [hub, server]) await process.stop();
    folder.remove();
  }
};

const object = (type: Resource, name: string, rest: object) => ({
  apiVersion: apiVersionOf(type),
  kind: type.kind,
  metadata: { name, ...(type.namespaced && { namespace: NAMESPACE }) },
  ...rest,
});

async function makeFleet(client: KubeClient): Promise<void> {
  await client.create(ManagedClusterSet, object(ManagedClusterSet, SET, { spec: {} }));
  await client.create(ManagedClusterSetBinding, object(ManagedClusterSetBinding, SET, { spec: { clusterSet: SET } }));
  await each(CLUSTERS, async (index) => {
    const labels = { 'cluster.open-cluster-management.io/clusterset': SET, region: index % 2 ? 'eu' : 'us' };
    const cluster = object(ManagedCluster, nameOf(index), { spec: { hubAcceptsClient: true } });
    await client.create(ManagedCluster, { ...cluster, metadata: { ...cluster.metadata, labels } });
  });
  await each(PLACEMENTS, (index) =>
    client.create(Placement, object(Placement, `p-${index}`, { spec: { numberOfClusters: 10 } })),
  );
  await until('all decisions', async () => (await client.list(PlacementDecision)).items.length === PLACEMENTS);
}

async function beat(client: KubeClient): Promise<void> {
  const end = performance.now() + WATCHED_MS;
  for (let index = 0; performance.now() < end; index += 1) {
    const lastTransitionTime = new Date().toISOString();
    const condition = { type: 'ManagedClusterConditionAvailable', status: 'True', reason: 'Beat', message: `${index}` };
    const body = { status: { conditions: [{ ...condition, lastTransitionTime }] } };
    const patch = { type: 'merge', body } as const;
    await client.patch(ManagedCluster, { name: nameOf(index % CLUSTERS) }, patch, { subresource: 'status' });
    await sleep(BEAT_MS);
  }
}

const nameOf = (index: number): string => `cluster-${index}`;

async function each(count: number, run: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
