import { until } from '../until.js';
import { type Cases, configMap, MERGE, newPlace, type Place } from './fixture.js';
import type { Json } from './wire.js';

const pathOf = ({ namespace }: Place): string => `/api/v1/namespaces/${namespace}`;

/** A namespace on its way out that one object holds. */
async function leaving(p: Place): Promise<Json> {
  await p.wire.call('POST', p.configMaps, { body: configMap('held', {}, { finalizers: ['example.com/hold'] }) });
  return (await p.wire.call('DELETE', pathOf(p))).body;
}

const free = ({ wire, configMaps }: Place) =>
  wire.call('PATCH', `${configMaps}/held`, { body: { metadata: { finalizers: null } }, type: MERGE });

const isGone = (p: Place) =>
  until('the namespace is gone', async () => (await p.wire.call('GET', pathOf(p))).code === 404);

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export const NAMESPACE_CASES: Cases = {
  'a namespace has its name as a label, a finalizer of its own and a phase': async (t, p) => {
    const { body } = await p.wire.call('GET', pathOf(p));
    const own = { 'kubernetes.io/metadata.name': p.namespace };
    t.deepEqual(body.metadata.labels, own);
    t.deepEqual(body.spec, { finalizers: ['kubernetes'] });
    t.deepEqual(body.status, { phase: 'Active' });
    const patch = async (labels: unknown, spec = {}) =>
      (await p.wire.call('PATCH', pathOf(p), { body: { metadata: { labels }, spec }, type: MERGE })).body;
    t.deepEqual((await patch({ 'kubernetes.io/metadata.name': 'other', x: 'y' })).metadata.labels, { ...own, x: 'y' });
    t.deepEqual((await patch(null)).metadata.labels, own);
    t.deepEqual((await patch({}, { finalizers: [] })).spec, { finalizers: ['kubernetes'] });
  },

  'a namespace on its way out says what holds it': async (t, p) => {
    const body = await leaving(p);
    t.truthy(body.metadata.deletionTimestamp);
    t.is(body.metadata.deletionGracePeriodSeconds, undefined);
    t.is(body.status?.phase, 'Terminating');
    let conditions: readonly Condition[] = [];
    await until('the conditions are told', async () => {
      const { status } = (await p.wire.call('GET', pathOf(p))).body;
      conditions = (status?.conditions ?? []) as readonly Condition[];
      return conditions.length === 5;
    });
    const told = Object.fromEntries(
      conditions.map(({ type, status, reason, message }) => [type, [status, reason, message]]),
    );
    t.deepEqual(told.NamespaceFinalizersRemaining, [
      'True',
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ]);
    t.deepEqual(told.NamespaceContentRemaining, [
      'True',
      'SomeResourcesRemain',
      'Some resources are remaining: configmaps. has 1 resource instances',
    ]);
    t.deepEqual(told.NamespaceDeletionContentFailure?.slice(0, 2), ['False', 'ContentDeleted']);
    await free(p);
    await isGone(p);
  },

  'a namespace on its way out takes changes, but nothing new of any kind': async (t, p) => {
    await leaving(p);
    const refused = async (path: string, body: object, type?: string) => {
      const { code, body: answer } = await p.wire.call(type ? 'PATCH' : 'POST', path, {
        body,
        ...(type ? { type } : {}),
      });
      t.is(code, 403, path);
      t.is(answer.reason, 'Forbidden');
      t.true(answer.message.endsWith(`in namespace ${p.namespace} because it is being terminated`), answer.message);
      const { causes } = answer.details;
      t.deepEqual(causes, [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${p.namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ]);
    };
    await refused(p.configMaps, configMap('late'));
    await refused(`/apis/coordination.k8s.io/v1/namespaces/${p.namespace}/leases`, { metadata: { name: 'late' } });
    await refused(`${p.configMaps}/late?fieldManager=m`, configMap('late'), 'application/apply-patch+yaml');
    const changed = await p.wire.call('PATCH', `${p.configMaps}/held`, { body: { data: { x: 'y' } }, type: MERGE });
    t.is(changed.code, 200);
    await free(p);
    await isGone(p);
  },

  'a namespace stays for finalizers of others, in its spec and in its metadata': async (t, p) => {
    const other = await newPlace(p.server, p.wire);
    const name = { metadata: { name: p.namespace } };
    const finalize = (finalizers: readonly string[]) =>
      p.wire.call('PUT', `${pathOf(p)}/finalize`, { body: { ...name, spec: { finalizers } } });
    t.deepEqual((await finalize(['kubernetes', 'example.com/hold'])).body.spec, {
      finalizers: ['kubernetes', 'example.com/hold'],
    });
    const held = { metadata: { finalizers: ['example.com/hold'] } };
    await p.wire.call('PATCH', pathOf(other), { body: held, type: MERGE });
    for (const one of [p, other]) await p.wire.call('DELETE', pathOf(one));
    await until('the server has done its part', async () => {
      const [mine, theirs] = [await p.wire.call('GET', pathOf(p)), await p.wire.call('GET', pathOf(other))];
      t.is(mine.code, 200);
      t.is(theirs.code, 200);
      return JSON.stringify([mine.body.spec, theirs.body.spec]) === '[{"finalizers":["example.com/hold"]},{}]';
    });
    t.is((await p.wire.call('GET', pathOf(other))).body.status?.phase, 'Terminating');
    await p.wire.call('PATCH', pathOf(other), { body: { metadata: { finalizers: null } }, type: MERGE });
    await finalize([]);
    for (const one of [p, other]) await t.notThrowsAsync(isGone(one));
  },

  'namespaces that everything needs stay': async (t, p) => {
    for (const name of ['default', 'kube-system', 'kube-public']) {
      const { code, body } = await p.wire.call('DELETE', `/api/v1/namespaces/${name}`);
      t.is(code, 403);
      t.is(body.message, `namespaces "${name}" is forbidden: this namespace may not be deleted`);
    }
  },
};
