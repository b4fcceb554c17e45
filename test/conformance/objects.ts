import type { ExecutionContext } from 'ava';
import { configMap, type Place, widget } from './fixture.js';

type Case = (t: ExecutionContext, place: Place) => Promise<void>;

/** What every object of the API does, whoever serves it. */
export const OBJECT_CASES: Readonly<Record<string, Case>> = {
  'a new object gets uid, creation time, resourceVersion and generation 1, and keeps no status': async (t, p) => {
    const sent = { ...widget('a'), status: { phase: 'x' } };
    const { code, body } = await p.wire.call('POST', p.widgets, { body: sent });
    t.is(code, 201);
    t.regex(body.metadata.uid, /^[0-9a-f-]{36}$/);
    t.regex(body.metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    t.regex(body.metadata.resourceVersion, /^\d+$/);
    t.is(body.metadata.generation, 1);
    t.is(body.metadata.namespace, p.namespace);
    t.is(body.status, undefined);
    t.deepEqual((await p.wire.call('GET', `${p.widgets}/a`)).body, body);
  },

  'defaults are filled in and unknown fields are dropped with a warning': async (t, p) => {
    const sent = widget('a', { typo: 1, free: { any: { thing: [1] } }, parts: [{ id: 'x' }] });
    const { body, headers } = await p.wire.call('POST', p.widgets, { body: sent });
    t.deepEqual(body.spec, {
      size: 3,
      colour: 'red',
      free: { any: { thing: [1] } },
      parts: [{ id: 'x', weight: 1 }],
    });
    t.is(headers.warning, '299 - "unknown field \\"spec.typo\\""');
    const quiet = await p.wire.call('POST', `${p.widgets}?fieldValidation=Ignore`, { body: widget('b', { typo: 1 }) });
    t.is(quiet.headers.warning, undefined);
  },

  'generateName gives different names': async (t, p) => {
    const sent = { ...configMap(''), metadata: { generateName: 'gen-' } };
    const answers = await Promise.all([1, 2, 3].map(() => p.wire.call('POST', p.configMaps, { body: sent })));
    const names = answers.map(({ body }) => body.metadata.name);
    t.is(new Set(names).size, 3);
    for (const name of names) t.regex(name, /^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  },

  'only a change of the spec makes a new generation': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const patch = (body: unknown, at = '') =>
      p.wire.call('PATCH', `${p.widgets}/a${at}`, { body, type: 'application/merge-patch+json' });
    t.is((await patch({ metadata: { labels: { x: 'y' } } })).body.metadata.generation, 1);
    t.is((await patch({ status: { phase: 'up' } }, '/status')).body.metadata.generation, 1);
    t.is((await patch({ spec: { size: 4 } })).body.metadata.generation, 2);
  },

  'the status changes at its subresource only, and nothing else does there': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const merge = 'application/merge-patch+json';
    const body = { spec: { size: 9 }, status: { phase: 'up' }, metadata: { labels: { x: 'y' } } };
    const atStatus = await p.wire.call('PATCH', `${p.widgets}/a/status`, { body, type: merge });
    t.is(atStatus.body.spec.size, 3);
    t.is(atStatus.body.status?.phase, 'up');
    t.is(atStatus.body.metadata.labels, undefined);
    const atSpec = await p.wire.call('PATCH', `${p.widgets}/a`, {
      body: { ...body, status: { phase: 'no' } },
      type: merge,
    });
    t.is(atSpec.body.spec.size, 9);
    t.is(atSpec.body.status?.phase, 'up');
  },

  'a write that changes nothing is no new version': async (t, p) => {
    const { body } = await p.wire.call('POST', p.widgets, { body: widget('a') });
    const version = body.metadata.resourceVersion;
    t.is((await p.wire.call('PUT', `${p.widgets}/a`, { body })).body.metadata.resourceVersion, version);
    const type = 'application/merge-patch+json';
    const patched = await p.wire.call('PATCH', `${p.widgets}/a`, { body: { spec: { size: 3 } }, type });
    t.is(patched.body.metadata.resourceVersion, version);
    const apply = { type: 'application/apply-patch+yaml', body: widget('a') };
    const first = await p.wire.call('PATCH', `${p.widgets}/a?fieldManager=m&force=true`, apply);
    const second = await p.wire.call('PATCH', `${p.widgets}/a?fieldManager=m&force=true`, apply);
    t.is(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
  },

  'what only the server sets stays what it is': async (t, p) => {
    const { body } = await p.wire.call('POST', p.configMaps, { body: configMap('a', { x: '1' }) });
    const { uid, creationTimestamp } = body.metadata;
    const metadata = { name: 'a', generation: 99, creationTimestamp: null };
    const { body: after } = await p.wire.call('PUT', `${p.configMaps}/a`, {
      body: { ...configMap('a', { x: '2' }), metadata },
    });
    t.deepEqual(after.data, { x: '2' });
    t.is(after.metadata.uid, uid);
    t.is(after.metadata.creationTimestamp, creationTimestamp);
    t.is(after.metadata.deletionTimestamp, undefined);
  },

  'a dry run answers as if, and stores nothing': async (t, p) => {
    const created = await p.wire.call('POST', `${p.widgets}?dryRun=All`, { body: widget('a') });
    t.is(created.code, 201);
    t.is(created.body.spec.colour, 'red');
    t.is((await p.wire.call('GET', `${p.widgets}/a`)).code, 404);
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const type = 'application/merge-patch+json';
    const patched = await p.wire.call('PATCH', `${p.widgets}/a?dryRun=All`, { body: { spec: { size: 9 } }, type });
    t.is(patched.body.spec.size, 9);
    t.is((await p.wire.call('DELETE', `${p.widgets}/a?dryRun=All`)).code, 200);
    t.is((await p.wire.call('GET', `${p.widgets}/a`)).body.spec.size, 3);
  },

  'JSON patch: all operations or none': async (t, p) => {
    await p.wire.call('POST', p.configMaps, { body: configMap('a', { x: '1' }) });
    const type = 'application/json-patch+json';
    const good = [
      { op: 'test', path: '/data/x', value: '1' },
      { op: 'add', path: '/data/y', value: '2' },
      { op: 'remove', path: '/data/x' },
    ];
    t.deepEqual((await p.wire.call('PATCH', `${p.configMaps}/a`, { body: good, type })).body.data, { y: '2' });
    const refused = await p.wire.call('PATCH', `${p.configMaps}/a`, { body: good, type });
    t.is(refused.code, 422);
    t.is(refused.body.message, 'the server rejected our request due to an error in our request');
    t.deepEqual((await p.wire.call('GET', `${p.configMaps}/a`)).body.data, { y: '2' });
  },

  'strategic merge patch merges lists by key, for built-in kinds': async (t, p) => {
    const at = `/apis/apps/v1/namespaces/${p.namespace}/deployments`;
    const labels = { app: 'x' };
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'i' }] } },
    };
    await p.wire.call('POST', at, { body: { metadata: { name: 'd' }, spec } });
    const body = { spec: { template: { spec: { containers: [{ name: 'b', image: 'j' }] } } } };
    const type = 'application/strategic-merge-patch+json';
    const patched = await p.wire.call('PATCH', `${at}/d`, { body, type });
    const { template } = patched.body.spec as { template: { spec: { containers: { name: string }[] } } };
    t.deepEqual(template.spec.containers.map(({ name }) => name).sort(), ['a', 'b']);
    const custom = await p.wire.call('PATCH', `${p.widgets}/a`, { body, type });
    t.is(custom.code, 415);
  },

  'a finalizer keeps a deleted object until it is removed': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a', {}, { finalizers: ['example.com/hold'] }) });
    const deleted = await p.wire.call('DELETE', `${p.widgets}/a`);
    t.is(deleted.code, 200);
    t.truthy(deleted.body.metadata.deletionTimestamp);
    t.is(deleted.body.metadata.generation, 2);
    const again = await p.wire.call('DELETE', `${p.widgets}/a`);
    t.is(again.body.metadata.deletionTimestamp, deleted.body.metadata.deletionTimestamp);
    const type = 'application/merge-patch+json';
    const added = await p.wire.call('PATCH', `${p.widgets}/a`, {
      body: { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } },
      type,
    });
    t.is(added.code, 422);
    t.true(added.body.message.includes('no new finalizers can be added if the object is being deleted'));
    await p.wire.call('PATCH', `${p.widgets}/a`, { body: { metadata: { finalizers: null } }, type });
    t.is((await p.wire.call('GET', `${p.widgets}/a`)).code, 404);
  },

  'deletion says what was deleted': async (t, p) => {
    const { body } = await p.wire.call('POST', p.widgets, { body: widget('a') });
    const { uid } = body.metadata;
    const deleted = await p.wire.call('DELETE', `${p.widgets}/a`);
    t.deepEqual(deleted.body, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', group: 'contract.example.com', kind: 'widgets', uid },
    });
  },

  'preconditions of a deletion are kept': async (t, p) => {
    const { body } = await p.wire.call('POST', p.widgets, { body: widget('a') });
    const { uid, resourceVersion } = body.metadata;
    for (const preconditions of [{ uid: 'other' }, { resourceVersion: '1' }]) {
      t.is((await p.wire.call('DELETE', `${p.widgets}/a`, { body: { preconditions } })).code, 409);
    }
    const options = { body: { preconditions: { uid, resourceVersion } } };
    t.is((await p.wire.call('DELETE', `${p.widgets}/a`, options)).code, 200);
  },

  'deletecollection deletes what the selectors choose': async (t, p) => {
    for (const [name, colour] of Object.entries({ a: 'x', b: 'x', c: 'y' })) {
      await p.wire.call('POST', p.configMaps, { body: configMap(name, {}, { labels: { colour } }) });
    }
    t.is((await p.wire.call('DELETE', `${p.configMaps}?labelSelector=colour%3Dx`)).code, 200);
    const { body } = await p.wire.call('GET', `${p.configMaps}?labelSelector=colour`);
    t.deepEqual(
      body.items.map(({ metadata }) => metadata.name),
      ['c'],
    );
  },

  'field managers own what they apply and lose what they no longer apply': async (t, p) => {
    const apply = (manager: string, spec: Readonly<Record<string, unknown>>, force = false) =>
      p.wire.call('PATCH', `${p.widgets}/a?fieldManager=${manager}&force=${force}`, {
        type: 'application/apply-patch+yaml',
        body: { ...widget('a'), spec },
      });
    t.is((await apply('one', { size: 1, name: 'x' })).code, 201);
    t.is((await apply('two', { size: 1, parts: [{ id: 'p' }] })).code, 200);
    const conflict = await apply('two', { size: 2 });
    t.is(conflict.code, 409);
    t.is(conflict.body.message, 'Apply failed with 1 conflict: conflict with "one": .spec.size');
    t.deepEqual(conflict.body.details.causes, [
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.size' },
    ]);
    const forced = await apply('two', { size: 2 }, true);
    t.deepEqual(forced.body.spec, { size: 2, colour: 'red', name: 'x' });
    const left = await apply('one', {});
    t.deepEqual(left.body.spec, { size: 2, colour: 'red' });
  },

  'writes without apply are owned by the named manager, or by the user agent': async (t, p) => {
    await p.wire.call('POST', p.configMaps, { body: configMap('a', { x: '1' }) });
    const type = 'application/merge-patch+json';
    const { body } = await p.wire.call('PATCH', `${p.configMaps}/a?fieldManager=me`, {
      body: { data: { y: '2' } },
      type,
    });
    t.deepEqual(
      body.metadata.managedFields.map(({ manager, operation, fieldsV1 }) => [manager, operation, fieldsV1]),
      [
        ['contract', 'Update', { 'f:data': { '.': {}, 'f:x': {} } }],
        ['me', 'Update', { 'f:data': { 'f:y': {} } }],
      ],
    );
  },

  'an object of a namespace that does not exist is refused': async (t, p) => {
    const { code, body } = await p.wire.call('POST', '/api/v1/namespaces/nowhere/configmaps', { body: configMap('a') });
    t.is(code, 404);
    t.is(body.message, 'namespaces "nowhere" not found');
  },
};
