import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { startAgent } from '../../agent/agent.js';
import { Namespace, Secret } from '../../api/core.js';
import { GitSource } from '../../api/gitsource.js';
import type { Logger } from '../../control/log.js';
import { keepSecret } from '../../control/redact.js';
import { createCaches } from '../../kube/caches.js';
import type { KubeClient } from '../../kube/client.js';
import { connect } from '../../kube/connect.js';
import { healthHandler } from '../health.js';
import { startHub } from '../hub.js';
import { HUB_CONTROLLERS } from '../hub-controllers.js';
import { aborted, lifetime } from '../lifetime.js';
import { listen } from '../listener.js';
import { fileLogger } from '../logging.js';
import { createMetrics } from '../metrics.js';
import { Refusal } from '../refusal.js';
import { table } from '../table.js';
import { type DataDirectory, dataDirectory, displayPath, lockDirectory, writeWhole } from './data-directory.js';
import { clusterNames, headOf, seedRepository } from './fleet-repository.js';
import { missingFrom, overview, readFleet, STAGES } from './fleet-state.js';
import { createProgress, type Progress, settled, TimeoutError } from './progress.js';
import { startSimulatedRegistration } from './registration.js';
import { type Servers, startServers } from './servers.js';

export interface DevOptions {
  readonly dataDir: string;
  readonly clusters: number;
  readonly once?: true;
  readonly timeout: number;
}

const SYSTEM = 'placet-system';
const USER_AGENT = 'placet-dev';

/** The whole system on this machine, in one process. Every step may find what an earlier, killed run left. */
export async function runDev(options: DevOptions): Promise<void> {
  const signal = lifetime();
  const data = dataDirectory(options.dataDir);
  const lock = await lockDirectory(data.root);
  const log = fileLogger('info', data.log);
  const progress = createProgress(
    (line) => process.stdout.write(`${line}\n`),
    () => performance.now(),
  );
  const deadline = performance.now() + options.timeout;
  rmSync(data.endpoints, { force: true }); // of a run that was killed; written again once everything serves
  const names = clusterNames(options.clusters);

  const servers = await progress.step(
    'API servers serve',
    () => startServers(data, names, log),
    ({ hub, clusters }) => `hub ${hub.url}, clusters ${clusters.map(({ name }) => name).join(', ')}`,
  );
  const stop = new AbortController();
  signal.addEventListener('abort', () => stop.abort());
  try {
    const client = await connect({ kubeconfig: data.hubKubeconfig, userAgent: USER_AGENT, log });
    await progress.step(
      'Git repository',
      () => seedRepository(data.root, data.repository, names),
      () => displayPath(data.repository),
    );
    const ended = await progress.step('controllers and agents run', () =>
      startAll({ data, servers, client, log }, stop.signal),
    );
    const reached = await follow(data, client, progress, { deadline, signal: stop.signal });
    if (options.once) {
      if (!reached) throw new Refusal();
      return;
    }
    if (!signal.aborted) showNext(data, progress);
    await aborted(signal);
    await ended();
  } finally {
    stop.abort();
    await servers.close();
    lock.close();
  }
}

interface Parts {
  readonly data: DataDirectory;
  readonly servers: Servers;
  readonly client: KubeClient;
  readonly log: Logger;
}

async function startAll({ data, servers, client, log }: Parts, signal: AbortSignal): Promise<() => Promise<void>> {
  const now = (): Date => new Date();
  const caches = createCaches(client, log, signal);
  const generatorToken = secretFile(data.generatorToken);
  const free = { host: '127.0.0.1', port: 0 };
  const metrics = createMetrics();
  const hub = await startHub({
    client,
    leader: client,
    caches,
    controllers: new Set(HUB_CONTROLLERS),
    git: {
      directory: data.gitCache,
      path: process.env.PATH ?? '',
      allowLocal: true,
      addresses: { allowPrivate: true, allowed: [] },
    },
    generator: { address: free, token: () => generatorToken, argocdNamespace: 'argocd' },
    webhook: { address: free },
    metrics,
    now,
    log,
  });
  const simulated = servers.clusters.map(({ name, server }) => ({ name, server: server.url }));
  const registration = startSimulatedRegistration({ client, caches, clusters: simulated, now, log }, signal);
  const agents = await Promise.all(
    servers.clusters.map(async ({ name }) =>
      startAgent(
        {
          clusterName: name,
          hub: await connect({ kubeconfig: data.hubKubeconfig, userAgent: 'placet-agent', log }),
          spoke: await connect({ kubeconfig: data.clusterKubeconfig(name), userAgent: 'placet-agent', log }),
          now,
          log: log.with({ cluster: name }),
          onOutcome: metrics.reconciled,
        },
        signal,
      ),
    ),
  );
  await watchRepository(client, data);
  const loops = hub.startLoops(signal);
  const health = await listen(
    healthHandler(metrics.registry, () => []),
    free,
  );
  const endpoints = {
    hub: servers.hub.url,
    generator: hub.generatorUrl,
    webhook: hub.webhookUrl,
    metrics: health.url,
    generatorToken,
  };
  writeWhole(data.endpoints, `${JSON.stringify(endpoints, undefined, 2)}\n`);
  return async () => {
    await Promise.all([...loops, registration, ...agents].map(({ stopped }) => stopped));
    await Promise.all([hub.close(), health.close()]);
  };
}

/** A random secret, made at the first start and kept. */
function secretFile(path: string): string {
  if (!existsSync(path)) writeWhole(path, randomBytes(24).toString('hex'));
  const secret = readFileSync(path, 'utf8').trim();
  keepSecret(secret);
  return secret;
}

/** The GitSource of the local repository, with the secret its hook signs with. */
async function watchRepository(client: KubeClient, data: DataDirectory): Promise<void> {
  const manager = { fieldManager: USER_AGENT, force: true } as const;
  const token = secretFile(data.webhookToken);
  await client.apply(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM } }, manager);
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'fleet-webhook', namespace: SYSTEM },
    data: { token: Buffer.from(token).toString('base64') },
  };
  await client.apply(Secret, secret, manager);
  const source = {
    apiVersion: 'placet.dev/v1alpha1',
    kind: 'GitSource',
    metadata: { name: 'fleet', namespace: SYSTEM },
    spec: {
      url: pathToFileURL(data.repository).href,
      interval: '30s',
      webhook: { secretRef: { name: 'fleet-webhook' } },
    },
  };
  await client.apply(GitSource, source, manager);
}

/** Shows each stage as it is reached, then the overview. False when the deadline passed first. */
async function follow(
  data: DataDirectory,
  client: KubeClient,
  progress: Progress,
  { deadline, signal }: { readonly deadline: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const commit = await headOf(data.repository);
  const until = { deadline, now: () => performance.now(), signal };
  try {
    for (const [index, { title, detail }] of STAGES.entries()) {
      const upTo = STAGES.slice(0, index + 1);
      const missing = async (): Promise<string[]> => {
        const state = await readFleet(client);
        return upTo.flatMap((stage) => stage.missing(state, commit));
      };
      await progress.step(
        title,
        async () => {
          await settled(missing, until);
          return readFleet(client);
        },
        detail,
      );
    }
  } catch (error) {
    if (signal.aborted) return false;
    if (!(error instanceof TimeoutError)) throw error;
    process.stderr.write(`placet: ${error.message}\nThe log is ${displayPath(data.log)}.\n`);
  }
  const state = await readFleet(client);
  progress.line(`\n${table(['PLACEMENT', 'CLUSTERS', 'WORKS'], overview(state))}`);
  return missingFrom(state, commit).length === 0;
}

function showNext(data: DataDirectory, progress: Progress): void {
  const kubeconfig = displayPath(data.hubKubeconfig);
  progress.line(`
Next, in a second terminal:
  kubectl --kubeconfig ${kubeconfig} get managedclusters,placements,placementdecisions,manifestworks -A
  git clone ${displayPath(data.repository)} fleet && cd fleet && sed -i 's/region: eu/region: us/' placements/web.yaml && git commit -am 'Move web' && git push
  npx placet explain fleet/web --kubeconfig ${kubeconfig}

Log: ${displayPath(data.log)}. Ctrl-C stops; the same command goes on where it stopped.`);
}
