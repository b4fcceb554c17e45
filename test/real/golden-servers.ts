import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CRDS } from '../../src/api/crd.js';
import { KINDS } from '../../src/api/kinds.js';
import { ApiError, type KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';
import { ADMIN } from '../apiserver/test-server.js';
import { eventually } from '../conformance/fixture.js';
import type { GoldenServer, GoldenServers } from '../golden/servers.js';
import { startCluster } from './cluster.js';
import { forgetInEtcd } from './etcd.js';

const CRD_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

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
  await Promise.all(CRDS.map((crd) => client.request('POST', CRD_PATH, crd)));
  await eventually('all our kinds are served', () => isEach(client, () => true));
  return {
    client,
    kubeconfigPath,
    empty: async () => {
      const groups = new Set(KINDS.map(({ group }) => group));
      for (const group of [...groups, 'events']) await forgetInEtcd(cluster.etcdUrl, `/registry/${group}/`);
      await eventually('no object of ours is left', () => isEach(client, (count) => count === 0));
    },
    close: async () => {
      await client.close();
      await cluster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whether each of our kinds is served and has a fitting number of objects. */
async function isEach(client: KubeClient, isFitting: (count: number) => boolean): Promise<boolean> {
  try {
    const lists = await Promise.all(KINDS.map((kind) => client.list(kind)));
    return lists.every(({ items }) => isFitting(items.length));
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return false;
    throw error;
  }
}
