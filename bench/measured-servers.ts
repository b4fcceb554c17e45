import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../src/kube/connect.js';
import { BINARIES } from '../test/real/binaries.js';
import { CLUSTER_ADMIN, type Cluster, startCluster } from '../test/real/cluster.js';
import { installKinds } from '../test/real/our-kinds.js';
import type { ServerName } from './chosen-servers.js';
import { childrenOf } from './cpu.js';
import { apiserver } from './processes.js';

/** kube-apiserver holds back for two seconds what is created of a kind established less than that ago: other servers may not know it yet. */
const NEW_KIND_MS = 2_500;

/** An API server with our kinds and nothing else, in processes of its own. */
export interface MeasuredServer {
  readonly kubeconfig: string;
  /** Of everything the server consists of. */
  pids(): readonly number[];
  stop(): Promise<void>;
}

export interface MeasuredServers {
  readonly name: string;
  /** Files go to `folder`, under the name. */
  start(folder: string, name: string): Promise<MeasuredServer>;
}

const EMBEDDED: MeasuredServers = {
  name: 'embedded, in memory',
  start: async (folder, name) => {
    const { child, kubeconfig, stop } = await apiserver(folder, name);
    return { kubeconfig, pids: () => (child.pid === undefined ? [] : [child.pid]), stop };
  },
};

/** etcd does not wait for the disk; no controllers but the garbage collector, which deletes in the foreground. */
const REAL: MeasuredServers = {
  name: 'kube-apiserver + etcd',
  start: async (folder, name) => {
    const cluster = await startCluster({ controllers: ['garbage-collector-controller'] });
    try {
      const kubeconfig = join(folder, `${name}.kubeconfig`);
      const { user, groups } = CLUSTER_ADMIN;
      writeFileSync(kubeconfig, await cluster.kubeconfig({ name: user, groups }), { mode: 0o600 });
      const client = await connect({ kubeconfig, userAgent: 'placet-bench' });
      await installKinds(client);
      await client.close();
      await sleep(NEW_KIND_MS);
      return { kubeconfig, pids: () => pidsOf(cluster), stop: () => cluster.close() };
    } catch (error) {
      await cluster.close();
      throw error;
    }
  },
};

const pidsOf = (cluster: Cluster): number[] =>
  BINARIES.filter((name) => name !== 'kube-controller-manager').flatMap((name) => {
    const guard = cluster.guardPid(name);
    return guard === undefined ? [] : childrenOf(guard);
  });

export const MEASURED: Readonly<Record<ServerName, MeasuredServers>> = { embedded: EMBEDDED, real: REAL };
