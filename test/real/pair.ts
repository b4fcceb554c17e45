import { CRDS } from '../../src/api/crd.js';
import { createPki } from '../../src/apiserver/pki.js';
import { startApiServer } from '../../src/apiserver/server.js';
import { createMemoryStore } from '../../src/apiserver/store/memory.js';
import { silentLogger } from '../../src/control/log.js';
import { Wire } from '../conformance/wire.js';
import { until } from '../until.js';
import { startCluster } from './cluster.js';

/** What a client needs of a server. */
export interface Served {
  kubeconfig(user: { readonly name: string; readonly groups: readonly string[] }): Promise<string>;
  /** Forgets every change until now. */
  compact(): Promise<void>;
}

/** The embedded API server and a kube-apiserver, with the same kinds. */
export interface Pair {
  readonly embedded: Served;
  readonly real: Served;
  close(): Promise<void>;
}

export const SERVERS = ['embedded', 'real'] as const;
export type ServerName = (typeof SERVERS)[number];

export async function startPair(): Promise<Pair> {
  const store = createMemoryStore();
  const [embedded, real] = await Promise.all([
    createPki().then((pki) => startApiServer({ store, pki, crds: CRDS, log: silentLogger })),
    startCluster(),
  ]);
  const close = async (): Promise<void> => {
    await Promise.all([embedded.close(), real.close()]);
  };
  const wire = new Wire(real);
  try {
    for (const crd of CRDS) await install(wire, crd);
  } catch (error) {
    await close();
    throw error;
  } finally {
    wire.close();
  }
  const compact = async (): Promise<void> => store.compact(store.revision);
  return { embedded: { kubeconfig: embedded.kubeconfig, compact }, real, close };
}

async function install(wire: Wire, crd: (typeof CRDS)[number]): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await wire.call('POST', path, { body: crd });
  const { group, names, versions } = crd.spec;
  const collection = `/apis/${group}/${versions[0]?.name}/${names.plural}`;
  await until(`${names.plural} are served`, async () => (await wire.call('GET', collection)).code === 200);
}
