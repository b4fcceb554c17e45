import { type Cases, configMap, DEPLOYMENT, deployments, MERGE, widget } from './fixture.js';

const owner = (uid: string, name = 'x') => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid });

export const METADATA_CASES: Cases = {
  'what only the server says of an object is not taken from a client': async (t, p) => {
    const past = '2020-01-01T00:00:00Z';
    const said = { uid: 'u', generation: 7, creationTimestamp: past, deletionTimestamp: past, selfLink: '/x' };
    const { code, body } = await p.wire.call('POST', p.widgets, { body: widget('a', {}, said) });
    t.is(code, 201);
    t.not(body.metadata.uid, 'u');
    t.not(body.metadata.creationTimestamp, past);
    t.is(body.metadata.generation, 1);
    t.false('deletionTimestamp' in body.metadata);
    t.false('selfLink' in body.metadata);
  },

  'a long generateName is cut so that the name fits a label, and the name itself wins over it': async (t, p) => {
    const long = await p.wire.call('POST', p.configMaps, { body: { metadata: { generateName: 'x'.repeat(200) } } });
    t.is(long.code, 201);
    t.is(long.body.metadata.name.length, 63);
    const both = await p.wire.call('POST', p.configMaps, { body: { metadata: { name: 'a', generateName: 'b-' } } });
    t.is(both.body.metadata.name, 'a');
    t.is(both.body.metadata.generateName, 'b-');
    const changed = await p.wire.call('PUT', `${p.configMaps}/a`, {
      body: { metadata: { name: 'a', generateName: 'c-' } },
    });
    t.is(changed.body.metadata.generateName, 'c-');
  },

  'an owner reference twice is taken once, with a warning': async (t, p) => {
    const ownerReferences = [owner('u'), owner('u'), owner('v')];
    const { body, headers } = await p.wire.call('POST', p.configMaps, {
      body: configMap('a', {}, { ownerReferences }),
    });
    t.deepEqual(body.metadata.ownerReferences, [owner('u'), owner('v')]);
    t.is(
      headers.warning,
      '299 - ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u"',
    );
  },

  'a finalizer without a domain on a custom object is taken with a warning': async (t, p) => {
    const { code, headers } = await p.wire.call('POST', p.widgets, { body: widget('a', {}, { finalizers: ['hold'] }) });
    t.is(code, 201);
    t.is(
      headers.warning,
      '299 - "metadata.finalizers: \\"hold\\": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers"',
    );
    await p.wire.call('PATCH', `${p.widgets}/a`, { body: { metadata: { finalizers: null } }, type: MERGE });
  },

  'null in metadata is as good as nothing, in a map as an empty text': async (t, p) => {
    const metadata = { labels: null, finalizers: null, annotations: { a: null } };
    for (const [at, body] of [
      [p.widgets, widget('a', {}, metadata)],
      [p.configMaps, configMap('a', {}, metadata)],
    ] as const) {
      const created = await p.wire.call('POST', at, { body });
      t.is(created.code, 201, created.body.message);
      t.deepEqual(created.body.metadata.annotations, { a: '' });
      t.false('labels' in created.body.metadata);
      t.false('finalizers' in created.body.metadata);
    }
  },

  'resourceVersion 0 in an update overwrites whatever there is': async (t, p) => {
    await p.wire.call('POST', p.configMaps, { body: configMap('a', { x: '1' }) });
    const { code, body } = await p.wire.call('PUT', `${p.configMaps}/a`, {
      body: configMap('a', { x: '2' }, { resourceVersion: '0' }),
    });
    t.is(code, 200, body.message);
    t.deepEqual(body.data, { x: '2' });
  },

  'an update creates a lease that does not exist, but no ConfigMap': async (t, p) => {
    const lease = `/apis/coordination.k8s.io/v1/namespaces/${p.namespace}/leases/l`;
    const sent = { metadata: { name: 'l' }, spec: { holderIdentity: 'me' } };
    const created = await p.wire.call('PUT', lease, { body: sent });
    t.is(created.code, 201, created.body.message);
    t.truthy(created.body.metadata.uid);
    t.is((await p.wire.call('GET', lease)).body.spec.holderIdentity, 'me');
    t.is((await p.wire.call('PUT', `${p.configMaps}/l`, { body: configMap('l') })).code, 404);
  },

  'the generation of a Deployment counts changes of its spec only': async (t, p) => {
    const at = deployments(p);
    t.is((await p.wire.call('POST', at, { body: DEPLOYMENT })).body.metadata.generation, 1);
    const patch = async (body: unknown, sub = '') =>
      (await p.wire.call('PATCH', `${at}/d${sub}`, { body, type: MERGE })).body.metadata.generation;
    t.is(await patch({ metadata: { labels: { x: 'y' }, generation: 9 } }), 1);
    t.is(await patch({ status: { observedGeneration: 1 } }, '/status'), 1);
    t.is(await patch({ spec: { replicas: 3 } }), 2);
    t.is(await patch({ spec: { replicas: 3 } }), 2);
  },

  'a ConfigMap has no generation': async (t, p) => {
    await p.wire.call('POST', p.configMaps, { body: configMap('a') });
    const { body } = await p.wire.call('PUT', `${p.configMaps}/a`, { body: configMap('a', { x: '1' }) });
    t.false('generation' in body.metadata);
  },

  'the type of a built-in object may be left out, and its status subresource does not care': async (t, p) => {
    const { body } = await p.wire.call('POST', p.configMaps, { body: { metadata: { name: 'a' } } });
    t.is(body.kind, 'ConfigMap');
    t.is(body.apiVersion, 'v1');
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const other = { kind: 'Gadget', status: { phase: 'up' } };
    const patched = await p.wire.call('PATCH', `${p.widgets}/a/status`, { body: other, type: MERGE });
    t.is(patched.body.kind, 'Widget');
    t.is(patched.body.status?.phase, 'up');
  },
};
