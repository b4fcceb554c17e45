import type { ExecutionContext } from 'ava';
import test from 'ava';
import type { KubeObject } from '../../src/api/meta.js';
import { silentLogger } from '../../src/control/log.js';
import type { Cache } from '../../src/kube/cache.js';
import { createCaches } from '../../src/kube/caches.js';
import type { ConnectOptions } from '../../src/kube/connect.js';
import { startInformer } from '../../src/kube/informer.js';
import { until } from '../until.js';
import { answer, hangUp, type ScriptedServer, type Step, scriptedServer, stream } from './scripted-server.js';

const ConfigMap = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true } as const;

const object = (name: string, resourceVersion: number, labels = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'ns', name, uid: name, resourceVersion: String(resourceVersion), labels },
});
const list = (resourceVersion: number, ...items: KubeObject[]) =>
  answer(200, { metadata: { resourceVersion: String(resourceVersion) }, items });
const event = (type: string, name: string, resourceVersion: number, labels = {}) => ({
  type,
  object: object(name, resourceVersion, labels),
});
const bookmark = (resourceVersion: number) => ({
  type: 'BOOKMARK',
  object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: String(resourceVersion) } },
});
const status = (code: number, reason: string) => ({ kind: 'Status', code, reason, message: reason });

const QUICK = { baseMs: 1, maxMs: 5 };

const informerOn = async (
  t: ExecutionContext,
  steps: readonly Step[],
  connect: Partial<ConnectOptions> = {},
): Promise<{ server: ScriptedServer; cache: Cache; abort: AbortController }> => {
  const server = await scriptedServer(t, ...steps);
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const client = await server.client(connect);
  const cache = startInformer(client, ConfigMap, { log: silentLogger, backoff: QUICK }, abort.signal);
  return { server, cache, abort };
};

const names = (cache: Cache): string[] =>
  cache
    .list()
    .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
    .sort();

test('lists, watches from the version of the list, applies every event', async (t) => {
  const events = [event('MODIFIED', 'a', 6), event('ADDED', 'b', 7), event('DELETED', 'b', 8), bookmark(9)];
  const { server, cache } = await informerOn(t, [list(5, object('a', 1), object('c', 2)), stream(events)]);
  await until('version 9', () => cache.resourceVersion === '9');
  t.deepEqual(names(cache), ['a@6', 'c@2']);
  const watch = new URL(`http://x${server.requests[1]?.slice(4)}`).searchParams;
  t.is(watch.get('resourceVersion'), '5');
  t.is(watch.get('allowWatchBookmarks'), 'true');
  t.true(Number(watch.get('timeoutSeconds')) >= 290);
});

test('is not synced before the first complete list, whatever goes wrong', async (t) => {
  let release: () => void = () => undefined;
  const { server, cache } = await informerOn(t, [
    hangUp,
    answer(500, status(500, 'InternalError')),
    answer(200, { metadata: { resourceVersion: '5', continue: 'more' }, items: [object('a', 1)] }),
    answer(500, status(500, 'InternalError')),
    (_, response) => {
      release = () => response.end(JSON.stringify({ metadata: { resourceVersion: '5' }, items: [object('a', 1)] }));
    },
    stream([]),
  ]);
  await until('five requests', () => server.requests.length === 5);
  t.false(cache.synced);
  t.deepEqual(cache.list(), []);
  await t.throwsAsync(cache.whenSynced(AbortSignal.timeout(10)), { any: true });
  release();
  await cache.whenSynced(AbortSignal.timeout(60_000));
  t.deepEqual(names(cache), ['a@1']);
});

const resumes = test.macro(async (t, interruption: Step, connect: Partial<ConnectOptions> = {}) => {
  const steps = [list(5, object('a', 1)), interruption, stream([event('ADDED', 'b', 8)])];
  const { server, cache } = await informerOn(t, steps, connect);
  const changes: string[] = [];
  cache.onChange(({ after }) => changes.push(after ? after.metadata.name : 'deletion'));
  await until('the second object', () => cache.get('ns/b') !== undefined);
  const version = new URL(`http://x${server.requests.at(-1)?.slice(4)}`).searchParams.get('resourceVersion');
  t.is(version, changes.includes('x') ? '7' : '5');
  t.is(server.requests.filter((request) => !request.includes('watch=')).length, 1, 'one list is enough');
  t.deepEqual(changes.filter((name) => name !== 'x').sort(), ['a', 'b'], 'each object is announced once');
});
const X = event('ADDED', 'x', 7);
test('resumes after the server ended the watch', resumes, stream([X], 'end'));
test('resumes after the server ended the watch at once', resumes, stream([], 'end'));
test('resumes after the connection was cut', resumes, stream([X], 'cut'));
test('resumes after a connection reset before any answer', resumes, hangUp);
test('resumes after 429', resumes, answer(429, status(429, 'TooManyRequests'), { 'retry-after': '0' }));
test('resumes after 503', resumes, answer(503, status(503, 'ServiceUnavailable')));
test('resumes from the last good event after a line that is not JSON', resumes, stream([X, '{"type":"ADDED",\n']));
test('resumes from the last good event after half a line', resumes, stream([X, '{"type":"ADD'], 'end'));
test('resumes after an event of a type nobody knows', resumes, stream([X, { type: 'NEW', object: {} }]));
test('resumes after a 200 that is no watch', resumes, answer(200, '<html>log in</html>\n'));
test('resumes after the connection went silent', resumes, stream([X]), { watchIdleMs: 300 });

test('resumes from a bookmark', async (t) => {
  const { server, cache } = await informerOn(t, [list(5), stream([bookmark(50)], 'end'), stream([])]);
  await until('three requests', () => server.requests.length === 3);
  t.true(server.requests[2]?.includes('resourceVersion=50&'));
  t.is(cache.resourceVersion, '50');
});

const relists = test.macro(async (t, expiry: Step) => {
  const { cache } = await informerOn(t, [
    list(5, object('gone', 1), object('kept', 2), object('changed', 3)),
    expiry,
    list(20, object('kept', 2), object('changed', 15), object('new', 16)),
    stream([]),
  ]);
  await cache.whenSynced(AbortSignal.timeout(60_000));
  const changes: string[] = [];
  cache.onChange(({ before, after }) => changes.push(`${before?.metadata.name ?? '-'}>${after?.metadata.name ?? '-'}`));
  await until('version 20', () => cache.resourceVersion === '20');
  t.deepEqual(names(cache), ['changed@15', 'kept@2', 'new@16']);
  t.deepEqual(changes.slice(3).sort(), ['->new', 'changed>changed', 'gone>-']);
});
test(
  'a 410 answer makes it list again and announce what was missed, deletions too',
  relists,
  answer(410, status(410, 'Expired')),
);
test('so does a 410 event', relists, stream([{ type: 'ERROR', object: status(410, 'Expired') }]));
test('and a kind that was unknown for a moment', relists, answer(404, status(404, 'NotFound')));

test('a failing or partial list leaves the cache as it was', async (t) => {
  const { server, cache } = await informerOn(t, [
    list(5, object('a', 1), object('b', 2)),
    answer(410, status(410, 'Expired')),
    answer(200, { metadata: { resourceVersion: '9', continue: 'more' }, items: [object('a', 1)] }),
    answer(500, status(500, 'InternalError')),
    answer(200, {}),
    answer(404, status(404, 'NotFound')),
    list(12, object('b', 2)),
    stream([]),
  ]);
  await cache.whenSynced(AbortSignal.timeout(60_000));
  let deletions = 0;
  cache.onChange(({ after }) => {
    if (!after) deletions += 1;
  });
  await until('seven requests or a deletion', () => server.requests.length >= 7 || deletions > 0);
  t.true(server.requests.length >= 7, 'nothing was deleted before the list was complete');
  await until('a deletion', () => deletions > 0);
  t.deepEqual(names(cache), ['b@2']);
});

test('objects are frozen to the bottom', async (t) => {
  const { cache } = await informerOn(t, [list(5, object('a', 1, { x: 'y' })), stream([])]);
  await cache.whenSynced(AbortSignal.timeout(60_000));
  t.throws(() => Object.assign(cache.get('ns/a')?.metadata.labels ?? {}, { x: 'z' }), { instanceOf: TypeError });
});

test('a listener that throws stops neither the others nor the watch', async (t) => {
  const { cache } = await informerOn(t, [list(5, object('a', 1)), stream([event('ADDED', 'b', 6)])]);
  const seen: string[] = [];
  cache.onChange(() => {
    throw new Error('broken listener');
  });
  cache.onChange(({ after }) => seen.push(after?.metadata.name ?? ''));
  await until('two changes', () => seen.length === 2);
  t.deepEqual(seen.sort(), ['a', 'b']);
});

test('shared caches: one watch per kind and selection, indexes follow changes', async (t) => {
  const steps = [list(5, object('a', 1, { team: 'red' }), object('b', 2, { team: 'blue' }))];
  const move = { type: 'MODIFIED', object: object('a', 6, { team: 'blue' }) };
  const server = await scriptedServer(t, ...steps, stream([move, event('DELETED', 'b', 7)]));
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const caches = createCaches(await server.client(), silentLogger, abort.signal);
  const byTeam = ({ metadata }: KubeObject) => (metadata.labels?.team ? [metadata.labels.team] : []);
  const cache = caches.of(ConfigMap);
  await caches.whenSynced(AbortSignal.timeout(60_000));
  t.is(caches.of(ConfigMap, { indexes: { team: byTeam } }), cache);
  await until('version 7', () => cache.resourceVersion === '7');
  t.deepEqual(
    cache.byIndex('team', 'blue').map(({ metadata }) => metadata.name),
    ['a'],
  );
  t.deepEqual(cache.byIndex('team', 'red'), []);
  t.throws(() => cache.byIndex('colour', 'red'), { message: /no index colour/ });
  t.throws(() => caches.of(ConfigMap, { indexes: { team: () => [] } }), { message: /two functions/ });
  t.is(server.requests.length, 2);
});

test('stops when its signal aborts', async (t) => {
  const { server, cache, abort } = await informerOn(t, [list(5), stream([])]);
  await until('two requests', () => server.requests.length === 2);
  abort.abort();
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.is(server.requests.length, 2);
  t.true(cache.synced);
});
