import { readFile } from 'node:fs/promises';
import {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import test from 'ava';
import { ConfigMap } from '../../src/api/core.js';
import { until } from '../until.js';
import { startTestServer } from './test-server.js';

test('the official JavaScript client finds, writes, applies, watches and deletes objects', async (t) => {
  const { kubeconfigPath } = await startTestServer(t);
  const config = new KubeConfig();
  config.loadFromString(await readFile(kubeconfigPath, 'utf8'));
  const core = config.makeApiClient(CoreV1Api);
  const namespace = 'default';

  const seen: string[] = [];
  const informer = makeInformer<V1ConfigMap>(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
    core.listNamespacedConfigMap({ namespace }),
  );
  for (const event of ['add', 'update', 'delete'] as const) {
    informer.on(event, ({ metadata }) => seen.push(`${event} ${metadata?.name}`));
  }
  await informer.start();
  t.teardown(() => informer.stop());

  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'a' }, data: { x: '1' } } });
  const patched = await core.patchNamespacedConfigMap(
    { name: 'a', namespace, body: { data: { x: '2' } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
  t.deepEqual(patched.data, { x: '2' });
  t.true(patched.metadata?.creationTimestamp instanceof Date);
  await core.deleteNamespacedConfigMap({ name: 'a', namespace });
  const own = () => seen.filter((line) => line.endsWith(' a'));
  await until('three changes', () => own().length >= 3);
  t.deepEqual(own(), ['add a', 'update a', 'delete a']);

  const apps = config.makeApiClient(AppsV1Api);
  const labels = { app: 'web' };
  const spec = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  };
  const deployment = await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: 'web' }, spec } });
  t.is(deployment.spec?.replicas, 1);
  const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'web' });
  t.is(scale.spec?.replicas, 1);

  const custom = config.makeApiClient(CustomObjectsApi);
  const placements = {
    group: 'cluster.open-cluster-management.io',
    version: 'v1beta1',
    namespace,
    plural: 'placements',
  };
  const placement = {
    apiVersion: 'cluster.open-cluster-management.io/v1beta1',
    kind: 'Placement',
    metadata: { name: 'p', namespace },
    spec: { numberOfClusters: 2 },
  };
  await custom.createNamespacedCustomObject({ ...placements, body: placement });
  const error = await t.throwsAsync(custom.createNamespacedCustomObject({ ...placements, body: placement }));
  t.is((error as Error & { code: number }).code, 409);

  const objects = KubernetesObjectApi.makeApiClient(config);
  const applied = await objects.patch(
    { ...placement, spec: { numberOfClusters: 3 } } as typeof placement,
    undefined,
    undefined,
    'client-node',
    true,
    PatchStrategy.ServerSideApply,
  );
  t.like(applied, { spec: { numberOfClusters: 3 } });
  await objects.delete(placement);
  await t.throwsAsync(objects.read(placement), { message: /not found/ });
});

test('our own client creates, lists, watches, updates, patches and deletes objects', async (t) => {
  const { client } = await startTestServer(t);
  const created = await client.create(ConfigMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default' },
    data: { x: '1' },
  } as ConfigMap);
  t.is(created.data?.x, '1');
  const { items, resourceVersion } = await client.list(ConfigMap, {
    namespace: 'default',
    fieldSelector: 'metadata.name=a',
  });
  t.is(items.length, 1);
  const stop = new AbortController();
  const events = client
    .watch(ConfigMap, { fieldSelector: 'metadata.name=a', resourceVersion, signal: stop.signal })
    [Symbol.asyncIterator]();
  const next = events.next();
  await client.update(ConfigMap, { ...created, data: { x: '2' } } as ConfigMap);
  const event = (await next).value;
  t.is(event.type, 'MODIFIED');
  await t.throwsAsync(client.update(ConfigMap, created), { message: /has been modified/ });
  const patched = await client.patch(
    ConfigMap,
    { namespace: 'default', name: 'a' },
    { type: 'merge', body: { data: { y: '3' } } },
  );
  t.deepEqual(patched.data, { x: '2', y: '3' });
  await client.delete(ConfigMap, { namespace: 'default', name: 'a' });
  t.is(await client.get(ConfigMap, { namespace: 'default', name: 'a' }), undefined);
  stop.abort();
});
