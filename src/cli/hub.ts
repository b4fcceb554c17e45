import type { RequestListener } from 'node:http';
import { Secret } from '../api/core.js';
import { Placement } from '../api/placement.js';
import { PlacementDecision } from '../api/placement-decision.js';
import type { Logger } from '../control/log.js';
import { keepSecret } from '../control/redact.js';
import { generatorApp } from '../generator/server.js';
import { webhookReceiver } from '../gitsource/receiver.js';
import type { GitOptions } from '../gitsource/repository.js';
import type { Caches } from '../kube/caches.js';
import type { KubeClient } from '../kube/client.js';
import { createEventRecorder } from '../kube/events.js';
import { startClusterSetLoop } from '../reconciler/clusterset.js';
import type { HubContext, Loop } from '../reconciler/loop.js';
import { startPlacementLoop } from '../reconciler/placement.js';
import { startReplicaSetLoop } from '../reconciler/replicaset.js';
import { type SourceLoop, startSourceLoop } from '../reconciler/source.js';
import { webhookSources } from '../reconciler/source-webhook.js';
import { startTtlLoop } from '../reconciler/ttl.js';
import type { Address } from './arguments.js';
import type { HubController } from './hub-controllers.js';
import { type Listener, listen } from './listener.js';
import type { Metrics } from './metrics.js';

export interface HubOptions {
  /** What every replica asks with, and tells the leader of pushes. */
  readonly client: KubeClient;
  /** What the loops ask and write with. */
  readonly leader: KubeClient;
  readonly caches: Caches;
  readonly controllers: ReadonlySet<string>;
  readonly git: GitOptions;
  readonly generator: {
    readonly address: Address;
    /** Undefined while nobody gave one: the generator then refuses every question. */
    readonly token: () => string | undefined;
    readonly argocdNamespace: string;
  };
  readonly webhook: { readonly address: Address };
  readonly metrics: Metrics;
  readonly now: () => Date;
  readonly log: Logger;
}

export interface Hub {
  readonly generatorUrl: string | undefined;
  readonly webhookUrl: string | undefined;
  /** Starts the loops; with leader election, once this replica leads. */
  startLoops(signal: AbortSignal): readonly Loop[];
  close(): Promise<void>;
}

/** Serves the generator and the webhook receiver; the loops are started apart, because only a leader may run them. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { controllers, log } = options;
  let loops: readonly Loop[] = [];
  const sourceLoop = (): SourceLoop | undefined => loops.find(isSourceLoop);
  const serve = async (
    name: HubController,
    address: Address,
    app: () => RequestListener,
  ): Promise<Listener | undefined> => (controllers.has(name) ? listen(app(), address) : undefined);
  const generator = await serve('generator', options.generator.address, () => generatorHandler(options));
  const webhook = await serve('webhook', options.webhook.address, () => webhookHandler(options, sourceLoop));
  log.info('hub serves', { generator: generator?.url, webhook: webhook?.url, controllers: [...controllers].join(',') });
  return {
    generatorUrl: generator?.url,
    webhookUrl: webhook?.url,
    startLoops: (leading) => {
      loops = startLoops(options, leading);
      leading.addEventListener('abort', () => {
        loops = [];
      });
      return loops;
    },
    close: async () => {
      await Promise.all([generator?.close(), webhook?.close()]);
    },
  };
}

const isSourceLoop = (loop: Loop): loop is SourceLoop => loop.name === 'source';

function generatorHandler({ caches, generator, now, log }: HubOptions): RequestListener {
  const readers = {
    placements: caches.of(Placement),
    decisions: caches.of(PlacementDecision),
    secrets: caches.of(Secret, {
      namespace: generator.argocdNamespace,
      labelSelector: 'argocd.argoproj.io/secret-type=cluster',
    }),
  };
  const tokens = () => {
    const value = generator.token();
    if (!value) return [];
    keepSecret(value);
    return [{ value }];
  };
  return generatorApp({
    readers,
    tokens,
    argoNamespace: generator.argocdNamespace,
    now,
    log: log.with({ server: 'generator' }),
  });
}

function webhookHandler(options: HubOptions, loop: () => SourceLoop | undefined): RequestListener {
  const log = options.log.with({ server: 'webhook' });
  return webhookReceiver({ ...webhookSources({ ...options, log }, loop), now: () => performance.now(), log });
}

/** They decide nothing before every cache they read has synced. */
function startLoops(options: HubOptions, signal: AbortSignal): Loop[] {
  const { leader: client, caches, now, log, metrics } = options;
  const context = (component: string): HubContext => ({
    client,
    caches,
    now,
    log,
    events: createEventRecorder(client, { component, now, log }),
    onOutcome: metrics.reconciled,
  });
  const starts: Partial<Record<HubController, () => Loop>> = {
    source: () => startSourceLoop({ ...context('placet-source'), git: options.git }, signal),
    clusterset: () => startClusterSetLoop(context('placet-clusterset'), signal),
    placement: () => startPlacementLoop(context('placement-controller'), signal),
    replicaset: () => startReplicaSetLoop(context('placet-replicaset'), signal),
    ttl: () => startTtlLoop(context('placet-ttl'), signal),
  };
  return Object.entries(starts).flatMap(([name, start]) => (options.controllers.has(name) ? [start()] : []));
}
