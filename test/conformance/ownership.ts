import { until } from '../until.js';
import { type Cases, configMap, MERGE, newPlace, type Place, widget } from './fixture.js';
import type { Json } from './wire.js';

const NEVER = '00000000-0000-4000-8000-000000000000';

const reference = ({ metadata: { name, uid } }: Json, more = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid,
  ...more,
});

const add = async (
  { wire, configMaps }: Place,
  name: string,
  owners: readonly object[] = [],
  more = {},
): Promise<Json> =>
  (await wire.call('POST', configMaps, { body: configMap(name, {}, { ownerReferences: owners, ...more }) })).body;

const remove = ({ wire, configMaps }: Place, name: string, policy = 'Background') =>
  wire.call('DELETE', `${configMaps}/${name}?propagationPolicy=${policy}`);

const read = ({ wire, configMaps }: Place, name: string) => wire.call('GET', `${configMaps}/${name}`);

const ownersOf = async (p: Place, name: string): Promise<readonly string[]> => {
  const { ownerReferences } = (await read(p, name)).body.metadata;
  return ((ownerReferences ?? []) as readonly { readonly name: string }[]).map((owner) => owner.name);
};

const gone = (p: Place, name: string) => until(`${name} is gone`, async () => (await read(p, name)).code === 404);

const release = ({ wire, configMaps }: Place, name: string) =>
  wire.call('PATCH', `${configMaps}/${name}`, { body: { metadata: { finalizers: null } }, type: MERGE });

/** What the garbage collector of the server does. */
export const OWNERSHIP_CASES: Cases = {
  'an object stays as long as one of its owners does': async (t, p) => {
    const [a, b] = [await add(p, 'a'), await add(p, 'b')];
    await add(p, 'owned', [reference(a), reference(b)]);
    await remove(p, 'a');
    await until('the reference is dropped', async () => (await ownersOf(p, 'owned')).join() === 'b');
    t.is((await read(p, 'owned')).body.metadata.deletionTimestamp, undefined);
    await remove(p, 'b');
    await t.notThrowsAsync(gone(p, 'owned'));
  },

  'a reference to nobody is dropped beside one to somebody': async (t, p) => {
    const owner = await add(p, 'owner');
    await add(p, 'owned', [reference(owner), { apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: NEVER }]);
    await until('the reference is dropped', async () => (await ownersOf(p, 'owned')).join() === 'owner');
    t.is((await read(p, 'owned')).code, 200);
  },

  'an owner of the name but another uid is none': async (t, p) => {
    await add(p, 'owner');
    await add(p, 'owned', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: NEVER }]);
    await t.notThrowsAsync(gone(p, 'owned'));
    t.is((await read(p, 'owner')).code, 200);
  },

  'an owner in another namespace is none': async (t, p) => {
    const other = await newPlace(p.server, p.wire);
    const owner = await add(other, 'owner');
    await add(p, 'owned', [reference(owner)]);
    await t.notThrowsAsync(gone(p, 'owned'));
    t.is((await read(other, 'owner')).code, 200);
  },

  'what the owned owned goes too': async (t, p) => {
    const first = await add(p, 'first');
    const second = await add(p, 'second', [reference(first)]);
    await add(p, 'third', [reference(second)]);
    await remove(p, 'first');
    await t.notThrowsAsync(gone(p, 'second'));
    await t.notThrowsAsync(gone(p, 'third'));
  },

  'a custom object owns as any other': async (t, p) => {
    const { body } = await p.wire.call('POST', p.widgets, { body: widget('owner') });
    await add(p, 'owned', [reference(body, { apiVersion: 'contract.example.com/v1', kind: 'Widget' })]);
    await p.wire.call('DELETE', `${p.widgets}/owner`);
    await t.notThrowsAsync(gone(p, 'owned'));
  },

  'a foreground deletion waits for those only that block it': async (t, p) => {
    const finalizers = ['example.com/hold'];
    const [a, b] = [await add(p, 'a'), await add(p, 'b')];
    await add(p, 'of-a', [reference(a)], { finalizers });
    await add(p, 'of-b', [reference(b, { blockOwnerDeletion: true })], { finalizers });
    for (const name of ['a', 'b']) {
      const { body } = await remove(p, name, 'Foreground');
      t.deepEqual(body.metadata.finalizers, ['foregroundDeletion']);
    }
    for (const name of ['of-a', 'of-b']) {
      await until(`${name} is being deleted`, async () =>
        Boolean((await read(p, name)).body.metadata.deletionTimestamp),
      );
    }
    await gone(p, 'a');
    t.is((await read(p, 'of-a')).code, 200);
    t.deepEqual((await read(p, 'b')).body.metadata.finalizers, ['foregroundDeletion']);
    await release(p, 'of-b');
    await t.notThrowsAsync(gone(p, 'b'));
    t.is((await read(p, 'of-b')).code, 404);
    await release(p, 'of-a');
  },

  'who orphans takes his own reference only': async (t, p) => {
    const [a, b] = [await add(p, 'a'), await add(p, 'b')];
    await add(p, 'owned', [reference(a), reference(b)]);
    await remove(p, 'a', 'Orphan');
    await gone(p, 'a');
    t.deepEqual(await ownersOf(p, 'owned'), ['b']);
  },

  'an object that owns itself can be deleted': async (t, p) => {
    const self = await add(p, 'self');
    const body = { metadata: { ownerReferences: [reference(self, { blockOwnerDeletion: true })] } };
    await p.wire.call('PATCH', `${p.configMaps}/self`, { body, type: MERGE });
    t.is((await remove(p, 'self')).code, 200);
    await t.notThrowsAsync(gone(p, 'self'));
  },
};
