import { take, takeAll, told } from './events.js';
import { type Cases, MERGE, type Place, widget } from './fixture.js';
import type { WatchEvent } from './wire.js';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const INITIAL = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

const add = ({ wire, widgets }: Place, name: string, metadata = {}) =>
  wire.call('POST', widgets, { body: widget(name, {}, metadata) });

const patch = ({ wire, widgets }: Place, name: string, body: unknown) =>
  wire.call('PATCH', `${widgets}/${name}`, { body, type: MERGE });

/** What a watch with this query tells of what `change` does; `count` events of it. */
async function during(
  { wire, widgets }: Place,
  query: string,
  count: number,
  change: () => Promise<unknown>,
): Promise<WatchEvent[]> {
  const { body } = await wire.call('GET', widgets);
  const events = wire.watch(`${widgets}?watch=true&resourceVersion=${body.metadata.resourceVersion}&${query}`);
  const taken = take(events, count);
  await change();
  const found = await taken;
  await events.return(undefined);
  return found;
}

/** As every client does: a server may end a stream at any time, and one goes on where it ended. */
async function follow({ wire, widgets }: Place, from: string, count: number): Promise<WatchEvent[]> {
  const found: WatchEvent[] = [];
  while (found.length < count) {
    const version = found.at(-1)?.object.metadata.resourceVersion ?? from;
    const events = wire.watch(`${widgets}?watch=true&resourceVersion=${version}`);
    found.push(...(await take(events, count - found.length)));
    await events.return(undefined);
  }
  return found;
}

const ascends = (events: readonly WatchEvent[]): boolean =>
  events.every(({ object }, at) => {
    const before = events[at - 1]?.object.metadata.resourceVersion ?? '0';
    return Number(object.metadata.resourceVersion) > Number(before);
  });

const isInitialEnd = (event: WatchEvent | undefined): boolean =>
  event?.type === 'BOOKMARK' &&
  JSON.stringify(event.object.metadata.annotations) === '{"k8s.io/initial-events-end":"true"}';

export const WATCH_CASES: Cases = {
  'a watch from any version begins with what exists': async (t, p) => {
    await add(p, 'a');
    await add(p, 'b');
    for (const query of ['', '&resourceVersion=0', '&resourceVersion=']) {
      const events = p.wire.watch(`${p.widgets}?watch=true${query}`);
      t.deepEqual(told(await take(events, 2)), ['ADDED a', 'ADDED b']);
      await events.return(undefined);
    }
  },

  'who watches from any version and takes bookmarks is told when all that exists was told': async (t, p) => {
    await add(p, 'a');
    const events = p.wire.watch(`${p.widgets}?watch=true&allowWatchBookmarks=true`);
    const [first, end] = await take(events, 2);
    t.is(first?.type, 'ADDED');
    t.true(isInitialEnd(end));
    await events.return(undefined);
  },

  'initial events of a version are all that exists, whatever changed since': async (t, p) => {
    const old = (await add(p, 'a')).body.metadata.resourceVersion;
    await patch(p, 'a', { spec: { size: 9 } });
    await add(p, 'b');
    const events = p.wire.watch(`${p.widgets}?watch=true&${INITIAL}&resourceVersion=${old}`);
    const initial = await take(events, 3);
    t.deepEqual(told(initial.slice(0, 2)), ['ADDED a', 'ADDED b']);
    t.is(initial[0]?.object.spec.size, 9);
    t.true(isInitialEnd(initial[2]));
    const resume = initial[2]?.object.metadata.resourceVersion;
    await add(p, 'c');
    // Bookmarks may come at any time.
    let [next] = await take(events, 1);
    while (next?.type === 'BOOKMARK') [next] = await take(events, 1);
    t.deepEqual(told(next ? [next] : []), ['ADDED c']);
    await events.return(undefined);
    const again = p.wire.watch(`${p.widgets}?watch=true&resourceVersion=${resume}`);
    t.deepEqual(told(await take(again, 1)), ['ADDED c']);
    await again.return(undefined);
  },

  'initial events without bookmarks end unannounced': async (t, p) => {
    await add(p, 'a');
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1';
    t.deepEqual(told(await takeAll(p.wire.watch(`${p.widgets}?watch=true&${query}`))), ['ADDED a']);
  },

  'a watch that wants no initial events begins now': async (t, p) => {
    await add(p, 'a');
    const query = 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan&timeoutSeconds=1';
    t.deepEqual(told(await takeAll(p.wire.watch(`${p.widgets}?watch=true&${query}`))), []);
  },

  'initial events of a version nobody has reached end with the error 504': async (t, p) => {
    const [error, ...more] = await takeAll(
      p.wire.watch(`${p.widgets}?watch=true&${INITIAL}&resourceVersion=999999999`),
    );
    t.deepEqual(more, []);
    t.is(error?.type, 'ERROR');
    t.is(error?.object.code, 504);
    t.regex(error?.object.message ?? '', /^Timeout: Too large resource version: 999999999, current: \d+$/);
  },

  'of the options of a watch some are refused, some count for nothing': async (t, p) => {
    const code = async (query: string): Promise<number> => {
      try {
        await takeAll(p.wire.watch(`${p.widgets}?watch=1&${query}`));
        return 200;
      } catch (error) {
        const [, answered] = /watch answered (\d+)/.exec(String(error)) ?? [];
        if (answered === undefined) throw error;
        return Number(answered);
      }
    };
    for (const query of ['timeoutSeconds=', 'timeoutSeconds=x', 'timeoutSeconds=1.5', 'limit=x', 'labelSelector=%25']) {
      t.is(await code(query), 400, query);
    }
    for (const query of ['resourceVersion=-1', 'resourceVersion=x']) t.is(await code(query), 500, query);
    const newer = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    for (const query of [
      ...['continue=x', 'sendInitialEvents=true', 'sendInitialEvents=false', 'resourceVersionMatch=Exact'],
      ...['sendInitialEvents=true&resourceVersionMatch=Exact&resourceVersion=1', `${newer}&continue=x`],
    ]) {
      t.is(await code(query), 422, query);
    }
    const taken = [
      ...['limit=1', 'allowWatchBookmarks=x', 'timeout=x', 'dryRun=foo', 'foo=bar', newer, `${newer}&limit=1`],
      ...['sendInitialEvents=x&resourceVersionMatch=NotOlderThan', `${newer}&resourceVersion=0`],
    ];
    // Each lasts a second.
    await Promise.all(taken.map(async (query) => t.is(await code(`timeoutSeconds=1&${query}`), 200, query)));
  },

  'a watch of one name tells of that one only': async (t, p) => {
    const events = await during(p, 'fieldSelector=metadata.name%3Db', 3, async () => {
      await add(p, 'a');
      await add(p, 'b');
      await patch(p, 'b', { spec: { size: 4 } });
      await patch(p, 'a', { spec: { size: 4 } });
      await p.wire.call('DELETE', `${p.widgets}/b`);
    });
    t.deepEqual(told(events), ['ADDED b', 'MODIFIED b', 'DELETED b']);
  },

  'what ceases to match is told as it was when it last did, in the version it ceased': async (t, p) => {
    await add(p, 'a', { labels: { on: '1' } });
    let ceased = '';
    const [event] = await during(p, 'labelSelector=on%3D1', 1, async () => {
      ceased = (await patch(p, 'a', { metadata: { labels: { on: '2' } }, spec: { size: 9 } })).body.metadata
        .resourceVersion;
    });
    t.is(event?.type, 'DELETED');
    t.deepEqual(event?.object.metadata.labels, { on: '1' });
    t.is(event?.object.spec.size, 3);
    t.is(event?.object.metadata.resourceVersion, ceased);
  },

  'a deleted object is told as it last was, in the version of its deletion': async (t, p) => {
    await add(p, 'a');
    const stored = (await patch(p, 'a', { spec: { size: 9 } })).body;
    const [event] = await during(p, '', 1, () => p.wire.call('DELETE', `${p.widgets}/a`));
    t.is(event?.type, 'DELETED');
    const { resourceVersion, ...metadata } = event!.object.metadata;
    const { resourceVersion: before, ...last } = stored.metadata;
    t.deepEqual(metadata, last);
    t.is(event?.object.spec.size, 9);
    t.true(Number(resourceVersion) > Number(before));
  },

  'an object that waits for finalizers is modified, then deleted with the last of them still there': async (t, p) => {
    await add(p, 'a', { finalizers: ['example.com/hold'] });
    const events = await during(p, '', 2, async () => {
      await p.wire.call('DELETE', `${p.widgets}/a`);
      await patch(p, 'a', { metadata: { finalizers: null } });
    });
    t.deepEqual(told(events), ['MODIFIED a', 'DELETED a']);
    for (const { object } of events) {
      t.truthy(object.metadata.deletionTimestamp);
      t.deepEqual(object.metadata.finalizers, ['example.com/hold']);
    }
    t.true(ascends(events));
  },

  'a deletion of many is told one by one': async (t, p) => {
    for (const name of ['a', 'b', 'c']) await add(p, name, { labels: { app: name } });
    const events = await during(p, '', 3, async () => {
      await p.wire.call('DELETE', `${p.widgets}?labelSelector=app!%3Db`);
      await p.wire.call('DELETE', `${p.widgets}/b`);
    });
    t.deepEqual(told(events).slice(0, 2).sort(), ['DELETED a', 'DELETED c']);
    t.deepEqual(told(events)[2], 'DELETED b');
    t.true(ascends(events));
  },

  'writes that change nothing and dry runs are not told': async (t, p) => {
    const { body } = await add(p, 'a');
    const events = await during(p, '', 1, async () => {
      await p.wire.call('PUT', `${p.widgets}/a`, { body });
      await p.wire.call('POST', `${p.widgets}?dryRun=All`, { body: widget('b') });
      await p.wire.call('DELETE', `${p.widgets}/a?dryRun=All`);
      await add(p, 'c');
    });
    t.deepEqual(told(events), ['ADDED c']);
  },

  'every watcher gets every change in one order': async (t, p) => {
    const { body } = await p.wire.call('GET', p.widgets);
    const all = Promise.all([1, 2, 3].map(() => follow(p, body.metadata.resourceVersion, 20)));
    await Promise.all(Array.from({ length: 20 }, (_, index) => add(p, `w${index}`)));
    const [first = [], ...others] = await all;
    t.is(new Set(told(first)).size, 20);
    t.true(ascends(first));
    for (const other of others) t.deepEqual(told(other), told(first));
  },

  'only the first table of a watch has the columns': async (t, p) => {
    await add(p, 'a');
    await add(p, 'b');
    const events = p.wire.watch(`${p.widgets}?watch=true&${INITIAL}`, TABLE);
    const [first, second, end] = await take(events, 3);
    t.is(first?.object.kind, 'Table');
    t.is(first?.object.columnDefinitions?.length, 5);
    t.is(first?.object.rows[0]?.cells[0], 'a');
    t.falsy(second?.object.columnDefinitions);
    t.is(second?.object.rows[0]?.object?.metadata.name, 'b');
    t.is(end?.type, 'BOOKMARK');
    t.is(end?.object.kind, 'Table');
    t.deepEqual(end?.object.rows[0]?.object?.metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
    t.is(end?.object.rows[0]?.object?.metadata.resourceVersion, end?.object.metadata.resourceVersion);
    await events.return(undefined);
  },

  'a watch may be of the objects of all namespaces': async (t, p) => {
    const { body } = await p.wire.call('GET', '/api/v1/configmaps?limit=1');
    const query = `watch=true&resourceVersion=${body.metadata.resourceVersion}&labelSelector=of%3D${p.namespace}`;
    const events = p.wire.watch(`/api/v1/configmaps?${query}`);
    const taken = take(events, 1);
    await p.wire.call('POST', p.configMaps, { body: { metadata: { name: 'a', labels: { of: p.namespace } } } });
    const [event] = await taken;
    t.is(event?.object.metadata.namespace, p.namespace);
    t.is(event?.object.kind, 'ConfigMap');
    await events.return(undefined);
  },
};
