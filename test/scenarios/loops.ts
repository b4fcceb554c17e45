import { type Agent, startAgent } from '../../src/agent/agent.js';
import type { User } from '../../src/apiserver/identity.js';
import { startSimulatedRegistration } from '../../src/cli/dev/registration.js';
import { type Hub, startHub } from '../../src/cli/hub.js';
import { HUB_CONTROLLERS } from '../../src/cli/hub-controllers.js';
import { createMetrics } from '../../src/cli/metrics.js';
import type { Controller } from '../../src/control/controller.js';
import type { Logger } from '../../src/control/log.js';
import type { Outcome } from '../../src/control/outcome.js';
import { type Caches, createCaches } from '../../src/kube/caches.js';
import type { KubeClient } from '../../src/kube/client.js';
import type { Loop } from '../../src/reconciler/loop.js';
import type { SourceLoop } from '../../src/reconciler/source.js';
import { AGENT_USER, agentUser, HUB_USER } from './manifests.js';
import type { Running } from './running.js';

export const GENERATOR_TOKEN = 'canary-generator-token-5b1f';

export interface LoopsOptions {
  /** On the hub when there is no cluster. */
  client(cluster: string | undefined, user: User): Promise<KubeClient>;
  readonly clusters: readonly string[];
  readonly gitDirectory: string;
  /** Key of the source that is looked at when there was a push. */
  readonly source: string;
  /** Each loop as a process of its own, with a client and a user of its own. */
  readonly apart: boolean;
  readonly log: Logger;
}

/** Hub and agents in this process. */
export interface Loops extends Running {
  readonly caches: readonly Caches[];
  /** How often each key of each loop was finished. */
  readonly runs: ReadonlyMap<string, number>;
}

type Ran = (loop: string, key: string, outcome: Outcome) => void;

export async function startLoops(options: LoopsOptions): Promise<Loops> {
  const { log } = options;
  const abort = new AbortController();
  const runs = new Map<string, number>();
  const ran =
    (who: string): Ran =>
    (loop, key, { kind }) => {
      const name = `${who}/${loop}/${key}`;
      if (kind === 'done' || kind === 'again') runs.set(name, (runs.get(name) ?? 0) + 1);
    };
  const hubs: Hub[] = [];
  const loops: Loop[] = [];
  const caches: Caches[] = [];
  for (const { user, controllers } of hubProcesses(options.apart)) {
    const client = await options.client(undefined, user);
    const own = createCaches(client, log, abort.signal);
    const hub = await hubOf(options, client, own, controllers, ran('hub'));
    caches.push(own);
    hubs.push(hub);
    loops.push(...hub.startLoops(abort.signal));
  }
  const registration = await startRegistration(options, abort.signal);
  const agents: Agent[] = [];
  for (const name of options.clusters) agents.push(await startOneAgent(options, name, ran(name), abort.signal));
  const all = [...loops, registration, ...agents];
  return {
    replicas: [
      {
        generatorUrl: hubs.find(({ generatorUrl }) => generatorUrl)?.generatorUrl,
        webhookUrl: hubs.find(({ webhookUrl }) => webhookUrl)?.webhookUrl,
      },
    ],
    parts: [],
    quietLooks: 5,
    caches,
    runs,
    look: () => loops.find((loop): loop is SourceLoop => loop.name === 'source')?.look(options.source, 0),
    isIdle: () => all.every((one) => one.idle()),
    stop: async () => {
      abort.abort();
      await Promise.all(all.map(({ stopped }) => stopped));
      await Promise.all(hubs.map((hub) => hub.close()));
    },
  };
}

const hubProcesses = (apart: boolean) =>
  apart
    ? HUB_CONTROLLERS.map((name) => ({
        user: { name: `placet-${name}`, groups: ['system:masters'] },
        controllers: new Set<string>([name]),
      }))
    : [{ user: HUB_USER, controllers: new Set<string>(HUB_CONTROLLERS) }];

function hubOf(
  { gitDirectory, log }: LoopsOptions,
  client: KubeClient,
  caches: Caches,
  controllers: ReadonlySet<string>,
  reconciled: Ran,
): Promise<Hub> {
  const free = { host: '127.0.0.1', port: 0 };
  return startHub({
    client,
    leader: client,
    caches,
    controllers,
    git: {
      directory: gitDirectory,
      path: process.env.PATH ?? '',
      allowLocal: true,
      addresses: { allowPrivate: true, allowed: [] },
    },
    generator: { address: free, token: () => GENERATOR_TOKEN, argocdNamespace: 'argocd' },
    webhook: { address: free },
    metrics: { ...createMetrics(), reconciled },
    now: () => new Date(),
    log,
  });
}

export async function startRegistration(
  { client, log }: Pick<LoopsOptions, 'client' | 'log'>,
  signal: AbortSignal,
): Promise<Controller> {
  const registrar = await client(undefined, { name: 'registration', groups: ['system:masters'] });
  return startSimulatedRegistration(
    {
      client: registrar,
      caches: createCaches(registrar, log, signal),
      clusters: ['edge-eu', 'prod-eu', 'prod-us'].map((name) => ({ name, server: `https://${name}.example.com` })),
      now: () => new Date(),
      log,
    },
    signal,
  );
}

const startOneAgent = async (
  { client, log }: LoopsOptions,
  clusterName: string,
  onOutcome: Ran,
  signal: AbortSignal,
): Promise<Agent> =>
  startAgent(
    {
      clusterName,
      hub: await client(undefined, agentUser(clusterName)),
      spoke: await client(clusterName, AGENT_USER),
      log,
      now: () => new Date(),
      onOutcome,
    },
    signal,
  );
