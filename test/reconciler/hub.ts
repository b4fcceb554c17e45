import type { ExecutionContext } from 'ava';
import { AddOnPlacementScore } from '../../src/api/addon-score.js';
import { ManagedCluster } from '../../src/api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../../src/api/cluster-set.js';
import { Namespace } from '../../src/api/core.js';
import type { KubeObject } from '../../src/api/meta.js';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import type { Resource } from '../../src/api/resource.js';
import { silentLogger } from '../../src/control/log.js';
import { createCaches } from '../../src/kube/caches.js';
import type { KubeClient } from '../../src/kube/client.js';
import { createEventRecorder, type EventRecorder } from '../../src/kube/events.js';
import type { HubContext, Loop } from '../../src/reconciler/loop.js';
import { startTestServer } from '../apiserver/test-server.js';
import { until } from '../until.js';

interface Faults {
  /** Every write of that description fails. */
  failing?: string | undefined;
  /** Lists of that kind wait for the promise; for caches, from the next restart on. */
  slow?: { readonly kind: string; readonly until: Promise<void> };
}

export interface Hub {
  readonly client: KubeClient;
  /** What the loop itself wrote, in order, as `verb kind`. */
  readonly writes: string[];
  readonly faults: Faults;
  readonly events: EventRecorder;
  create(type: Resource, object: KubeObject & { readonly status?: unknown }): Promise<void>;
  /** Resolves when the loop has seen everything and has nothing left to do. */
  settled(): Promise<void>;
  /** A new process would start like this: without memory. */
  restart(): Promise<void>;
}

const WATCHED = [
  ManagedCluster,
  ManagedClusterSet,
  ManagedClusterSetBinding,
  Placement,
  PlacementDecision,
  AddOnPlacementScore,
];

const versionOf = ({ metadata }: KubeObject): string => `${metadata.uid}:${metadata.resourceVersion}`;

/** An embedded server with one loop on it. */
export async function startHub(
  t: ExecutionContext,
  start: (context: HubContext, signal: AbortSignal) => Loop,
): Promise<Hub> {
  const { client } = await startTestServer(t);
  const writes: string[] = [];
  const faults: Faults = {};
  const now = () => new Date();
  const events = createEventRecorder(client, { component: 'test', now, log: silentLogger });
  const run = () => {
    const stop = new AbortController();
    const caches = createCaches(slowed(client, faults), silentLogger, stop.signal);
    const loop = start({ client: spy(client, writes, faults), caches, events, log: silentLogger, now }, stop.signal);
    return { loop, caches, stop };
  };
  let running = run();
  const halt = async (): Promise<void> => {
    running.stop.abort();
    await running.loop.stopped;
  };
  t.teardown(halt);

  /** The loop can have nothing left to do only when its caches hold what the server holds. */
  const isSettled = async (): Promise<boolean> => {
    if (!running.loop.idle()) return false;
    for (const type of WATCHED) {
      const stored = (await client.list(type)).items.map(versionOf);
      const cached = running.caches.of(type).list().map(versionOf);
      if (stored.sort().join() !== cached.sort().join()) return false;
    }
    return running.loop.idle();
  };
  return {
    client,
    writes,
    faults,
    events,
    settled: async () => void (await until('the loop to be idle', isSettled)),
    restart: async () => {
      await halt();
      running = run();
    },
    create: async (type, { status, ...object }) => {
      const { namespace, name } = object.metadata;
      if (namespace && !(await client.get(Namespace, { name: namespace }))) {
        await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      }
      await client.create(type, object);
      if (status === undefined) return;
      await client.patch(type, { namespace, name }, { type: 'merge', body: { status } }, { subresource: 'status' });
    },
  };
}

/** The same client, taking notes of every write. */
function spy(client: KubeClient, writes: string[], faults: Faults): KubeClient {
  const note = (write: string): void => {
    writes.push(write);
    if (write === faults.failing) throw new Error(`the test lets "${write}" fail`);
  };
  return {
    ...bound(client),
    create: async (type, object, options) => {
      note(`create ${type.kind}`);
      return client.create(type, object, options);
    },
    update: async (type, object, options) => {
      note(`update ${type.kind}`);
      return client.update(type, object, options);
    },
    patch: async (type, name, patch, options) => {
      note(`patch ${type.kind}${options?.subresource ? `/${options.subresource}` : ''}`);
      return client.patch(type, name, patch, options);
    },
    delete: async (type, name, options) => {
      note(`delete ${type.kind}`);
      return client.delete(type, name, options);
    },
  };
}

const slowed = (client: KubeClient, faults: Faults): KubeClient => ({
  ...bound(client),
  list: async (type, options) => {
    if (faults.slow?.kind === type.kind) await faults.slow.until;
    return client.list(type, options);
  },
});

const bound = (client: KubeClient): KubeClient => ({
  server: client.server,
  get: (...args) => client.get(...args),
  list: (...args) => client.list(...args),
  create: (...args) => client.create(...args),
  update: (...args) => client.update(...args),
  patch: (...args) => client.patch(...args),
  apply: (...args) => client.apply(...args),
  delete: (...args) => client.delete(...args),
  watch: (...args) => client.watch(...args),
  request: (...args) => client.request(...args),
  impersonate: (...args) => client.impersonate(...args),
  close: () => client.close(),
});
