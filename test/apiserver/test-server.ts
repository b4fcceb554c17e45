import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { CRDS } from '../../src/api/crd.js';
import { createPki, type Pki } from '../../src/apiserver/pki.js';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../src/apiserver/server.js';
import { createMemoryStore } from '../../src/apiserver/store/memory.js';
import { silentLogger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';

export interface TestServer {
  readonly server: ApiServer;
  /** As a member of `system:masters`. */
  readonly client: KubeClient;
  readonly kubeconfigPath: string;
}

export const ADMIN = { name: 'test-admin', groups: ['system:masters'] };

/** One CA for all servers of a test file: making keys takes longer than starting a server. */
let pki: Promise<Pki> | undefined;

/** An embedded API server on the memory store with all our CRDs; everything is removed when the test ends. */
export async function startTestServer(
  t: ExecutionContext,
  options: Partial<ApiServerOptions> = {},
): Promise<TestServer> {
  const { close, ...server } = await openTestServer(options);
  t.teardown(close);
  return server;
}

/** The same, to be closed by the caller. */
export async function openTestServer(
  options: Partial<ApiServerOptions> = {},
): Promise<TestServer & { close(): Promise<void> }> {
  pki ??= createPki();
  const server = await startApiServer({
    store: createMemoryStore(),
    pki: await pki,
    crds: CRDS,
    log: silentLogger,
    ...options,
  });
  const folder = await mkdtemp(join(tmpdir(), 'placet-test-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  await writeFile(kubeconfigPath, await server.kubeconfig(ADMIN), { mode: 0o600 });
  const client = await connect({ kubeconfig: kubeconfigPath, userAgent: 'placet-test' });
  const close = async (): Promise<void> => {
    await client.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { server, client, kubeconfigPath, close };
}
