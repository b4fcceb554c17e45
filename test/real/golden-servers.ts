import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KINDS } from '../../src/api/kinds.js';
import { kubeconfigText } from '../../src/apiserver/kubeconfig.js';
import type { KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';
import { ADMIN } from '../apiserver/test-server.js';
import type { GoldenServer, GoldenServers } from '../golden/servers.js';
import { type ClusterOptions, startCluster } from './cluster.js';
import { forgetInEtcd } from './etcd.js';
import { allGone, installKinds } from './our-kinds.js';

/** One kube-apiserver as hub and one as spoke, started when they are asked for and lent to one borrower at a time. */
export function realServers(): GoldenServers {
  // No other controllers ran beside the recorded ones.
  const hub = new Lent({ controllers: [] });
  const spoke = new Lent({ controllers: ['garbage-collector-controller', 'namespace-controller'] });
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
  readonly #options: ClusterOptions;
  #server: Promise<Started> | undefined;
  #returned: Promise<void> = Promise.resolve();

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  async borrow(): Promise<GoldenServer> {
    const before = this.#returned;
    let giveBack = (): void => undefined;
    this.#returned = new Promise((resolve) => {
      giveBack = resolve;
    });
    await before;
    this.#server ??= start(this.#options);
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

async function start(options: ClusterOptions): Promise<Started> {
  const cluster = await startCluster(options);
  const folder = await mkdtemp(join(tmpdir(), 'placet-real-test-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  const { url: server, ca: caCertificate, token } = cluster;
  // With a client certificate a twelfth of kube-apiserver's CPU would go into looking at it again with each request.
  const kubeconfig = kubeconfigText({ server, caCertificate, user: ADMIN.name, credentials: { token } });
  await writeFile(kubeconfigPath, kubeconfig, { mode: 0o600 });
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
