import { readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../api/core.js';
import { keepSecret } from '../control/redact.js';
import { type Caches, createCaches } from '../kube/caches.js';
import { connect } from '../kube/connect.js';
import { type LeaderOptions, runLeaderElection } from '../kube/leader.js';
import type { Loop } from '../reconciler/loop.js';
import type { Address } from './arguments.js';
import { healthHandler } from './health.js';
import { startHub } from './hub.js';
import { HUB_CONTROLLERS } from './hub-controllers.js';
import { inClusterServer, requireAccess } from './in-cluster.js';
import { aborted, lifetime } from './lifetime.js';
import { listen } from './listener.js';
import { stderrLogger } from './logging.js';
import { createMetrics } from './metrics.js';
import { parseYaml } from './yaml.js';

export interface HubCommand {
  readonly kubeconfig?: string;
  readonly namespace: string;
  readonly generatorAddr: Address;
  readonly generatorTokenFile?: string;
  readonly argocdNamespace: string;
  readonly webhookAddr: Address;
  readonly metricsAddr: Address;
  readonly leaderElect?: true;
  readonly controllers?: ReadonlySet<string>;
  readonly cacheDir?: string;
  readonly allowLocalGit?: true;
  readonly allowPrivateGit?: true;
  readonly allowGitNetwork?: readonly string[];
  readonly verbose?: true;
}

const LEASE = 'placet-hub';
const TOKEN_SECRET = 'placet-generator';

export async function runHub(command: HubCommand): Promise<void> {
  requireAccess(command.kubeconfig, '--kubeconfig');
  const signal = lifetime();
  const log = stderrLogger(command.verbose ? 'debug' : 'info');
  const metrics = createMetrics();
  const access = { kubeconfig: command.kubeconfig, userAgent: 'placet-hub', log, parseYaml, ...inClusterServer() };
  let mayWrite = (): boolean => false;
  // The lease is renewed here, however many calls of the loops wait for an answer.
  const client = await connect(access);
  const leader = await connect({ ...access, mayWrite: () => mayWrite() });
  const caches = createCaches(client, log, signal);
  const controllers = command.controllers ?? new Set<string>(HUB_CONTROLLERS);
  const hub = await startHub({
    client,
    leader,
    caches,
    controllers,
    git: {
      directory: command.cacheDir ?? join(tmpdir(), `placet-git-${process.getuid?.() ?? 0}`),
      path: process.env.PATH ?? '',
      allowLocal: command.allowLocalGit ?? false,
      addresses: { allowPrivate: command.allowPrivateGit ?? false, allowed: command.allowGitNetwork ?? [] },
    },
    generator: {
      address: command.generatorAddr,
      token: generatorToken(command, caches),
      argocdNamespace: command.argocdNamespace,
    },
    webhook: { address: command.webhookAddr },
    metrics,
    now: () => new Date(),
    log,
  });
  let synced = false;
  const health = await listen(
    healthHandler(metrics.registry, () => (synced ? [] : ['caches: the first complete list has not arrived'])),
    command.metricsAddr,
  );
  log.info('hub starts', { server: client.server, metrics: health.url });
  void caches.whenSynced(signal).then(
    () => {
      synced = true;
    },
    () => log.debug('stopped before the caches synced'),
  );
  const lead: LeaderOptions['lead'] = async (leading, holds) => {
    mayWrite = holds;
    const loops: readonly Loop[] = hub.startLoops(leading);
    await aborted(leading);
    await Promise.all(loops.map(({ stopped }) => stopped));
    if (!signal.aborted) throw new Error('leadership was lost; another replica goes on');
  };
  await runLoops(command, { client, log, lead, signal });
  await Promise.all([hub, health, client, leader].map((one) => one.close()));
}

interface Running extends Pick<LeaderOptions, 'client' | 'log' | 'lead'> {
  readonly signal: AbortSignal;
}

async function runLoops(command: HubCommand, { signal, ...running }: Running): Promise<void> {
  if (!command.leaderElect) return running.lead(signal, () => true);
  const lease = { namespace: command.namespace, name: LEASE };
  const identity = `${hostname()}_${process.pid}`;
  await runLeaderElection({ ...running, lease, identity, now: () => new Date() }, signal);
}

/** From the file, else from the Secret; both are read again when they change, so a token can be rotated in place. */
function generatorToken(command: HubCommand, caches: Caches): () => string | undefined {
  const file = command.generatorTokenFile;
  if (file) {
    const read = (): string => {
      const token = readFileSync(file, 'utf8').trim();
      keepSecret(token);
      return token;
    };
    read(); // a wrong path is told at the start
    return read;
  }
  const secrets = caches.of(Secret, { namespace: command.namespace, fieldSelector: `metadata.name=${TOKEN_SECRET}` });
  return () => {
    const token = secrets.get(`${command.namespace}/${TOKEN_SECRET}`)?.data?.token;
    if (!token) return undefined;
    const value = Buffer.from(token, 'base64').toString('utf8').trim();
    keepSecret(value);
    return value;
  };
}
