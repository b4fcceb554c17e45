import type { ExecutionContext } from 'ava';
import test from 'ava';
import { formatTime } from '../../src/api/conditions.js';
import { Namespace } from '../../src/api/core.js';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { ManifestWorkReplicaSet, REPLICA_SET_FINALIZER } from '../../src/api/replica-set.js';
import { ManifestWork } from '../../src/api/work.js';
import { silentLogger } from '../../src/control/log.js';
import { createCaches } from '../../src/kube/caches.js';
import type { KubeClient } from '../../src/kube/client.js';
import { createEventRecorder } from '../../src/kube/events.js';
import type { HubContext, Loop } from '../../src/reconciler/loop.js';
import { startReplicaSetLoop } from '../../src/reconciler/replicaset.js';
import { planReplicaSet, type ReplicaSetPlan, type Step } from '../../src/reconciler/replicaset-plan.js';
import { newWork, workName } from '../../src/reconciler/replicaset-work.js';
import { expiryOf } from '../../src/reconciler/ttl.js';
import { startTestServer } from '../apiserver/test-server.js';
import { until } from '../until.js';

const GROUP = 'cluster.open-cluster-management.io';
const TEMPLATE = { workload: { manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }] } };

const set = (refs: readonly string[], more: object = {}): ManifestWorkReplicaSet =>
  ManifestWorkReplicaSet.schema.parse({
    apiVersion: 'work.open-cluster-management.io/v1alpha1',
    kind: 'ManifestWorkReplicaSet',
    metadata: { namespace: 'ns', name: 'm', ...more },
    spec: { manifestWorkTemplate: TEMPLATE, placementRefs: refs.map((name) => ({ name })) },
  });

const placement = (name: string, selected: number): Placement =>
  Placement.schema.parse({
    apiVersion: `${GROUP}/v1beta1`,
    kind: 'Placement',
    metadata: { namespace: 'ns', name },
    spec: {},
    status: { numberOfSelectedClusters: selected, conditions: [] },
  });

const decision = (of: string, ...clusters: string[]): PlacementDecision =>
  PlacementDecision.schema.parse({
    apiVersion: `${GROUP}/v1beta1`,
    kind: 'PlacementDecision',
    metadata: {
      namespace: 'ns',
      name: `${of}-decision-1`,
      labels: { [`${GROUP}/placement`]: of, [`${GROUP}/decision-group-index`]: '0' },
    },
    status: { decisions: clusters.map((clusterName) => ({ clusterName, reason: '' })) },
  });

const work = (cluster: string, of: string, name = 'w'): ManifestWork => {
  const made = newWork(set(['p']), cluster, of, 0);
  return ManifestWork.schema.parse({ ...made, metadata: { ...made.metadata, name, uid: `${cluster}/${name}` } });
};

interface World {
  readonly set?: ManifestWorkReplicaSet;
  readonly placements: Readonly<Record<string, { selected?: number; clusters?: readonly string[] } | undefined>>;
  readonly works?: readonly ManifestWork[];
}

const plan = ({ placements, works = [], set: given }: World): ReplicaSetPlan =>
  planReplicaSet({
    set: given ?? set(Object.keys(placements)),
    placement: (name) =>
      placements[name] && placement(name, placements[name].selected ?? placements[name].clusters?.length ?? 0),
    decisions: (name) => (placements[name]?.clusters ? [decision(name, ...placements[name].clusters)] : []),
    works,
    now: 0,
  });

const told = (steps: readonly Step[]): string[] =>
  steps
    .map((step) =>
      step.kind === 'create'
        ? `create ${step.cluster} for ${step.placement}`
        : `${step.kind} ${step.work.metadata.namespace}/${step.work.metadata.name}${'placement' in step ? ` for ${step.placement}` : ''}`,
    )
    .sort();

const plans = test.macro((t, world: World, expected: readonly string[]) => {
  t.deepEqual(told(plan(world).steps), [...expected]);
});
const stale = (cluster: string, of: string, name?: string): ManifestWork => ({ ...work(cluster, of, name), spec: {} });
const ab = { p: { clusters: ['a', 'b'] } };

test('every selected cluster gets a work', plans, { placements: ab }, ['create a for p', 'create b for p']);
test('nothing to do when all have it', plans, { placements: ab, works: [work('a', 'p'), work('b', 'p')] }, []);
test(
  'a work of an older template is updated in place',
  plans,
  { placements: ab, works: [stale('a', 'p'), work('b', 'p')] },
  ['update a/w for p'],
);
test(
  'a work is removed when its cluster left, whatever its template',
  plans,
  { placements: { p: { clusters: ['a'] } }, works: [work('a', 'p'), work('b', 'p'), stale('c', 'p')] },
  ['delete b/w', 'delete c/w'],
);
test('an empty decision removes the works', plans, { placements: { p: { clusters: [] } }, works: [work('a', 'p')] }, [
  'delete a/w',
]);
test('without any decision object nothing is removed', plans, { placements: { p: {} }, works: [work('a', 'p')] }, []);
test(
  'while slices are missing nothing is removed',
  plans,
  { placements: { p: { selected: 2, clusters: ['a'] } }, works: [work('a', 'p'), work('b', 'p')] },
  [],
);
test(
  'while another placement of the set is incomplete nothing is removed',
  plans,
  { placements: { p: { clusters: ['a'] }, q: {} }, works: [work('a', 'p'), work('b', 'p')] },
  [],
);
test(
  'while a placement of the set does not exist nothing is removed, earlier ones go on',
  plans,
  { placements: { p: { clusters: ['a'] }, q: undefined }, works: [work('b', 'p')] },
  ['create a for p'],
);
test(
  'a cluster in two placements gets one work',
  plans,
  { placements: { p: { clusters: ['a'] }, q: { clusters: ['a', 'b'] } } },
  ['create a for p', 'create b for q'],
);
test(
  'a cluster in two placements keeps the work it has',
  plans,
  { placements: { p: { clusters: ['a'] }, q: { clusters: ['a'] } }, works: [work('a', 'q')] },
  [],
);
test(
  'a cluster that moves to another placement of the set keeps its work under the new label',
  plans,
  { placements: { p: { clusters: [] }, q: { clusters: ['a'] } }, works: [work('a', 'p')] },
  ['relabel a/w for q'],
);
test(
  'M11 works of a placement that is no longer referenced are removed',
  plans,
  { set: set(['q']), placements: { q: { clusters: ['b'] } }, works: [work('a', 'p')] },
  ['create b for q', 'delete a/w'],
);
test(
  'of several works of one cluster the first that is current stays',
  plans,
  {
    placements: { p: { clusters: ['a'] } },
    works: [stale('a', 'p', 'w1'), work('a', 'p', 'w3'), work('a', 'p', 'w2')],
  },
  ['delete a/w1', 'delete a/w3'],
);
test(
  'a work that is being deleted is waited for',
  plans,
  {
    placements: { p: { clusters: ['a'] } },
    works: [{ ...work('a', 'p'), metadata: { ...work('a', 'p').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }],
  },
  [],
);

test('M17 the name of a work looks generated: the set, at most 58 letters of it, and five more, the same each time', (t) => {
  t.regex(workName(set(['p']), 'a', 0), /^m[a-z0-9]{5}$/);
  t.is(workName(set(['p']), 'a', 0), workName(set(['p']), 'a', 0));
  t.not(workName(set(['p']), 'a', 0), workName(set(['p']), 'b', 0));
  t.not(workName(set(['p']), 'a', 0), workName(set(['p'], { namespace: 'other' }), 'a', 0));
  t.is(workName(set(['p'], { name: 'x'.repeat(80) }), 'a', 0).length, 63);
});

const completed = (ttl: number | undefined, status: string | undefined, more: object = {}) =>
  ManifestWork.schema.parse({
    ...work('a', 'p'),
    metadata: { namespace: 'a', name: 'w', ...more },
    spec: { deleteOption: { ttlSecondsAfterFinished: ttl } },
    status: {
      conditions: status
        ? [{ type: 'Complete', status, reason: 'X', message: '', lastTransitionTime: formatTime(new Date(10_000)) }]
        : [],
    },
  });
const expires = test.macro((t, given: ManifestWork, expected: number | undefined) => t.is(expiryOf(given), expected));
test('L01 a complete work expires its time to live after it completed', expires, completed(5, 'True'), 15_000);
test('L02 without a time to live it stays', expires, completed(undefined, 'True'), undefined);
test('L03 while it is not complete it stays', expires, completed(5, 'False'), undefined);
test('L03 without the condition it stays', expires, completed(5, undefined), undefined);
test('L04 a time to live of zero is over at once', expires, completed(0, 'True'), 0);
test('a generated work stays', expires, completed(5, 'True', { labels: work('a', 'p').metadata.labels }), undefined);

const startLoop = (t: ExecutionContext, client: KubeClient): Loop => {
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const context: HubContext = {
    client,
    caches: createCaches(client, silentLogger, abort.signal),
    events: createEventRecorder(client, { component: 'test', now: () => new Date(), log: silentLogger }),
    log: silentLogger,
    now: () => new Date(),
  };
  return startReplicaSetLoop(context, abort.signal);
};

const fleet = async (t: ExecutionContext, clusters: readonly string[]) => {
  const { client } = await startTestServer(t);
  for (const name of ['ns', ...clusters]) {
    await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const decide = async (...selected: string[]): Promise<void> => {
    const status = { decisions: selected.map((clusterName) => ({ clusterName, reason: '' })) };
    const name = { namespace: 'ns', name: 'p-decision-1' };
    await client.patch(PlacementDecision, name, { type: 'merge', body: { status } }, { subresource: 'status' });
    await client.patch(
      Placement,
      { namespace: 'ns', name: 'p' },
      { type: 'merge', body: { status: { numberOfSelectedClusters: selected.length } } },
      { subresource: 'status' },
    );
  };
  const { status: _, ...bare } = placement('p', 0);
  await client.create(Placement, bare);
  await client.create(PlacementDecision, decision('p'));
  await decide(...clusters);
  const works = async (): Promise<readonly ManifestWork[]> => (await client.list(ManifestWork)).items;
  const where = async (): Promise<string> =>
    (await works())
      .map(({ metadata }) => metadata.namespace)
      .sort()
      .join();
  const current = () => client.get(ManifestWorkReplicaSet, { namespace: 'ns', name: 'm' });
  return { client, decide, works, where, current };
};

test('a set follows its placement, is quiet when nothing changes, and takes its works along when deleted', async (t) => {
  const { client, decide, works, where, current } = await fleet(t, ['a', 'b', 'c']);
  const loop = startLoop(t, client);
  await client.create(ManifestWorkReplicaSet, set(['p']));
  await until('three works in the status', async () => (await current())?.status?.summary?.total === 3);
  t.is(await where(), 'a,b,c');
  t.deepEqual((await current())?.metadata.finalizers, [REPLICA_SET_FINALIZER]);

  await until('the loop to be idle', () => loop.idle());
  const before = JSON.stringify([await current(), await works()]);
  await client.patch(Namespace, { name: 'ns' }, { type: 'merge', body: { metadata: { labels: { touched: 'yes' } } } });
  t.is(JSON.stringify([await current(), await works()]), before, 'steady state writes nothing');

  await decide('a', 'c');
  await until('works on a and c', async () => (await where()) === 'a,c');
  await client.delete(ManifestWorkReplicaSet, { namespace: 'ns', name: 'm' });
  await until('set and works to go', async () => (await current()) === undefined && (await where()) === '');
});

test('M15 a cluster whose work cannot be written does not stop the others, and is tried again', async (t) => {
  const { client, decide, where, current } = await fleet(t, ['a', 'b']);
  await decide('a', 'nowhere', 'b');
  startLoop(t, client);
  await client.create(ManifestWorkReplicaSet, set(['p']));
  await until('two works in the status', async () => (await current())?.status?.summary?.total === 2);
  t.is(await where(), 'a,b');
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'nowhere' } });
  await until('works on a, b and nowhere', async () => (await where()) === 'a,b,nowhere');
});

test('a set deleted in the foreground stays until the last of its works is gone', async (t) => {
  const { client, works, current } = await fleet(t, ['a']);
  startLoop(t, client);
  const foreground = set(['p']);
  await client.create(ManifestWorkReplicaSet, {
    ...foreground,
    spec: { ...foreground.spec, cascadeDeletionPolicy: 'Foreground' },
  } as ManifestWorkReplicaSet);
  await until('one work', async () => (await works()).length === 1);
  const [held] = await works();
  const body = (finalizers: readonly string[]) => ({ type: 'merge', body: { metadata: { finalizers } } }) as const;
  await client.patch(ManifestWork, held!.metadata, body(['test/held']));
  await client.delete(ManifestWorkReplicaSet, { namespace: 'ns', name: 'm' });
  await until('the work to be deleted', async () => (await works())[0]?.metadata.deletionTimestamp !== undefined);
  t.truthy(await current());
  await client.patch(ManifestWork, held!.metadata, body([]));
  await until('the set to go', async () => (await current()) === undefined);
});

test('a set whose works could not carry its name says so', async (t) => {
  const { client, works } = await fleet(t, ['a']);
  startLoop(t, client);
  const name = 'm'.repeat(61);
  await client.create(ManifestWorkReplicaSet, set(['p'], { name }));
  const read = () => client.get(ManifestWorkReplicaSet, { namespace: 'ns', name });
  await until('the refusal', async () => (await read())?.status?.conditions?.[0]?.reason === 'InvalidManifestWorkName');
  t.regex((await read())?.status?.conditions?.[0]?.message ?? '', /at most 63 characters/);
  t.deepEqual(await works(), []);
});

test('restarts at any moment leave one work per cluster', async (t) => {
  const { client, where } = await fleet(t, ['a', 'b', 'c', 'd']);
  await client.create(ManifestWorkReplicaSet, set(['p']));
  for (let i = 0; i < 3; i += 1) {
    // Several replicas at once are worse than a restart: each decides from its own, older view.
    startLoop(t, client);
  }
  await until('works on all four', async () => (await where()) === 'a,b,c,d');
  const loop = startLoop(t, client);
  await until('the loop to be idle', () => loop.idle());
  t.is(await where(), 'a,b,c,d');
});
