import { take, told } from './events.js';
import { APPLY, type Cases, configMap, MERGE, namesOf, widget } from './fixture.js';

export const LIST_CASES: Cases = {
  'pages of a list are one snapshot': async (t, p) => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await p.wire.call('POST', p.configMaps, { body: configMap(name) });
    const mine = `${p.configMaps}?limit=2&fieldSelector=metadata.name!%3Dkube-root-ca.crt`;
    const first = await p.wire.call('GET', mine);
    t.deepEqual(namesOf(first.body), ['a', 'b']);
    await p.wire.call('DELETE', `${p.configMaps}/c`);
    await p.wire.call('POST', p.configMaps, { body: configMap('f') });
    const second = await p.wire.call('GET', `${mine}&continue=${first.body.metadata.continue}`);
    t.deepEqual(namesOf(second.body), ['c', 'd']);
    t.is(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
    const third = await p.wire.call('GET', `${mine}&continue=${second.body.metadata.continue}`);
    t.deepEqual(namesOf(third.body), ['e']);
    t.falsy(third.body.metadata.continue);
  },

  'a page says how many are left': async (t, p) => {
    for (const name of ['a', 'b', 'c']) await p.wire.call('POST', p.widgets, { body: widget(name) });
    t.is((await p.wire.call('GET', `${p.widgets}?limit=1`)).body.metadata.remainingItemCount, 2);
  },

  'lists have their kind, and are selected by labels and fields': async (t, p) => {
    for (const name of ['a', 'b', 'c']) {
      await p.wire.call('POST', p.widgets, { body: widget(name, {}, { labels: { app: name, tier: 'x' } }) });
    }
    const { body } = await p.wire.call('GET', p.widgets);
    t.is(body.kind, 'WidgetList');
    t.is(body.apiVersion, 'contract.example.com/v1');
    const select = async (query: string) => namesOf((await p.wire.call('GET', `${p.widgets}?${query}`)).body);
    t.deepEqual(await select('labelSelector=app%3Da'), ['a']);
    t.deepEqual(await select('labelSelector=app%20in%20(a,b),tier'), ['a', 'b']);
    t.deepEqual(await select('labelSelector=app!%3Da,!none'), ['b', 'c']);
    t.deepEqual(await select('fieldSelector=metadata.name%3Db'), ['b']);
    const many = Array.from({ length: 3_000 }, (_, at) => `value-${at}`).join();
    t.deepEqual(await select(`labelSelector=app%20in%20(${many},c)`), ['c']);
    t.deepEqual(await select(`fieldSelector=metadata.namespace%3D${p.namespace},metadata.name!%3Db`), ['a', 'c']);
  },

  'a list can be had as it was': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const { body } = await p.wire.call('GET', p.widgets);
    await p.wire.call('POST', p.widgets, { body: widget('b') });
    const version = body.metadata.resourceVersion;
    const exact = await p.wire.call('GET', `${p.widgets}?resourceVersion=${version}&resourceVersionMatch=Exact`);
    t.deepEqual(namesOf(exact.body), ['a']);
    const newer = await p.wire.call('GET', `${p.widgets}?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`);
    t.deepEqual(namesOf(newer.body), ['a', 'b']);
  },

  'tables have the columns of the CRD': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a', { size: 7 }) });
    const status = { conditions: [{ type: 'Ready', status: 'True' }] };
    await p.wire.call('PATCH', `${p.widgets}/a/status`, { body: { status }, type: MERGE });
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const { body } = await p.wire.call('GET', p.widgets, { accept });
    t.is(body.kind, 'Table');
    t.deepEqual(
      body.columnDefinitions.map(({ name, priority }) => [name, priority]),
      [
        ['Name', 0],
        ['Size', 0],
        ['Ready', 0],
        ['Colour', 1],
        ['Age', 0],
      ],
    );
    const [row] = body.rows;
    t.deepEqual(row!.cells.slice(0, 4), ['a', 7, 'True', 'red']);
    t.regex(String(row!.cells[4]), /^\d+s$/);
    t.is(row!.object.kind, 'PartialObjectMetadata');
    t.is((await p.wire.call('GET', `${p.widgets}/a`, { accept })).body.rows.length, 1);
  },

  'metadata can be had alone': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    const { body } = await p.wire.call('GET', p.widgets, { accept });
    t.is(body.kind, 'PartialObjectMetadataList');
    t.is(body.items[0]!.metadata.name, 'a');
    t.false('spec' in body.items[0]!);
  },

  'a watch tells what exists, then every change': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const events = p.wire.watch(`${p.widgets}?watch=true`);
    t.deepEqual(told(await take(events, 1)), ['ADDED a']);
    await p.wire.call('POST', p.widgets, { body: widget('b') });
    await p.wire.call('PATCH', `${p.widgets}/a`, { body: { spec: { size: 4 } }, type: MERGE });
    await p.wire.call('DELETE', `${p.widgets}/a`);
    const rest = await take(events, 3);
    t.deepEqual(told(rest), ['ADDED b', 'MODIFIED a', 'DELETED a']);
    t.true(Number(rest[2]?.object.metadata.resourceVersion) > Number(rest[1]?.object.metadata.resourceVersion));
    await events.return(undefined);
  },

  'a watch resumes after any version without a gap': async (t, p) => {
    const { body } = await p.wire.call('GET', p.widgets);
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const second = (await p.wire.call('POST', p.widgets, { body: widget('b') })).body;
    await p.wire.call('POST', p.widgets, { body: widget('c') });
    const from = async (version: string, count: number) => {
      const events = p.wire.watch(`${p.widgets}?watch=1&resourceVersion=${version}`);
      const found = told(await take(events, count));
      await events.return(undefined);
      return found;
    };
    t.deepEqual(await from(body.metadata.resourceVersion, 3), ['ADDED a', 'ADDED b', 'ADDED c']);
    t.deepEqual(await from(second.metadata.resourceVersion, 1), ['ADDED c']);
  },

  'an object that begins or ceases to match is added or deleted': async (t, p) => {
    const events = p.wire.watch(`${p.widgets}?watch=true&labelSelector=on&resourceVersion=0`);
    const next = take(events, 3);
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const label = (on: string | null) =>
      p.wire.call('PATCH', `${p.widgets}/a`, { body: { metadata: { labels: { on } } }, type: MERGE });
    await label('1');
    await label('2');
    await label(null);
    t.deepEqual(told(await next), ['ADDED a', 'MODIFIED a', 'DELETED a']);
    await events.return(undefined);
  },

  'a watch list ends its initial events with a bookmark': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const query = 'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
    const events = p.wire.watch(`${p.widgets}?${query}`);
    const [added, bookmark] = await take(events, 2);
    t.is(added?.object.metadata.name, 'a');
    t.is(bookmark?.type, 'BOOKMARK');
    t.is(bookmark?.object.kind, 'Widget');
    t.deepEqual(bookmark?.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
    await events.return(undefined);
  },

  'a watch ends when its time is over': async (t, p) => {
    const events = p.wire.watch(`${p.widgets}?watch=true&timeoutSeconds=1`);
    t.deepEqual(await take(events, 1), []);
  },

  'a quiet watch ends with a bookmark of how far it has come': async (t, p) => {
    const { body } = await p.wire.call('POST', p.widgets, { body: widget('a') });
    const from = body.metadata.resourceVersion;
    const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=3&resourceVersion=${from}`;
    const [bookmark] = await take(p.wire.watch(`${p.widgets}?${query}`), 1);
    t.is(bookmark?.type, 'BOOKMARK');
    t.true(Number(bookmark?.object.metadata.resourceVersion) >= Number(from));
  },

  'a watch may be of tables or of metadata': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    for (const [as, kind] of [
      ['Table', 'Table'],
      ['PartialObjectMetadata', 'PartialObjectMetadata'],
    ]) {
      const events = p.wire.watch(`${p.widgets}?watch=true`, `application/json;as=${as};v=v1;g=meta.k8s.io`);
      t.is((await take(events, 1))[0]?.object.kind, kind);
      await events.return(undefined);
    }
  },

  'an option is off when it says false, in whatever case': async (t, p) => {
    t.is((await p.wire.call('GET', `${p.configMaps}?watch=False`)).body.kind, 'ConfigMapList');
    const apply = (manager: string, value: string, force: string) =>
      p.wire.call('PATCH', `${p.configMaps}/a?fieldManager=${manager}&force=${force}`, {
        body: configMap('a', { k: value }),
        type: APPLY,
      });
    t.is((await apply('one', '1', 'FALSE')).code, 201);
    t.is((await apply('two', '2', 'FALSE')).code, 409);
    t.is((await apply('two', '2', 'True')).code, 200);
  },

  'a large list is compressed for who asks for it': async (t, p) => {
    const free = { text: 'x'.repeat(20_000) };
    for (let index = 0; index < 8; index += 1)
      await p.wire.call('POST', p.widgets, { body: widget(`w${index}`, { free }) });
    const { headers } = await p.wire.call('GET', p.widgets, { headers: { 'accept-encoding': 'gzip' } });
    t.is(headers['content-encoding'], 'gzip');
    t.true(Number(headers['content-length']) < 50_000);
    t.is((await p.wire.call('GET', p.widgets)).headers['content-encoding'], undefined);
  },
};
