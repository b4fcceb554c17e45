import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CRDS } from '../api/crd.js';
import { createPki, openPki } from '../apiserver/pki.js';
import { startApiServer } from '../apiserver/server.js';
import { openLmdbStore } from '../apiserver/store/lmdb.js';
import { createMemoryStore } from '../apiserver/store/memory.js';
import { writeWhole } from './dev/data-directory.js';
import { aborted, lifetime } from './lifetime.js';
import { stderrLogger } from './logging.js';

export interface ApiserverOptions {
  readonly dataDir?: string;
  readonly inMemory?: true;
  readonly port: number;
  readonly kubeconfig: string;
  readonly simulateWorkloads?: true;
}

export const ADMINISTRATOR = { name: 'placet-admin', groups: ['system:masters'] };

export async function runApiserver(options: ApiserverOptions): Promise<void> {
  if (options.inMemory && options.dataDir) throw new Error('--data-dir and --in-memory exclude each other');
  const signal = lifetime();
  const folder = resolve(options.dataDir ?? '.placet/apiserver');
  if (!options.inMemory) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const server = await startApiServer({
    store: options.inMemory ? createMemoryStore() : await openLmdbStore(join(folder, 'store')),
    pki: options.inMemory ? await createPki() : await openPki(join(folder, 'pki')),
    port: options.port,
    crds: CRDS,
    simulateWorkloads: options.simulateWorkloads ?? false,
    log: stderrLogger('info'),
  });
  writeWhole(options.kubeconfig, await server.kubeconfig(ADMINISTRATOR));
  process.stdout.write(`${server.url}\n`);
  await aborted(signal);
  await server.close();
}
