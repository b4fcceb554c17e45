import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CRDS } from '../api/crd.js';
import { createPki, openPki } from '../apiserver/pki.js';
import { startApiServer } from '../apiserver/server.js';
import { openLmdbStore } from '../apiserver/store/lmdb.js';
import { createMemoryStore } from '../apiserver/store/memory.js';
import type { Address } from './arguments.js';
import { writeWhole } from './dev/data-directory.js';
import { healthHandler } from './health.js';
import { aborted, lifetime } from './lifetime.js';
import { listen } from './listener.js';
import { stderrLogger } from './logging.js';
import { createMetrics } from './metrics.js';

export interface ApiserverOptions {
  readonly dataDir?: string;
  readonly inMemory?: true;
  readonly port: number;
  readonly kubeconfig: string;
  readonly metricsAddr: Address;
  readonly simulateWorkloads?: true;
}

const ADMINISTRATOR = { name: 'placet-admin', groups: ['system:masters'] };

export async function runApiserver(options: ApiserverOptions): Promise<void> {
  if (options.inMemory && options.dataDir) throw new Error('--data-dir and --in-memory exclude each other');
  const signal = lifetime();
  const folder = resolve(options.dataDir ?? '.placet/apiserver');
  if (!options.inMemory) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const metrics = createMetrics();
  let serving = false;
  const health = await listen(
    healthHandler(metrics.registry, () => (serving ? [] : ['API server: starting'])),
    options.metricsAddr,
  );
  const log = stderrLogger('info');
  const server = await startApiServer({
    store: options.inMemory ? createMemoryStore() : await openLmdbStore(join(folder, 'store')),
    pki: options.inMemory ? await createPki() : await openPki(join(folder, 'pki')),
    port: options.port,
    crds: CRDS,
    simulateWorkloads: options.simulateWorkloads ?? false,
    audit: metrics.asked,
    log,
  });
  writeWhole(options.kubeconfig, await server.kubeconfig(ADMINISTRATOR));
  serving = true;
  log.info('API server serves', { url: server.url, metrics: health.url });
  process.stdout.write(`${server.url}\n`);
  await aborted(signal);
  await Promise.all([server.close(), health.close()]);
}
