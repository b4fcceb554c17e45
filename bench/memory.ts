import { setTimeout as sleep } from 'node:timers/promises';
import { Namespace } from '../src/api/core.js';
import { ManifestWork } from '../src/api/work.js';
import { connect } from '../src/kube/connect.js';
import { apiserver, placet, type Running, residentMiB, scratch, until } from './processes.js';
import type { Benchmark, Row } from './report.js';

const CLUSTER = 'cluster1';
const WORKS = 200;
const QUIET_MS = 5_000;

const rss = async (name: string, process: Running): Promise<Row> => {
  await sleep(QUIET_MS); // resident memory is read once garbage of the burst had time to be collected
  return { name, value: `${residentMiB(process.child.pid ?? 0).toFixed(0)} MiB` };
};

/** Resident memory of hub and agent, idle and with works. */
export const benchMemory: Benchmark = async () => {
  const folder = scratch();
  const hub = await apiserver(folder.path, 'hub');
  const spoke = await apiserver(folder.path, 'spoke');
  const free = ['--metrics-addr', '127.0.0.1:0'];
  const controllers = placet([
    'hub',
    ...['--kubeconfig', hub.kubeconfig, '--generator-addr', '127.0.0.1:0', '--webhook-addr', '127.0.0.1:0', ...free],
  ]);
  const agent = placet([
    'agent',
    ...['--cluster-name', CLUSTER, '--hub-kubeconfig', hub.kubeconfig, '--spoke-kubeconfig', spoke.kubeconfig, ...free],
  ]);
  try {
    const idle = [await rss('hub, idle', controllers), await rss('agent, idle', agent)];
    await applyWorks(hub.kubeconfig);
    const busy = [await rss(`hub, ${WORKS} works`, controllers), await rss(`agent, ${WORKS} works`, agent)];
    return [...idle, ...busy, await rss('embedded API server of the hub', hub)];
  } finally {
    for (const process of [agent, controllers, spoke, hub]) await process.stop();
    folder.remove();
  }
};

async function applyWorks(kubeconfig: string): Promise<void> {
  const client = await connect({ kubeconfig, userAgent: 'placet-bench' });
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CLUSTER } });
  for (let index = 0; index < WORKS; index += 1) {
    const name = `work-${index}`;
    const manifest = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
      data: { index: `${index}` },
    };
    const work = {
      apiVersion: 'work.open-cluster-management.io/v1',
      kind: 'ManifestWork',
      metadata: { name, namespace: CLUSTER },
      spec: { workload: { manifests: [manifest] } },
    };
    await client.create(ManifestWork, work);
  }
  await until('all works to be Available', async () => {
    const { items } = await client.list(ManifestWork, { namespace: CLUSTER });
    return items.every(({ status }) =>
      status?.conditions?.some((one) => one.type === 'Available' && one.status === 'True'),
    );
  });
  await client.close();
}
