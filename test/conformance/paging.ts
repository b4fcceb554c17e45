import { takeAll } from './events.js';
import { type Cases, namesOf, type Place, WIDGETS, widget } from './fixture.js';
import type { Json } from './wire.js';

async function widgets({ wire, widgets }: Place, names: readonly string[]): Promise<void> {
  for (const name of names) await wire.call('POST', widgets, { body: widget(name, {}, { labels: { app: name } }) });
}

const get = async ({ wire, widgets }: Place, query: string): Promise<Json> =>
  (await wire.call('GET', `${widgets}?${query}`)).body;

export const PAGING_CASES: Cases = {
  'pages of a selection say where to go on, but not how many are left': async (t, p) => {
    await widgets(p, ['a', 'b', 'c']);
    const first = await get(p, 'limit=1&labelSelector=app');
    t.deepEqual(namesOf(first), ['a']);
    t.is(first.metadata.remainingItemCount, undefined);
    const rest = await get(p, `limit=9&labelSelector=app&continue=${first.metadata.continue}`);
    t.deepEqual(namesOf(rest), ['b', 'c']);
    t.is(rest.metadata.continue ?? '', '');
  },

  'a page may be larger than the one before, or the rest': async (t, p) => {
    await widgets(p, ['a', 'b', 'c', 'd']);
    const first = await get(p, 'limit=1');
    t.deepEqual(namesOf(await get(p, `limit=2&continue=${first.metadata.continue}`)), ['b', 'c']);
    t.deepEqual(namesOf(await get(p, `continue=${first.metadata.continue}`)), ['b', 'c', 'd']);
  },

  'no limit is a limit of 0, and a negative one is none': async (t, p) => {
    await widgets(p, ['a', 'b']);
    for (const query of ['limit=0', 'limit=-1', '']) t.deepEqual(namesOf(await get(p, query)), ['a', 'b']);
  },

  'who takes any version gets all of it at once': async (t, p) => {
    await widgets(p, ['a', 'b']);
    const all = await get(p, 'limit=1&resourceVersion=0');
    t.deepEqual(namesOf(all), ['a', 'b']);
    t.is(all.metadata.continue ?? '', '');
    const first = await get(p, 'limit=1');
    const rest = await get(p, `limit=1&resourceVersion=0&continue=${first.metadata.continue}`);
    t.deepEqual(namesOf(rest), ['b']);
  },

  'a limited list of a version is of exactly that one': async (t, p) => {
    await widgets(p, ['a', 'b']);
    const { resourceVersion } = (await get(p, '')).metadata;
    await widgets(p, ['c']);
    const first = await get(p, `limit=1&resourceVersion=${resourceVersion}`);
    t.is(first.metadata.resourceVersion, resourceVersion);
    t.deepEqual(namesOf(await get(p, `continue=${first.metadata.continue}`)), ['b']);
    const newest = await get(p, `limit=1&resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`);
    t.true(Number(newest.metadata.resourceVersion) > Number(resourceVersion));
  },

  'a version nobody has reached is waited for and then refused': async (t, p) => {
    for (const path of [p.widgets, `${p.widgets}?limit=1`, `${p.configMaps}/none`]) {
      const at = path.includes('?') ? '&' : '?';
      const { code, body } = await p.wire.call('GET', `${path}${at}resourceVersion=999999999`);
      t.is(code, 504);
      t.is(body.reason, 'Timeout');
      t.regex(body.message, /^Timeout: Too large resource version: 999999999, current: \d+$/);
      t.deepEqual<unknown, unknown>(body.details, {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      });
    }
  },

  'objects of all namespaces are listed by namespace and name': async (t, p) => {
    await widgets(p, ['b', 'a']);
    const { body } = await p.wire.call('GET', `${WIDGETS}/widgets?fieldSelector=metadata.namespace%3D${p.namespace}`);
    t.deepEqual(namesOf(body), ['a', 'b']);
    const all = (await p.wire.call('GET', `${WIDGETS}/widgets`)).body.items;
    const places = all.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    t.deepEqual(places, [...places].sort());
  },

  'a list without items is still a list': async (t, p) => {
    for (const [path, kind] of [
      [`/api/v1/namespaces/${p.namespace}/secrets`, 'SecretList'],
      [`${WIDGETS}/namespaces/nowhere/widgets`, 'WidgetList'],
      [`${p.configMaps}?labelSelector=none`, 'ConfigMapList'],
    ]) {
      const { code, body } = await p.wire.call('GET', String(path));
      t.is(code, 200);
      t.is(body.kind, String(kind));
      t.deepEqual(body.items, []);
      t.regex(body.metadata.resourceVersion, /^\d+$/);
    }
  },

  'built-in kinds are selected by fields of their own': async (t, p) => {
    const pods = `/api/v1/namespaces/${p.namespace}/pods`;
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    await p.wire.call('POST', pods, { body: { metadata: { name: 'free' }, spec } });
    await p.wire.call('POST', pods, { body: { metadata: { name: 'placed' }, spec: { ...spec, nodeName: 'n' } } });
    const select = async (fields: string) =>
      namesOf((await p.wire.call('GET', `${pods}?fieldSelector=${encodeURIComponent(fields)}`)).body);
    t.deepEqual(await select('spec.nodeName=n'), ['placed']);
    t.deepEqual(await select('spec.nodeName!=n,status.phase=Pending'), ['free']);
    t.deepEqual(await select('spec.restartPolicy=Always,metadata.name=placed'), ['placed']);
    const secrets = `/api/v1/namespaces/${p.namespace}/secrets`;
    await p.wire.call('POST', secrets, { body: { metadata: { name: 's' }, type: 'example.com/x' } });
    const { body } = await p.wire.call('GET', `${secrets}?fieldSelector=type%3Dexample.com/x`);
    t.deepEqual(namesOf(body), ['s']);
  },

  'a set of a label selector may be empty, and its values too': async (t, p) => {
    await widgets(p, ['a', 'b']);
    await p.wire.call('POST', p.widgets, { body: widget('c', {}, { labels: { app: '' } }) });
    const select = async (labels: string) => namesOf(await get(p, `labelSelector=${encodeURIComponent(labels)}`));
    t.deepEqual(await select('app in ()'), ['c']);
    t.deepEqual(await select('app in (a,)'), ['a', 'c']);
    t.deepEqual(await select('app='), ['c']);
    t.deepEqual(await select('app notin (a),app!=b'), ['c']);
    t.deepEqual(await select('in'), []);
  },
};

const event = ({ namespace }: Place, name: string) => ({
  metadata: { name },
  involvedObject: { namespace, name: 'x', kind: 'Pod' },
  reason: 'Tested',
  type: 'Normal',
});

/** Of events, which kube-apiserver reads without a cache of its own: it forgets them as soon as etcd does. */
export const COMPACTION_CASES: Cases = {
  'a page of a forgotten version is refused, with a token for the rest as it is now': async (t, p) => {
    const at = `/api/v1/namespaces/${p.namespace}/events`;
    for (const name of ['a', 'b', 'c', 'd']) await p.wire.call('POST', at, { body: event(p, name) });
    const first = await p.wire.call('GET', `${at}?limit=2`);
    await p.wire.call('DELETE', `${at}/c`);
    await p.wire.call('POST', at, { body: event(p, 'e') });
    await p.server.compact();
    const { code, body } = await p.wire.call('GET', `${at}?limit=2&continue=${first.body.metadata.continue}`);
    t.is(code, 410);
    t.is(body.reason, 'Expired');
    t.regex(body.message, /^The provided continue parameter is too old to display a consistent list result\. /);
    const second = await p.wire.call('GET', `${at}?limit=1&continue=${body.metadata.continue}`);
    t.deepEqual(namesOf(second.body), ['d']);
    const third = await p.wire.call('GET', `${at}?limit=1&continue=${second.body.metadata.continue}`);
    t.deepEqual(namesOf(third.body), ['e']);
    t.is(third.body.metadata.continue ?? '', '');
  },

  'a forgotten version can be had by none, but as one to be newer than': async (t, p) => {
    const at = `/api/v1/namespaces/${p.namespace}/events`;
    const { resourceVersion } = (await p.wire.call('GET', at)).body.metadata;
    await p.wire.call('POST', at, { body: event(p, 'a') });
    await p.server.compact();
    for (const query of ['resourceVersionMatch=Exact', 'limit=1']) {
      const { code, body } = await p.wire.call('GET', `${at}?resourceVersion=${resourceVersion}&${query}`);
      t.is(code, 410, body.message);
      t.is(body.reason, 'Expired');
      t.is(body.message, 'The resourceVersion for the provided list is too old.');
    }
    const newer = await p.wire.call(
      'GET',
      `${at}?resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`,
    );
    t.deepEqual(namesOf(newer.body), ['a']);
  },

  'a watch from a forgotten version begins with the error 410 and ends': async (t, p) => {
    const at = `/api/v1/namespaces/${p.namespace}/events`;
    const { resourceVersion } = (await p.wire.call('GET', at)).body.metadata;
    await p.wire.call('POST', at, { body: event(p, 'a') });
    await p.server.compact();
    const [error, ...more] = await takeAll(
      p.wire.watch(`${at}?watch=true&timeoutSeconds=5&resourceVersion=${resourceVersion}`),
    );
    t.deepEqual(more, []);
    t.is(error?.type, 'ERROR');
    t.is(error?.object.kind, 'Status');
    t.is(error?.object.code, 410);
    t.is(error?.object.reason, 'Expired');
    t.regex(error?.object.message ?? '', /too old/);
  },
};
