import {
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  VersionApi,
  Watch,
} from '@kubernetes/client-node';
import test from 'ava';
import { until } from '../until.js';
import { type Pair, SERVERS, type ServerName, startPair } from './pair.js';

const NAMESPACE = 'client-node';
const GROUP = 'cluster.open-cluster-management.io';
const PLACEMENTS = { group: GROUP, version: 'v1beta1', namespace: NAMESPACE, plural: 'placements' };

let pair: Pair | undefined;

test.before('both servers start', async (t) => {
  pair = await startPair();
  for (const server of SERVERS) {
    const core = (await configOf(server)).makeApiClient(CoreV1Api);
    await core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
  }
  t.pass();
});

test.after.always('both servers stop', async () => {
  await pair?.close();
});

async function configOf(server: ServerName): Promise<KubeConfig> {
  const config = new KubeConfig();
  config.loadFromString((await pair?.[server].kubeconfig({ name: 'node', groups: ['system:masters'] })) ?? '');
  return config;
}

/** What a part of the program found out, one line each. */
type Part = (config: KubeConfig) => Promise<readonly unknown[]>;

/** Code and message of what a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
  try {
    return { answered: typeof (await call) };
  } catch (error) {
    const { code, body } = error as { code?: number; body?: string | { message?: string } };
    const status = typeof body === 'string' ? JSON.parse(body) : body;
    return { code, reason: status?.reason, message: status?.message, details: status?.details };
  }
}

const settings = (name: string, data: Readonly<Record<string, string>> = {}): V1ConfigMap => ({
  metadata: { name, namespace: NAMESPACE, labels: { app: name.split('-')[0] ?? '' } },
  data,
});

const filled = (seen: readonly unknown[], length: number): Promise<true> =>
  until(
    () => `${length} of ${JSON.stringify(seen)}`,
    () => seen.length >= length,
  );

const PARTS: Readonly<Record<string, Part>> = {
  'writes typed objects and reads them': async (config) => {
    const core = config.makeApiClient(CoreV1Api);
    const where = { namespace: NAMESPACE, name: 'typed' };
    const made = await core.createNamespacedConfigMap({ namespace: NAMESPACE, body: settings('typed', { x: '1' }) });
    const changed = await core.replaceNamespacedConfigMap({ ...where, body: { ...made, data: { x: '2' } } });
    const late = await refusal(core.replaceNamespacedConfigMap({ ...where, body: { ...made, data: { x: '3' } } }));
    const deleted = await core.deleteNamespacedConfigMap(where);
    return [
      made.metadata?.creationTimestamp instanceof Date,
      [made.data, changed.data, (await core.listNamespacedConfigMap(where)).items.length > 0],
      late,
      [deleted.status, deleted.details?.name, deleted.details?.kind],
      await refusal(core.readNamespacedConfigMap(where)),
      await refusal(core.createNamespacedConfigMap({ namespace: NAMESPACE, body: settings('Not A Name') })),
      await refusal(core.createNamespacedConfigMap({ namespace: 'absent', body: settings('a') })),
    ];
  },

  'patches in every way': async (config) => {
    const apps = config.makeApiClient(AppsV1Api);
    const labels = { app: 'web' };
    const containers = [{ name: 'c', image: 'nginx:1' }];
    const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
    const where = { namespace: NAMESPACE, name: 'web' };
    await apps.createNamespacedDeployment({ namespace: NAMESPACE, body: { metadata: { name: 'web' }, spec } });
    const patch = async (strategy: PatchStrategy, body: unknown, more: object = {}) => {
      const options = setHeaderOptions('Content-Type', strategy);
      const { spec: after, metadata } = await apps.patchNamespacedDeployment({ ...where, body, ...more }, options);
      return [
        after?.replicas,
        metadata?.generation,
        after?.template.spec?.containers.map(({ name, image }) => [name, image]),
      ];
    };
    const sidecar = { spec: { template: { spec: { containers: [{ name: 'd', image: 'sidecar' }] } } } };
    const applied = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 7 } };
    const scale = await apps.readNamespacedDeploymentScale(where);
    return [
      await patch(PatchStrategy.MergePatch, { spec: { replicas: 2 } }),
      await patch(PatchStrategy.StrategicMergePatch, sidecar),
      await patch(PatchStrategy.JsonPatch, [{ op: 'replace', path: '/spec/replicas', value: 3 }]),
      await refusal(patch(PatchStrategy.JsonPatch, [{ op: 'test', path: '/spec/replicas', value: 4 }])),
      await refusal(patch(PatchStrategy.MergePatch, { spec: { replicas: 'many' } })),
      await refusal(patch(PatchStrategy.ServerSideApply, applied, { fieldManager: 'node' })),
      await patch(PatchStrategy.ServerSideApply, applied, { fieldManager: 'node', force: true }),
      await patch(PatchStrategy.MergePatch, { spec: { replicas: 9 } }, { dryRun: 'All' }),
      [scale.kind, scale.spec, scale.status],
      (await apps.readNamespacedDeployment(where)).spec?.replicas,
    ];
  },

  'lists in pages, by labels and by fields': async (config) => {
    const core = config.makeApiClient(CoreV1Api);
    const names = Array.from({ length: 7 }, (_, at) => `page-${at}`);
    for (const name of names) await core.createNamespacedConfigMap({ namespace: NAMESPACE, body: settings(name) });
    const pages: unknown[] = [];
    let token: string | undefined;
    do {
      const asked = {
        namespace: NAMESPACE,
        labelSelector: 'app=page',
        limit: 3,
        ...(token ? { _continue: token } : {}),
      };
      const { items, metadata } = await core.listNamespacedConfigMap(asked);
      pages.push([items.map((item) => item.metadata?.name), metadata?.remainingItemCount]);
      token = metadata?._continue;
    } while (token);
    const one = await core.listNamespacedConfigMap({ namespace: NAMESPACE, fieldSelector: 'metadata.name=page-3' });
    const gone = await core.deleteCollectionNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'app=page' });
    return [
      ...pages,
      one.items.map((item) => item.metadata?.name),
      await refusal(core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'a in' })),
      typeof gone,
      (await core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'app=page' })).items.length,
    ];
  },

  watches: async (config) => {
    const core = config.makeApiClient(CoreV1Api);
    const seen: unknown[] = [];
    const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
    const ended: unknown[] = [];
    const stop = await new Watch(config).watch(
      path,
      { labelSelector: 'app=watched' },
      (phase, object: V1ConfigMap) => seen.push([phase, object.metadata?.name, object.data]),
      (error) => ended.push(error instanceof Error ? error.name : error),
    );
    const where = { namespace: NAMESPACE, name: 'watched-a' };
    const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    const relabel = (app: string) =>
      core.patchNamespacedConfigMap({ ...where, body: { metadata: { labels: { app } } } }, merge);
    await core.createNamespacedConfigMap({ namespace: NAMESPACE, body: settings('watched-a', { x: '1' }) });
    await core.patchNamespacedConfigMap({ ...where, body: { data: { x: '2' } } }, merge);
    await relabel('hidden');
    await relabel('watched');
    await core.deleteNamespacedConfigMap(where);
    await filled(seen, 5);
    stop.abort();
    await filled(ended, 1);
    return [...seen, ...ended];
  },

  'is informed': async (config) => {
    const core = config.makeApiClient(CoreV1Api);
    const seen: unknown[] = [];
    const labelSelector = 'app=informed';
    const list = () => core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector });
    await core.createNamespacedConfigMap({ namespace: NAMESPACE, body: settings('informed-old', { x: '0' }) });
    const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
    const informer = makeInformer<V1ConfigMap>(config, path, list, labelSelector);
    for (const event of ['add', 'update', 'delete'] as const) {
      informer.on(event, ({ metadata, data }) => seen.push([event, metadata?.name, data]));
    }
    await informer.start();
    await filled(seen, 1);
    const body = settings('informed-new', { x: '1' });
    const made = await core.createNamespacedConfigMap({ namespace: NAMESPACE, body });
    const where = { namespace: NAMESPACE, name: 'informed-new' };
    await filled(seen, 2);
    await core.replaceNamespacedConfigMap({ ...where, body: { ...made, data: { x: '2' } } });
    await filled(seen, 3);
    await core.deleteNamespacedConfigMap(where);
    await filled(seen, 4);
    const left = informer.list().map(({ metadata }) => metadata?.name);
    await informer.stop();
    return [...seen, left];
  },

  'handles objects of any kind': async (config) => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const custom = config.makeApiClient(CustomObjectsApi);
    const metadata = { name: 'any', namespace: NAMESPACE };
    const placement = (spec: object) => ({ apiVersion: `${GROUP}/v1beta1`, kind: 'Placement', metadata, spec });
    const apply = (spec: object, manager: string, force?: boolean) =>
      objects.patch(placement(spec), undefined, undefined, manager, force, PatchStrategy.ServerSideApply);
    const specOf = async (call: Promise<object>) => ('spec' in (await call) ? Object(await call).spec : undefined);
    return [
      await specOf(objects.create(placement({ numberOfClusters: 2 }))),
      await refusal(custom.createNamespacedCustomObject({ ...PLACEMENTS, body: placement({ numberOfClusters: 2 }) })),
      await refusal(apply({ numberOfClusters: 3 }, 'one')),
      await specOf(apply({ numberOfClusters: 3 }, 'one', true)),
      await refusal(apply({ numberOfClusters: 4 }, 'two')),
      await refusal(apply({ numberOfClusters: 'four' }, 'one', true)),
      await specOf(objects.read(placement({}))),
      (await objects.list(`${GROUP}/v1beta1`, 'Placement', NAMESPACE)).items.map((item) => item.metadata?.name),
      (await objects.delete(placement({}))).status,
      await refusal(objects.read(placement({}))),
    ];
  },

  'asks about itself and the server': async (config) => {
    const authorization = config.makeApiClient(AuthorizationV1Api);
    const review = (verb: string, user: string) =>
      authorization.createSubjectAccessReview({
        body: { spec: { user, resourceAttributes: { verb, resource: 'secrets', namespace: NAMESPACE } } },
      });
    const self = await authorization.createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { verb: 'delete', resource: 'nodes' } } },
    });
    const version = await config.makeApiClient(VersionApi).getCode();
    return [self.status, (await review('get', 'jane')).status, [version.major, version.minor]];
  },
};

for (const [title, part] of Object.entries(PARTS)) {
  test(`the official JavaScript client ${title} with the same outcome on both servers`, async (t) => {
    const [embedded, real] = await Promise.all(
      SERVERS.map(async (server) => stable(await part(await configOf(server)))),
    );
    t.deepEqual(embedded, real);
  });
}

/** Without what differs from object to object. */
const stable = (found: readonly unknown[]): unknown =>
  JSON.parse(
    JSON.stringify(found, (name, value: unknown) => (typeof value === 'string' ? stableText(name, value) : value)),
  );

const stableText = (name: string, text: string): string =>
  name === 'uid' ? 'UID' : text.replace(/Invalid value: "\{.*\}": /s, 'Invalid value: OBJECT: ');
