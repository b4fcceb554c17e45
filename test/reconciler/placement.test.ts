import test, { type ExecutionContext } from 'ava';
import { ManagedCluster } from '../../src/api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../../src/api/cluster-set.js';
import { Event } from '../../src/api/core.js';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { startPlacementLoop } from '../../src/reconciler/placement.js';
import { clustersOf } from '../../src/scheduler/publication.js';
import { binding, cluster, clusterSet, placement } from '../scheduler/world.js';
import { type Hub, startHub } from './hub.js';

const P = { namespace: 'ns1', name: 'p' };

/** Set s1, bound in ns1, with the clusters, and placement p decided. */
async function decided(t: ExecutionContext, names: readonly string[], spec = {}): Promise<Hub> {
  const hub = await startHub(t, startPlacementLoop);
  await hub.create(ManagedClusterSet, clusterSet('s1'));
  await hub.create(ManagedClusterSetBinding, binding('s1'));
  await Promise.all(names.map((name) => hub.create(ManagedCluster, cluster(name))));
  await hub.settled();
  await hub.create(Placement, bare(spec));
  await hub.settled();
  return hub;
}

const bare = (spec: object) => {
  const { uid: _, ...metadata } = placement().metadata;
  return { ...placement({ ...spec }), metadata };
};

const decisionsOf = async ({ client }: Hub): Promise<Record<string, readonly string[]>> => {
  const { items } = await client.list(PlacementDecision, { namespace: 'ns1' });
  return Object.fromEntries(items.map((one) => [one.metadata.name, clustersOf(one)]));
};

const edit = (hub: Hub, spec: object): Promise<unknown> =>
  hub.client.patch(Placement, P, { type: 'merge', body: { spec } });

const many = Array.from({ length: 128 }, (_, at) => `c${1000 + at}`);

test('F10 what is right already is not written again, neither on events nor after a restart', async (t) => {
  const hub = await decided(t, ['c1', 'c2']);
  hub.writes.length = 0;
  await hub.client.patch(ManagedCluster, { name: 'c1' }, { type: 'merge', body: { metadata: { labels: { x: 'y' } } } });
  await hub.client.patch(Placement, P, { type: 'merge', body: { metadata: { labels: { touched: 'yes' } } } });
  await hub.settled();
  t.deepEqual(hub.writes, []);
  await hub.restart();
  await hub.settled();
  t.deepEqual(hub.writes, []);
});

test('F11 the first decision creates and fills one PlacementDecision, then writes the status', async (t) => {
  const hub = await decided(t, ['c1', 'c2', 'c3']);
  t.deepEqual(hub.writes, ['create PlacementDecision', 'patch PlacementDecision/status', 'patch Placement/status']);
});

test('F12 creating an empty decision is announced once', async (t) => {
  const hub = await startHub(t, startPlacementLoop);
  await hub.create(Placement, bare({}));
  await hub.settled();
  await hub.events.flush();
  const { items } = await hub.client.list(Event, { namespace: 'ns1' });
  t.deepEqual(
    items.map(({ reason }) => reason),
    ['DecisionCreate'],
  );
});

test('F15 nothing changes, nothing is announced', async (t) => {
  const hub = await decided(t, ['c1']);
  await hub.events.flush();
  const before = (await hub.client.list(Event, { namespace: 'ns1' })).items.length;
  await hub.client.patch(Placement, P, { type: 'merge', body: { metadata: { labels: { touched: 'yes' } } } });
  await hub.settled();
  await hub.events.flush();
  t.is((await hub.client.list(Event, { namespace: 'ns1' })).items.length, before);
});

test('E6 and E7 decisions shrink and grow with the number of clusters', async (t) => {
  const hub = await decided(t, many);
  t.deepEqual(
    Object.values(await decisionsOf(hub)).map(({ length }) => length),
    [100, 28],
  );
  hub.writes.length = 0;
  await edit(hub, { numberOfClusters: 10 });
  await hub.settled();
  t.deepEqual(await decisionsOf(hub), { 'p-decision-1': many.slice(0, 10) });
  t.deepEqual(hub.writes, ['patch PlacementDecision/status', 'delete PlacementDecision', 'patch Placement/status']);
  await edit(hub, { numberOfClusters: 0 });
  await hub.settled();
  t.deepEqual(await decisionsOf(hub), { 'p-decision-1': [] });
});

const inGroups = {
  decisionStrategy: {
    groupStrategy: {
      clustersPerDecisionGroup: 2,
      decisionGroups: [
        { groupName: 'canary', groupClusterSelector: { labelSelector: { matchLabels: { tier: 'canary' } } } },
      ],
    },
  },
};
const groupsOf = async ({ client }: Hub) =>
  (await client.get(Placement, P))?.status?.decisionGroups?.map(
    ({ decisionGroupName, clusterCount }) => `${decisionGroupName}:${clusterCount}`,
  );

test('E14 to E16 groups follow the clusters', async (t) => {
  const hub = await decided(t, ['a1', 'a2', 'a3'], inGroups);
  const canary = (name: string) => hub.create(ManagedCluster, cluster(name, { labels: { tier: 'canary' } }));
  await canary('b1');
  await canary('b2');
  await hub.settled();
  t.deepEqual(await groupsOf(hub), ['canary:2', ':2', ':1']);
  await hub.client.delete(ManagedCluster, { name: 'b1' });
  await hub.client.delete(ManagedCluster, { name: 'a1' });
  await hub.settled();
  t.deepEqual(await groupsOf(hub), ['canary:1', ':2']);
  t.deepEqual(Object.keys(await decisionsOf(hub)), ['p-decision-1', 'p-decision-2']);
  await canary('b3');
  await hub.create(ManagedCluster, cluster('a9'));
  await hub.settled();
  t.deepEqual(await groupsOf(hub), ['canary:2', ':2', ':1']);
  for (const name of ['a2', 'a3', 'a9', 'b2', 'b3']) await hub.client.delete(ManagedCluster, { name });
  await hub.settled();
  t.deepEqual(await groupsOf(hub), [':0']);
  t.deepEqual(await decisionsOf(hub), { 'p-decision-1': [] });
});

test('E22 a decision that a user deletes comes back', async (t) => {
  const hub = await decided(t, ['c1']);
  await hub.client.delete(PlacementDecision, { namespace: 'ns1', name: 'p-decision-1' });
  await hub.settled();
  t.deepEqual(await decisionsOf(hub), { 'p-decision-1': ['c1'] });
});

test('E26 the decisions of a deleted placement are left to the garbage collector', async (t) => {
  const hub = await decided(t, ['c1']);
  hub.writes.length = 0;
  await hub.client.delete(Placement, P);
  await hub.settled();
  t.deepEqual(hub.writes, []);
});

test('a placement that becomes misconfigured keeps its last good decisions, and says what to fix', async (t) => {
  const hub = await decided(t, ['c1', 'c2']);
  await edit(hub, { prioritizerPolicy: { mode: 'Weighted' } });
  await hub.settled();
  t.deepEqual(await decisionsOf(hub), { 'p-decision-1': ['c1', 'c2'] });
  const { status } = (await hub.client.get(Placement, P)) ?? {};
  t.is(status?.numberOfSelectedClusters, 2);
  t.deepEqual(
    status?.conditions?.map(({ type, status: value, message }) => [type, value, message]),
    [
      ['PlacementMisconfigured', 'True', ':incorrect prioritizer policy mode: Weighted'],
      ['PlacementSatisfied', 'True', 'All cluster decisions scheduled'],
    ],
  );
});

test('a placement whose name no label can hold says so', async (t) => {
  const hub = await startHub(t, startPlacementLoop);
  const name = 'p'.repeat(64);
  await hub.create(Placement, { ...bare({}), metadata: { namespace: 'ns1', name } });
  await hub.settled();
  const { status } = (await hub.client.get(Placement, { namespace: 'ns1', name })) ?? {};
  t.is(status?.conditions?.[0]?.message, ':the name should have at most 63 characters');
  t.deepEqual(hub.writes, ['patch Placement/status']);
});

test('a tampered decision or status is put right', async (t) => {
  const hub = await decided(t, ['c1', 'c2']);
  const body = { status: { decisions: [{ clusterName: 'elsewhere', reason: '' }] } };
  const name = { namespace: 'ns1', name: 'p-decision-1' };
  await hub.client.patch(PlacementDecision, name, { type: 'merge', body }, { subresource: 'status' });
  const wrong = { status: { numberOfSelectedClusters: 77 } };
  await hub.client.patch(Placement, P, { type: 'merge', body: wrong }, { subresource: 'status' });
  await hub.settled();
  t.deepEqual(await decisionsOf(hub), { 'p-decision-1': ['c1', 'c2'] });
  t.is((await hub.client.get(Placement, P))?.status?.numberOfSelectedClusters, 2);
});

test('nothing is decided, above all nothing is removed, before every cache has its first list', async (t) => {
  const hub = await decided(t, ['c1', 'c2']);
  let release: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  hub.faults.slow = { kind: 'ManagedCluster', until };
  hub.writes.length = 0;
  await hub.restart();
  await edit(hub, { numberOfClusters: 1 });
  // Time enough for a loop that does not wait: all its other caches are filled meanwhile.
  for (let turn = 0; turn < 20; turn += 1) await hub.client.list(ManagedCluster);
  t.deepEqual(hub.writes, []);
  release();
  await hub.settled();
  t.deepEqual(await decisionsOf(hub), { 'p-decision-1': ['c1'] });
});

test('after a write that failed nothing is deleted, and everything is done once writing works again', async (t) => {
  const hub = await decided(t, many);
  hub.writes.length = 0;
  hub.faults.failing = 'patch PlacementDecision/status';
  await edit(hub, { numberOfClusters: 10 });
  while (hub.writes.length < 2) await hub.client.list(Placement);
  t.deepEqual(new Set(hub.writes), new Set(['patch PlacementDecision/status']));
  t.deepEqual(Object.keys(await decisionsOf(hub)), ['p-decision-1', 'p-decision-2']);
  hub.faults.failing = undefined;
  await hub.settled();
  t.deepEqual(await decisionsOf(hub), { 'p-decision-1': many.slice(0, 10) });
});

test('placements that balance spread over the clusters although they are decided at the same time', async (t) => {
  const hub = await decided(t, ['c1', 'c2', 'c3'], { numberOfClusters: 1 });
  const others = ['q', 'r', 's', 'u', 'v'].map((name) => ({
    ...bare({ numberOfClusters: 1 }),
    metadata: { namespace: 'ns1', name },
  }));
  await Promise.all(others.map((one) => hub.create(Placement, one)));
  await hub.settled();
  const used = Object.values(await decisionsOf(hub)).flat();
  t.deepEqual([...used].sort(), ['c1', 'c1', 'c2', 'c2', 'c3', 'c3']);
});
