import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { CRDS } from '../../src/api/crd.js';
import { createPki } from '../../src/apiserver/pki.js';
import { startApiServer } from '../../src/apiserver/server.js';
import { openLmdbStore } from '../../src/apiserver/store/lmdb.js';
import { createMemoryStore } from '../../src/apiserver/store/memory.js';
import type { Store } from '../../src/apiserver/store/store.js';
import { silentLogger } from '../../src/control/log.js';
import { contract } from './contract.js';
import type { ContractServer } from './server.js';

async function start(store: Store): Promise<ContractServer> {
  const token = 'contract-administrator';
  const staticTokens = new Map([[token, { name: 'contract', groups: ['system:masters', 'system:authenticated'] }]]);
  const pki = await createPki();
  const server = await startApiServer({ store, pki, crds: CRDS, log: silentLogger, staticTokens });
  return {
    url: server.url,
    ca: server.caCertificate,
    token,
    pki,
    kubeconfig: server.kubeconfig,
    compact: async () => store.compact(store.revision),
    close: server.close,
  };
}

contract(test, 'in memory', () => start(createMemoryStore()));

contract(test, 'on LMDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'placet-test-'));
  const server = await start(openLmdbStore(folder));
  return {
    ...server,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
