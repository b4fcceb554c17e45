import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CRDS } from '../../api/crd.js';
import { openPki } from '../../apiserver/pki.js';
import { type ApiServer, startApiServer } from '../../apiserver/server.js';
import { openLmdbStore } from '../../apiserver/store/lmdb.js';
import type { Logger } from '../../control/log.js';
import { type DataDirectory, writeWhole } from './data-directory.js';

const ADMIN = { name: 'placet-admin', groups: ['system:masters'] };

export interface Servers {
  readonly hub: ApiServer;
  readonly clusters: readonly { readonly name: string; readonly server: ApiServer }[];
  close(): Promise<void>;
}

/** One embedded API server for the hub and one per cluster, each with an administrator kubeconfig beside its data. */
export async function startServers(data: DataDirectory, names: readonly string[], log: Logger): Promise<Servers> {
  const hub = await start(data.hub, data.hubKubeconfig, false, log.with({ server: 'hub' }));
  const clusters = await Promise.all(
    names.map(async (name) => ({
      name,
      server: await start(data.cluster(name), data.clusterKubeconfig(name), true, log.with({ server: name })),
    })),
  );
  return {
    hub,
    clusters,
    close: async () => {
      await Promise.all([hub, ...clusters.map(({ server }) => server)].map((server) => server.close()));
    },
  };
}

async function start(folder: string, kubeconfig: string, simulateWorkloads: boolean, log: Logger): Promise<ApiServer> {
  const pki = await openPki(join(folder, 'pki'));
  const serve = async (port: number): Promise<ApiServer> =>
    startApiServer({
      store: await openLmdbStore(join(folder, 'store')),
      pki,
      port,
      crds: CRDS,
      simulateWorkloads,
      log,
    });
  const server = await serve(earlierPort(kubeconfig)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return serve(0);
  });
  writeWhole(kubeconfig, await server.kubeconfig(ADMIN));
  return server;
}

/** The port of the last run, so that kubeconfigs in use and the agents' idea of their hub stay right; 0 if none. */
function earlierPort(kubeconfig: string): number {
  if (!existsSync(kubeconfig)) return 0;
  const [, port = '0'] = /"server":\s*"https:\/\/[^"]*:(\d+)"/.exec(readFileSync(kubeconfig, 'utf8')) ?? [];
  return Number(port);
}
