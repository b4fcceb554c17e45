import test from 'ava';
import { ManagedCluster } from '../../src/api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../../src/api/cluster-set.js';
import { findCondition } from '../../src/api/conditions.js';
import { CLUSTER_SET_LABEL } from '../../src/api/placement-labels.js';
import { startClusterSetLoop } from '../../src/reconciler/clusterset.js';
import { binding, cluster, clusterSet } from '../scheduler/world.js';
import { type Hub, startHub } from './hub.js';

async function emptyOf({ client }: Hub, name: string): Promise<string> {
  const set = await client.get(ManagedClusterSet, { name });
  const { status, reason, message } = findCondition(set?.status?.conditions, 'ClusterSetEmpty') ?? {};
  return `${status} ${reason} ${message}`;
}

async function boundOf({ client }: Hub, name: string): Promise<string> {
  const found = await client.get(ManagedClusterSetBinding, { namespace: 'ns1', name });
  const { status, reason, message } = findCondition(found?.status?.conditions, 'Bound') ?? {};
  return `${status} ${reason} ${message}`;
}

test('A11 a selector set without selector has no members', async (t) => {
  const hub = await startHub(t, startClusterSetLoop);
  await hub.create(ManagedCluster, cluster('c1'));
  await hub.create(ManagedClusterSet, clusterSet('s9', { selectorType: 'LabelSelector' }));
  await hub.settled();
  t.is(await emptyOf(hub, 's9'), 'True NoClusterMatched No ManagedCluster selected');
});

test('A24 a binding is bound as soon as its set exists', async (t) => {
  const hub = await startHub(t, startClusterSetLoop);
  await hub.create(ManagedClusterSetBinding, binding('s2'));
  await hub.settled();
  t.is(await boundOf(hub, 's2'), 'False ClusterSetNotFound ');
  await hub.create(ManagedClusterSet, clusterSet('s2'));
  await hub.settled();
  t.is(await boundOf(hub, 's2'), 'True ClusterSetBound ');
  await hub.client.delete(ManagedClusterSet, { name: 's2' });
  await hub.settled();
  t.is(await boundOf(hub, 's2'), 'False ClusterSetNotFound ');
});

test('A25 a terminating cluster still counts as a member', async (t) => {
  const hub = await startHub(t, startClusterSetLoop);
  await hub.create(ManagedClusterSet, clusterSet('s1'));
  const held = cluster('c1');
  await hub.create(ManagedCluster, { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } });
  await hub.client.delete(ManagedCluster, { name: 'c1' });
  await hub.settled();
  t.is(await emptyOf(hub, 's1'), 'False ClustersSelected 1 ManagedClusters selected');
});

test('A26 the standard sets are there, come back, and keep their selectors unless somebody opts out', async (t) => {
  const hub = await startHub(t, startClusterSetLoop);
  await hub.settled();
  const selector = async (name: string) => (await hub.client.get(ManagedClusterSet, { name }))?.spec.clusterSelector;
  t.deepEqual(await selector('default'), { selectorType: 'ExclusiveClusterSetLabel' });
  t.deepEqual(await selector('global'), { selectorType: 'LabelSelector', labelSelector: {} });

  await hub.client.delete(ManagedClusterSet, { name: 'global' });
  const labels = { kept: 'yes' };
  const edited = { selectorType: 'LabelSelector', labelSelector: { matchLabels: { a: 'b' } } };
  const patch = { type: 'merge', body: { metadata: { labels }, spec: { clusterSelector: edited } } } as const;
  await hub.client.patch(ManagedClusterSet, { name: 'default' }, patch);
  await hub.settled();
  t.deepEqual(await selector('global'), { selectorType: 'LabelSelector', labelSelector: {} });
  t.deepEqual(await selector('default'), { selectorType: 'ExclusiveClusterSetLabel' });
  t.like((await hub.client.get(ManagedClusterSet, { name: 'default' }))?.metadata.labels, labels);

  const annotations = { 'cluster.open-cluster-management.io/autoupdate': 'false' };
  const left = { type: 'merge', body: { metadata: { annotations }, spec: { clusterSelector: edited } } } as const;
  await hub.client.patch(ManagedClusterSet, { name: 'default' }, left);
  await hub.settled();
  t.deepEqual(await selector('default'), edited as never);
});

test('a cluster without a set joins default, and gets the namespaces its sets ask for', async (t) => {
  const hub = await startHub(t, startClusterSetLoop);
  await hub.create(ManagedCluster, cluster('c1', { set: '' }));
  await hub.settled();
  const found = await hub.client.get(ManagedCluster, { name: 'c1' });
  t.is(found?.metadata.labels?.[CLUSTER_SET_LABEL], 'default');
  const body = { spec: { managedNamespaces: [{ name: 'b' }, { name: 'a' }] } };
  await hub.client.patch(ManagedClusterSet, { name: 'default' }, { type: 'merge', body });
  await hub.settled();
  const { status } = (await hub.client.get(ManagedCluster, { name: 'c1' })) ?? {};
  t.deepEqual(
    status?.managedNamespaces?.map(({ clusterSet: set, name }) => `${set}/${name}`),
    ['default/a', 'default/b'],
  );
  t.is(await emptyOf(hub, 'default'), 'False ClustersSelected 1 ManagedClusters selected');
});
