import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubeClient } from '../src/kube/client.js';
import { connect } from '../src/kube/connect.js';
import { startFleet } from '../test/scenarios/fleet.js';
import type { Servers } from '../test/scenarios/server.js';
import { placet, scratch, until } from './processes.js';

/** The example fleet, from its repository to its clusters, as somebody who pushes and watches meets it. */
export interface Delivery {
  readonly hub: KubeClient;
  readonly clusters: ReadonlyMap<ClusterName, KubeClient>;
  /** Commits a file with one text replaced; resolves to what makes the commit known. */
  commit(path: string, from: RegExp, to: string): () => Promise<void>;
  /** What Argo CD's plugin generator asks for. */
  ask(parameters: object): Promise<Response>;
  close(): Promise<void>;
}

export const CLUSTERS = ['prod-eu', 'prod-us'] as const;
export type ClusterName = (typeof CLUSTERS)[number];

interface Endpoints {
  readonly generator: string;
  readonly generatorToken: string;
}

/** `placet dev`: everything in one process; its repository has a hook. */
export async function devDelivery(): Promise<Delivery> {
  const folder = scratch();
  const data = join(folder.path, 'data');
  const tree = join(folder.path, 'tree');
  const dev = placet(['dev', '--data-dir', data]);
  await until('placet dev', () => existsSync(join(data, 'endpoints.json')));
  const { generator, generatorToken } = JSON.parse(readFileSync(join(data, 'endpoints.json'), 'utf8')) as Endpoints; // written by placet dev
  execFileSync('git', ['clone', '--quiet', join(data, 'fleet.git'), tree]);
  const client = (path: string): Promise<KubeClient> =>
    connect({ kubeconfig: join(data, path), userAgent: 'placet-bench' });
  const hub = await client('hub.kubeconfig');
  const clusters = await Promise.all(
    CLUSTERS.map(async (name) => [name, await client(`clusters/${name}.kubeconfig`)] as const),
  );
  return {
    hub,
    clusters: new Map(clusters),
    commit: (path, from, to) => {
      const file = join(tree, path);
      writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
      const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com'];
      execFileSync('git', [...identity, 'commit', '--quiet', '--all', '--message', to], { cwd: tree });
      return async () => void (await promisify(execFile)('git', ['push', '--quiet'], { cwd: tree }));
    },
    ask: (parameters) => askGenerator(generator, generatorToken, parameters),
    close: async () => {
      await Promise.all([hub, ...clusters.map(([, one]) => one)].map((one) => one.close()));
      await dev.stop();
      folder.remove();
    },
  };
}

const askGenerator = (url: string, token: string, parameters: object): Promise<Response> =>
  fetch(`${url}/api/v1/getparams.execute`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ applicationSetName: 'web', input: { parameters } }),
  });

/** `placet hub` and two `placet agent` as a production runs them, with the rights of `manifests/` on servers apart from them. */
export async function fleetDelivery(servers: Servers): Promise<Delivery> {
  const cleanup: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const one of cleanup.toReversed()) await one();
  };
  try {
    const t = { teardown: (one: () => unknown) => void cleanup.push(one) };
    const fleet = await startFleet(t, servers, { clusters: CLUSTERS, processes: true });
    const clusters = await Promise.all(CLUSTERS.map(async (name) => [name, await fleet.admin(name)] as const));
    return {
      hub: await fleet.admin(),
      clusters: new Map(clusters),
      commit: (path, from, to) => {
        fleet.commit(path, from, to);
        return async () => fleet.look();
      },
      ask: (parameters) => fleet.ask(parameters),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
