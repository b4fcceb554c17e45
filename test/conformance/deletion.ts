import type { ExecutionContext } from 'ava';
import { until } from '../until.js';
import { configMap, type Place } from './fixture.js';

type Case = (t: ExecutionContext, place: Place) => Promise<void>;

/** Creates the owner and one ConfigMap that it owns. */
async function family({ wire, configMaps }: Place): Promise<void> {
  const { body } = await wire.call('POST', configMaps, { body: configMap('owner') });
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: body.metadata.uid };
  const ownerReferences = [{ ...reference, blockOwnerDeletion: true }];
  await wire.call('POST', configMaps, { body: configMap('owned', {}, { ownerReferences }) });
}

const isGone = async ({ wire, configMaps }: Place, name: string): Promise<boolean> =>
  (await wire.call('GET', `${configMaps}/${name}`)).code === 404;

/** What controllers of the server do after a deletion. */
export const DELETION_CASES: Readonly<Record<string, Case>> = {
  'what a deleted object owned is deleted after it': async (t, p) => {
    await family(p);
    const { code, body } = await p.wire.call('DELETE', `${p.configMaps}/owner?propagationPolicy=Background`);
    t.is(code, 200);
    t.is(body.kind, 'Status');
    await until('the owned object is gone', () => isGone(p, 'owned'));
  },

  'what an orphaning deletion leaves behind has no owner': async (t, p) => {
    await family(p);
    const { code } = await p.wire.call('DELETE', `${p.configMaps}/owner?propagationPolicy=Orphan`);
    t.is(code, 200);
    await until('the owner is gone', () => isGone(p, 'owner'));
    const { body } = await p.wire.call('GET', `${p.configMaps}/owned`);
    t.false('ownerReferences' in body.metadata);
  },

  'a foreground deletion ends after what the object owned': async (t, p) => {
    await family(p);
    const { body } = await p.wire.call('DELETE', `${p.configMaps}/owner?propagationPolicy=Foreground`);
    t.is(body.kind, 'ConfigMap');
    t.truthy(body.metadata.deletionTimestamp);
    await until('the owner is gone', () => isGone(p, 'owner'));
    t.true(await isGone(p, 'owned'));
  },

  'an object whose owner never was is deleted': async (t, p) => {
    const ownerReferences = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: '00000000-0000-4000-8000-000000000000' },
    ];
    const { code } = await p.wire.call('POST', p.configMaps, { body: configMap('orphan', {}, { ownerReferences }) });
    t.is(code, 201);
    await until('the object is gone', () => isGone(p, 'orphan'));
  },

  'a namespace is deleted with what it holds and takes nothing new': async (t, p) => {
    await p.wire.call('POST', p.configMaps, { body: configMap('held', {}, { finalizers: ['example.com/hold'] }) });
    await p.wire.call('POST', p.configMaps, { body: configMap('free') });
    const { code, body } = await p.wire.call('DELETE', `/api/v1/namespaces/${p.namespace}`);
    t.is(code, 200);
    t.is(body.status?.phase, 'Terminating');
    const refused = await p.wire.call('POST', p.configMaps, { body: configMap('late') });
    t.is(refused.code, 403);
    t.is(
      refused.body.message,
      `configmaps "late" is forbidden: unable to create new content in namespace ${p.namespace} because it is being terminated`,
    );
    await until('the free object is gone', () => isGone(p, 'free'));
    await until('the held object is being deleted', async () => {
      const { body } = await p.wire.call('GET', `${p.configMaps}/held`);
      return body.metadata.deletionTimestamp !== undefined;
    });
    const type = 'application/merge-patch+json';
    await p.wire.call('PATCH', `${p.configMaps}/held`, { body: { metadata: { finalizers: null } }, type });
    await until(
      'the namespace is gone',
      async () => (await p.wire.call('GET', `/api/v1/namespaces/${p.namespace}`)).code === 404,
    );
  },
};
