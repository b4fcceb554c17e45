import { readFileSync, writeFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { Event, Lease } from '../../src/api/core.js';
import { Placement } from '../../src/api/placement.js';
import { silentLogger } from '../../src/control/log.js';
import { isConflict, type KubeClient } from '../../src/kube/client.js';
import { commit } from '../../src/kube/commit.js';
import { connect } from '../../src/kube/connect.js';
import { createEventRecorder } from '../../src/kube/events.js';
import { runLeaderElection } from '../../src/kube/leader.js';
import { startTestServer } from '../apiserver/test-server.js';
import { until } from '../until.js';
import { cutProxy } from './cut-proxy.js';

const placement = (client: KubeClient) =>
  client.create(Placement, {
    apiVersion: 'cluster.open-cluster-management.io/v1beta1',
    kind: 'Placement',
    metadata: { namespace: 'default', name: 'web', labels: { a: '1', b: '2' } },
    ...{ spec: { numberOfClusters: 2, clusterSets: ['x', 'y'] } },
  });

test('commit writes the difference only: changed, added and removed fields', async (t) => {
  const { client } = await startTestServer(t);
  const before = await placement(client);
  const { numberOfClusters: _, ...spec } = before.spec;
  const after = {
    ...before,
    metadata: { ...before.metadata, labels: { a: '1', c: '3' } },
    spec: { ...spec, clusterSets: ['y'] },
  };
  const stored = await commit(client, Placement, before, after);
  t.deepEqual(stored.metadata.labels, { a: '1', c: '3' });
  t.deepEqual(stored.spec.clusterSets, ['y']);
  t.is(stored.spec.numberOfClusters, undefined);
  t.is(stored.metadata.generation, 2);
});

test('commit of an unchanged object sends nothing', async (t) => {
  const { client } = await startTestServer(t);
  const before = await placement(client);
  const after = { ...before, status: undefined, metadata: { ...before.metadata, labels: { b: '2', a: '1' } } };
  t.is((await commit(client, Placement, before, after)).metadata.resourceVersion, before.metadata.resourceVersion);
});

test('commit writes a status through its own door and leaves spec and generation alone', async (t) => {
  const { client } = await startTestServer(t);
  const before = await placement(client);
  const stored = await commit(client, Placement, before, { ...before, status: { numberOfSelectedClusters: 2 } });
  t.is(stored.status?.numberOfSelectedClusters, 2);
  t.is(stored.metadata.generation, 1);
});

test('Invariant 2: spec and status never change in one write: commit refuses it', async (t) => {
  const { client } = await startTestServer(t);
  const before = await placement(client);
  const after = { ...before, spec: {}, status: { numberOfSelectedClusters: 1 } } as unknown as typeof before;
  await t.throwsAsync(commit(client, Placement, before, after), {
    message: /default\/web: spec and status changed in one step/,
  });
});

test('commit conflicts when somebody else wrote in between, and when the object was made anew', async (t) => {
  const { client } = await startTestServer(t);
  const before = await placement(client);
  const name = { namespace: 'default', name: 'web' };
  await client.patch(Placement, name, { type: 'merge', body: { metadata: { labels: { d: '4' } } } });
  const after = { ...before, metadata: { ...before.metadata, labels: { mine: 'x' } } };
  t.true(isConflict(await t.throwsAsync(commit(client, Placement, before, after))));
  await client.delete(Placement, name);
  await placement(client);
  t.true(isConflict(await t.throwsAsync(commit(client, Placement, before, after))));
});

test('an event that repeats counts up one object, another one makes its own', async (t) => {
  const { client } = await startTestServer(t);
  const regarding = await placement(client);
  let time = Date.parse('2026-01-01T00:00:00Z');
  const recorder = createEventRecorder(client, { component: 'test', now: () => new Date(time), log: silentLogger });
  const event = { regarding, type: 'Normal', reason: 'Scheduled', action: 'Schedule', note: 'took a' } as const;
  recorder.record(event);
  recorder.record(event);
  time += 1_000;
  recorder.record(event);
  recorder.record({ ...event, note: 'took b, with https://user:password@git.example' });
  time += 31_000;
  recorder.record(event);
  await recorder.flush();
  const { items } = await client.list(Event, { namespace: 'default' });
  const told = items.map(({ note, series, reason, regarding: about }) => [note, series?.count, reason, about?.name]);
  t.deepEqual(told.sort(), [
    ['took a', 4, 'Scheduled', 'web'],
    ['took b, with https://***@git.example', undefined, 'Scheduled', 'web'],
  ]);
  time += 7 * 60_000;
  recorder.record(event);
  await recorder.flush();
  t.is((await client.list(Event, { namespace: 'default' })).items.length, 3, 'after a pause it is a new event');
});

test('an event that cannot be written is dropped without harm', async (t) => {
  const { client } = await startTestServer(t);
  const recorder = createEventRecorder(client, { component: 'test', now: () => new Date(), log: silentLogger });
  const regarding = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'nowhere', name: 'x' } };
  recorder.record({ regarding, type: 'Warning', reason: 'Lost', action: 'Try', note: 'n' });
  await t.notThrowsAsync(recorder.flush());
});

const LEASE = { namespace: 'default', name: 'hub' };
const QUICK = { leaseMs: 1_000, renewDeadlineMs: 600, retryMs: 50 };
/** Nobody waits for it to run out. */
const ENDLESS = { leaseMs: 3_600_000, renewDeadlineMs: 3_000_000, retryMs: 50 };

const candidate = (t: ExecutionContext, client: KubeClient, identity: string, timing = QUICK) => {
  const abort = new AbortController();
  const state = { leading: 0, terms: 0 };
  const lead = async (signal: AbortSignal): Promise<void> => {
    state.leading += 1;
    state.terms += 1;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve());
    });
    state.leading -= 1;
  };
  const options = { client, lease: LEASE, identity, log: silentLogger, now: () => new Date(), lead, ...timing };
  const ended = runLeaderElection(options, abort.signal);
  t.teardown(async () => {
    abort.abort();
    await ended;
  });
  return { state, stop: () => abort.abort(), ended };
};

test('of several candidates one leads; when it stops it releases the lease and the next one takes over', async (t) => {
  const { client } = await startTestServer(t);
  const all = ['a', 'b', 'c'].map((name) => candidate(t, client, name, ENDLESS));
  const leading = () => all.filter(({ state }) => state.leading > 0);
  await until('a leader', () => leading().length > 0);
  t.is(leading().length, 1);
  const [first] = leading();
  const before = await client.get(Lease, LEASE);
  t.regex(before?.spec?.renewTime ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  first?.stop();
  await first?.ended;
  t.is(first?.state.leading, 0);
  await until('one leader', () => leading().length === 1);
  const after = await client.get(Lease, LEASE);
  t.true((after?.spec?.leaseTransitions ?? 0) > (before?.spec?.leaseTransitions ?? 0));
});

test('a leader that stops releases the lease, even when the answer to its last renewal was lost', async (t) => {
  const { client } = await startTestServer(t);
  const stop = new AbortController();
  let updates = 0;
  const update: KubeClient['update'] = async (...args) => {
    const updated = await client.update(...args);
    updates += 1;
    if (updates > 1) return updated;
    stop.abort();
    throw new Error('the connection was closed');
  };
  const lossy = { get: client.get.bind(client), create: client.create.bind(client), update };
  const lead = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const options = { client: lossy, lease: LEASE, identity: 'a', log: silentLogger, now: () => new Date(), lead };
  await runLeaderElection({ ...options, ...ENDLESS }, stop.signal);
  t.is(updates, 2, 'the renewal and the release');
  const { spec } = (await client.get(Lease, LEASE)) ?? {};
  t.deepEqual([spec?.holderIdentity, spec?.leaseDurationSeconds], [undefined, 1]);
});

test('a candidate that stops leaves the lease of another one alone', async (t) => {
  const { client } = await startTestServer(t);
  const leader = candidate(t, client, 'a', ENDLESS);
  await until('a leader', () => leader.state.leading === 1);
  const other = candidate(t, client, 'b', ENDLESS);
  other.stop();
  await other.ended;
  t.is((await client.get(Lease, LEASE))?.spec?.holderIdentity, 'a');
  t.is(leader.state.leading, 1);
});

test('a leader that can renew keeps leading', async (t) => {
  const { client } = await startTestServer(t);
  const { state } = candidate(t, client, 'a', ENDLESS);
  const renewals = new Set<string>();
  await until('renewals', async () => {
    renewals.add((await client.get(Lease, LEASE))?.spec?.renewTime ?? '');
    return renewals.size > 5;
  });
  t.deepEqual(state, { leading: 1, terms: 1 });
  t.is((await client.get(Lease, LEASE))?.spec?.leaseTransitions, 0);
});

test('a leader whose lease another one took stops leading and campaigns again', async (t) => {
  const { client } = await startTestServer(t);
  const { state } = candidate(t, client, 'a');
  await until('a leader', () => state.leading === 1);
  const spec = { holderIdentity: 'thief', leaseDurationSeconds: 1 };
  await client.patch(Lease, LEASE, { type: 'merge', body: { spec } });
  await until('nobody to lead', () => state.leading === 0);
  await until('a second term', () => state.terms === 2);
  t.is((await client.get(Lease, LEASE))?.spec?.holderIdentity, 'a');
});

test('a leader that cannot renew stops before its lease runs out', async (t) => {
  const { client, server } = await startTestServer(t);
  const { state } = candidate(t, client, 'a');
  await until('a leader', () => state.leading === 1);
  await server.close();
  await until('nobody to lead', () => state.leading === 0);
  t.is(state.terms, 1);
});

test.serial('a leader that was frozen for longer than it may lead knows before it does anything else', async (t) => {
  const { client } = await startTestServer(t);
  const timing = { leaseMs: 4_000, renewDeadlineMs: 3_000, retryMs: 50 };
  const abort = new AbortController();
  const seen = await new Promise<readonly boolean[]>((resolve) => {
    const lead = async (_: AbortSignal, holds: () => boolean): Promise<void> => {
      const before = holds();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timing.renewDeadlineMs + 50); // nothing runs meanwhile
      resolve([before, holds()]);
      abort.abort();
    };
    const options = { client, lease: LEASE, identity: 'a', log: silentLogger, now: () => new Date(), lead, ...timing };
    void runLeaderElection(options, abort.signal);
  });
  t.deepEqual(seen, [true, false]);
});

test('a leader behind a network that swallows everything stops before another one leads', async (t) => {
  const { client, server, kubeconfigPath } = await startTestServer(t);
  const port = Number(new URL(server.url).port);
  const proxy = await cutProxy(t, () => port);
  const behind = `${kubeconfigPath}.behind`;
  writeFileSync(behind, readFileSync(kubeconfigPath, 'utf8').replaceAll(`:${port}`, `:${proxy.port}`));
  const far = await connect({ kubeconfig: behind, userAgent: 'far' });
  t.teardown(() => far.close());
  const first = candidate(t, far, 'far');
  await until('a leader', () => first.state.leading === 1);
  let leaders = 0;
  const abort = new AbortController();
  const lead = async (): Promise<void> => {
    leaders = first.state.leading + 1;
    abort.abort();
  };
  const options = { client, lease: LEASE, identity: 'near', log: silentLogger, now: () => new Date(), lead, ...QUICK };
  const second = runLeaderElection(options, abort.signal);
  proxy.hold();
  await second;
  t.is(leaders, 1);
});

test('an error of the leading function ends the election with that error', async (t) => {
  const { client } = await startTestServer(t);
  const options = { client, lease: LEASE, identity: 'a', log: silentLogger, now: () => new Date(), ...QUICK };
  const lead = async (): Promise<void> => {
    throw new Error('cannot start');
  };
  await t.throwsAsync(runLeaderElection({ ...options, lead }, new AbortController().signal), {
    message: 'cannot start',
  });
});
