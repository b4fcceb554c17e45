import { type Cases, configMap, MERGE, namesOf, type Place, widget } from './fixture.js';

async function three({ wire, configMaps }: Place): Promise<void> {
  for (const name of ['a', 'b', 'c'])
    await wire.call('POST', configMaps, { body: configMap(name, {}, { labels: { in: 'three' } }) });
}

const left = async ({ wire, configMaps }: Place): Promise<readonly string[]> =>
  namesOf((await wire.call('GET', `${configMaps}?labelSelector=in%3Dthree`)).body);

/** What a DELETE does by itself, without any controller. */
export const DELETE_CASES: Cases = {
  'who deletes many gets what they were': async (t, p) => {
    await three(p);
    await p.wire.call('PATCH', `${p.configMaps}/b`, {
      body: { metadata: { finalizers: ['example.com/hold'] } },
      type: MERGE,
    });
    const { code, body } = await p.wire.call('DELETE', `${p.configMaps}?labelSelector=in%3Dthree`);
    t.is(code, 200);
    t.is(body.kind, 'ConfigMapList');
    t.deepEqual(namesOf(body), ['a', 'b', 'c']);
    for (const { metadata } of body.items) t.is(metadata.deletionTimestamp, undefined);
    t.deepEqual(await left(p), ['b']);
  },

  'a deletion of many may be limited': async (t, p) => {
    await three(p);
    const { body } = await p.wire.call('DELETE', `${p.configMaps}?labelSelector=in%3Dthree&limit=2`);
    t.deepEqual(namesOf(body), ['a', 'b']);
    t.deepEqual(await left(p), ['c']);
  },

  'a deletion of many may be a dry run, or of a table': async (t, p) => {
    await three(p);
    const dry = await p.wire.call('DELETE', `${p.configMaps}?fieldSelector=metadata.name%3Da&dryRun=All`);
    t.deepEqual(namesOf(dry.body), ['a']);
    const body = { dryRun: ['All'] };
    t.is((await p.wire.call('DELETE', `${p.configMaps}?labelSelector=in%3Dthree`, { body })).code, 200);
    t.deepEqual(await left(p), ['a', 'b', 'c']);
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    t.is((await p.wire.call('DELETE', p.configMaps, { accept })).body.kind, 'Table');
  },

  'a deletion of many keeps preconditions': async (t, p) => {
    await three(p);
    const body = { preconditions: { uid: 'other' } };
    const { code, body: refused } = await p.wire.call('DELETE', `${p.configMaps}?labelSelector=in%3Dthree`, { body });
    t.is(code, 409);
    t.is(refused.reason, 'Conflict');
    t.deepEqual(await left(p), ['a', 'b', 'c']);
  },

  'options of a deletion come from the query, or else from a body': async (t, p) => {
    await three(p);
    t.is((await p.wire.call('DELETE', `${p.configMaps}/a?dryRun=All`)).code, 200);
    t.is((await p.wire.call('DELETE', `${p.configMaps}/a`, { body: { dryRun: ['All'] } })).code, 200);
    t.deepEqual(await left(p), ['a', 'b', 'c']);
    // Who sends a body means what it says.
    t.is((await p.wire.call('DELETE', `${p.configMaps}/a?dryRun=All`, { body: {} })).code, 200);
    t.deepEqual(await left(p), ['b', 'c']);
    for (const apiVersion of ['v1', 'meta.k8s.io/v1', 'apps/v1']) {
      const body = { kind: 'DeleteOptions', apiVersion, dryRun: ['All'] };
      t.is((await p.wire.call('DELETE', `${p.configMaps}/b`, { body })).code, 200, apiVersion);
    }
    t.is((await p.wire.call('DELETE', `${p.configMaps}/b`, { body: 'null' })).code, 200);
    t.deepEqual(await left(p), ['c']);
  },

  'preconditions say what they found': async (t, p) => {
    const { body } = await p.wire.call('POST', p.widgets, { body: widget('a') });
    const { uid, resourceVersion } = body.metadata;
    const refused = async (preconditions: unknown) => {
      const answer = await p.wire.call('DELETE', `${p.widgets}/a`, { body: { preconditions } });
      t.is(answer.code, 409);
      t.deepEqual<unknown, unknown>(answer.body.details, { name: 'a', group: 'contract.example.com', kind: 'Widget' });
      return answer.body.message;
    };
    const on = 'Operation cannot be fulfilled on Widget.contract.example.com "a"';
    t.is(
      await refused({ uid: 'other' }),
      `${on}: the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
    t.is(
      await refused({ uid, resourceVersion: '1' }),
      `${on}: the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  },

  'deletion may be asked for again, in another way': async (t, p) => {
    const held = { finalizers: ['example.com/hold'] };
    await p.wire.call('POST', p.configMaps, { body: configMap('a', {}, held) });
    const asked = async (policy: string) =>
      (await p.wire.call('DELETE', `${p.configMaps}/a?propagationPolicy=${policy}`)).body.metadata;
    const first = await asked('Background');
    t.is(first.deletionGracePeriodSeconds, 0);
    t.deepEqual((await asked('Orphan')).finalizers, ['example.com/hold', 'orphan']);
    const last = await asked('Background');
    t.deepEqual(last.finalizers, ['example.com/hold']);
    t.is(last.deletionTimestamp, first.deletionTimestamp);
  },

  'an object on its way out may change, but gets no new finalizer and no second of its name': async (t, p) => {
    await p.wire.call('POST', p.configMaps, { body: configMap('a', {}, { finalizers: ['example.com/hold'] }) });
    await p.wire.call('DELETE', `${p.configMaps}/a`);
    const patch = (body: unknown) => p.wire.call('PATCH', `${p.configMaps}/a`, { body, type: MERGE });
    t.deepEqual((await patch({ data: { x: '1' } })).body.data, { x: '1' });
    const added = await patch({ metadata: { finalizers: ['example.com/hold', 'example.com/more'] } });
    t.is(added.code, 422);
    t.true(
      added.body.message.includes(
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
      ),
      added.body.message,
    );
    const second = await p.wire.call('POST', p.configMaps, { body: configMap('a') });
    t.is(second.code, 409);
    t.is(second.body.reason, 'AlreadyExists');
    t.is(second.body.message, 'object is being deleted: configmaps "a" already exists');
    const freed = await patch({ metadata: { finalizers: null } });
    t.is(freed.code, 200);
    t.falsy(freed.body.metadata.finalizers);
    t.truthy(freed.body.metadata.deletionTimestamp);
    t.is((await p.wire.call('POST', p.configMaps, { body: configMap('a') })).code, 201);
  },

  'a new object is never born on its way out': async (t, p) => {
    const metadata = { deletionTimestamp: '2020-01-01T00:00:00Z', deletionGracePeriodSeconds: 5 };
    const { body } = await p.wire.call('POST', p.configMaps, { body: configMap('a', {}, metadata) });
    t.is(body.metadata.deletionTimestamp, undefined);
    t.is(body.metadata.deletionGracePeriodSeconds, undefined);
  },
};
