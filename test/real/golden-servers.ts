import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KINDS } from '../../src/api/kinds.js';
import type { KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';
import { ADMIN } from '../apiserver/test-server.js';
import type { GoldenServer, GoldenServers } from '../golden/servers.js';
import { startCluster } from './cluster.js';
import { forgetInEtcd } from './etcd.js';
import { allGone, installKinds } from './our-kinds.js';

/** One kube-apiserver as hub and one as spoke, started when they are asked for and lent to one borrower at a time. */
export function realServers(): GoldenServers {
  const hub = new Lent();
  const spoke = new Lent();
  return {
    name: 'kube-apiserver',
    lacks: Object.fromEntries(
      ['admission', 'admission-nil-executor'].map((need) => [need, 'works are validated by the embedded server alone']),
    ),
    hub: () => hub.borrow(),
    spoke: () => spoke.borrow(),
    close: async () => {
      await Promise.all([hub.close(), spoke.close()]);
    },
  };
}

interface Started {
  readonly client: KubeClient;
  readonly kubeconfigPath: string;
  empty(): Promise<void>;
  close(): Promise<void>;
}

class Lent {
  #server: Promise<Started> | undefined;
  #returned: Promise<void> = Promise.resolve();

  async borrow(): Promise<GoldenServer> {
    const before = this.#returned;
    let giveBack = (): void => undefined;
    this.#returned = new Promise((resolve) => {
      giveBack = resolve;
    });
    await before;
    this.#server ??= start();
    const { client, kubeconfigPath, empty } = await this.#server;
    return {
      client,
      kubeconfigPath,
      close: async () => {
        await empty();
        giveBack();
      },
    };
  }

  async close(): Promise<void> {
    await (await this.#server)?.close();
  }
}

async function start(): Promise<Started> {
  const cluster = await startCluster();
  const folder = await mkdtemp(join(tmpdir(), 'placet-real-test-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  await writeFile(kubeconfigPath, await cluster.kubeconfig(ADMIN), { mode: 0o600 });
  const client = await connect({ kubeconfig: kubeconfigPath, userAgent: 'placet-test' });
  await installKinds(client);
  return {
    client,
    kubeconfigPath,
    empty: async () => {
      const groups = new Set(KINDS.map(({ group }) => group));
      for (const group of [...groups, 'events']) await forgetInEtcd(cluster.etcdUrl, `/registry/${group}/`);
      await allGone(client);
    },
    close: async () => {
      await client.close();
      await cluster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
