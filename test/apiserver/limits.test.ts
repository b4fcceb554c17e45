import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import test, { type ExecutionContext } from 'ava';
import { CRDS } from '../../src/api/crd.js';
import { createPki, type Pki } from '../../src/apiserver/pki.js';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../src/apiserver/server.js';
import { openLmdbStore } from '../../src/apiserver/store/lmdb.js';
import { createMemoryStore } from '../../src/apiserver/store/memory.js';
import { silentLogger } from '../../src/control/log.js';
import { configMap, WIDGET_CRD, WIDGETS, widget } from '../conformance/fixture.js';
import { Wire } from '../conformance/wire.js';
import { until } from '../until.js';
import { temporaryFolder } from './temporary-folder.js';

const TOKEN = 'limits-administrator';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

let pki: Promise<Pki> | undefined;

async function start(
  t: ExecutionContext,
  options: Partial<ApiServerOptions> = {},
): Promise<{ server: ApiServer; wire: Wire }> {
  pki ??= createPki();
  const server = await startApiServer({
    store: createMemoryStore(),
    pki: await pki,
    log: silentLogger,
    staticTokens: new Map([[TOKEN, { name: 'limits', groups: ['system:masters', 'system:authenticated'] }]]),
    ...options,
  });
  const wire = new Wire({ url: server.url, ca: server.caCertificate, token: TOKEN });
  t.teardown(async () => {
    wire.close();
    await server.close();
  });
  return { server, wire };
}

async function change(wire: Wire, name: string, times: number): Promise<void> {
  await wire.call('POST', CONFIG_MAPS, { body: configMap(name) });
  for (let n = 0; n < times; n += 1)
    await wire.call('PUT', `${CONFIG_MAPS}/${name}`, { body: configMap(name, { n: `${n}` }) });
}

test('a watch from a forgotten version is told to list again', async (t) => {
  const { wire } = await start(t, { store: createMemoryStore({ historyLimit: 10 }) });
  await change(wire, 'a', 40);
  const events = wire.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=1`);
  const { value } = await events.next();
  t.is(value.type, 'ERROR');
  t.is(value.object.code, 410);
  t.is(value.object.reason, 'Expired');
  t.regex(value.object.message, /^too old resource version: 1 \(\d+\)$/);
  t.true((await events.next()).done);
});

test('a watch begins with all that exists, however much that is', async (t) => {
  const { wire } = await start(t);
  const names = Array.from({ length: 24 }, (_, at) => `big-${at}`);
  const data = { content: 'x'.repeat(1_000_000) };
  for (const name of names) await wire.call('POST', CONFIG_MAPS, { body: configMap(name, data) });
  const found = new Set<string>();
  for await (const { object } of wire.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=0`)) {
    if (object.metadata.name.startsWith('big-')) found.add(object.metadata.name);
    if (found.size === names.length) break;
  }
  t.is(found.size, names.length);
});

test('the next page of a forgotten version is refused with 410 and a token to go on with what is there now', async (t) => {
  const { wire } = await start(t, { store: createMemoryStore({ historyLimit: 10 }) });
  for (const name of ['a', 'b', 'c']) await wire.call('POST', CONFIG_MAPS, { body: configMap(name) });
  const first = await wire.call('GET', `${CONFIG_MAPS}?limit=1`);
  await change(wire, 'd', 40);
  const second = await wire.call('GET', `${CONFIG_MAPS}?limit=1&continue=${first.body.metadata.continue}`);
  t.is(second.code, 410);
  t.is(second.body.reason, 'Expired');
  const rest = await wire.call('GET', `${CONFIG_MAPS}?continue=${second.body.metadata.continue}`);
  t.deepEqual(
    rest.body.items.map(({ metadata }) => metadata.name),
    ['b', 'c', 'd', 'kube-root-ca.crt'],
  );
});

test('a watcher that does not read is cut off, the others are served', async (t) => {
  const { server, wire } = await start(t);
  const events = wire.watch(`${CONFIG_MAPS}?watch=true`);
  const url = new URL(`${CONFIG_MAPS}?watch=true`, server.url);
  const headers = { authorization: `Bearer ${TOKEN}` };
  const lazy = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { ca: server.caCertificate, headers, agent: false }, resolve).on('error', reject).end();
  });
  let next = events.next();
  const data = { text: 'x'.repeat(900_000) };
  for (let n = 0; n < 40; n += 1) {
    const body = configMap('big', { ...data, n: `${n}` });
    await wire.call(n === 0 ? 'POST' : 'PUT', n === 0 ? CONFIG_MAPS : `${CONFIG_MAPS}/big`, { body });
    // One at a time: on a busy machine who reads must not come to be behind as well.
    const isTold = async (): Promise<boolean> => ((await next).value.object.data as { n?: string })?.n === `${n}`;
    for (let told = false; !told; next = events.next()) told = await isTold();
  }
  // Asked for and never answered: the server ends first.
  next.catch(() => undefined);
  let received = '';
  const ended = new Promise<void>((resolve) => lazy.on('error', () => undefined).on('close', resolve));
  lazy.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk;
  });
  await ended;
  t.true(received.startsWith('{"type":"ADDED"'));
  t.false(received.includes('"n":"39"'));
});

test('of many clients that count in one object none loses a step', async (t) => {
  const { wire } = await start(t);
  await wire.call('POST', CONFIG_MAPS, { body: configMap('counter', { n: '0' }) });
  const step = async (): Promise<void> => {
    for (;;) {
      const { body } = await wire.call('GET', `${CONFIG_MAPS}/counter`);
      const n = Number((body.data as { n: string }).n) + 1;
      const { code } = await wire.call('PUT', `${CONFIG_MAPS}/counter`, { body: { ...body, data: { n: `${n}` } } });
      if (code === 200) return;
      t.is(code, 409);
    }
  };
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let n = 0; n < 5; n += 1) await step();
    }),
  );
  t.deepEqual((await wire.call('GET', `${CONFIG_MAPS}/counter`)).body.data, { n: '40' });
});

test('patches of different fields at the same time all arrive', async (t) => {
  const { wire } = await start(t);
  await wire.call('POST', CONFIG_MAPS, { body: configMap('shared') });
  const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
  const type = 'application/merge-patch+json';
  const codes = await Promise.all(
    keys.map(
      async (key) => (await wire.call('PATCH', `${CONFIG_MAPS}/shared`, { body: { data: { [key]: 'x' } }, type })).code,
    ),
  );
  t.deepEqual(
    codes,
    keys.map(() => 200),
  );
  t.deepEqual(Object.keys((await wire.call('GET', `${CONFIG_MAPS}/shared`)).body.data as object).sort(), keys.sort());
});

for (const kindOfStore of ['memory', 'LMDB']) {
  test(`${kindOfStore}: a watcher that loses its connection all the time ends with what a list shows`, async (t) => {
    const store = kindOfStore === 'LMDB' ? openLmdbStore(await temporaryFolder(t)) : createMemoryStore();
    const { wire } = await start(t, { store });
    const state = new Map<string, string>();
    let version = (await wire.call('GET', CONFIG_MAPS)).body.metadata.resourceVersion;
    let isEnd = false;
    const watching = (async () => {
      for (let round = 1; !isEnd; round += 1) {
        let left = (round % 4) + 1;
        for await (const { type, object } of wire.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${version}`)) {
          const { name, resourceVersion } = object.metadata;
          t.true(Number(resourceVersion) > Number(version), `${resourceVersion} was told after ${version}`);
          version = resourceVersion;
          if (type === 'DELETED') state.delete(name);
          else state.set(name, resourceVersion);
          left -= 1;
          isEnd = name === 'end';
          if (left === 0 || isEnd) break;
        }
      }
    })();
    const writer = async (seed: number): Promise<void> => {
      for (let n = 0; n < 25; n += 1) {
        const name = `w${(seed + n) % 7}`;
        const created = await wire.call('POST', CONFIG_MAPS, { body: configMap(name) });
        if (created.code === 201) continue;
        const body = configMap(name, { n: `${seed}-${n}` });
        await wire.call(n % 3 === 0 ? 'DELETE' : 'PUT', `${CONFIG_MAPS}/${name}`, n % 3 === 0 ? {} : { body });
      }
    };
    await Promise.all([0, 1, 2, 3].map(writer));
    await wire.call('POST', CONFIG_MAPS, { body: configMap('end') });
    await watching;
    const { items } = (await wire.call('GET', CONFIG_MAPS)).body;
    const listed = items.filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt');
    t.deepEqual(
      [...state].sort(),
      listed.map(({ metadata }): [string, string] => [metadata.name, metadata.resourceVersion]).sort(),
    );
  });
}

test('everything is there after a restart: CRDs, objects, versions and watches', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await start(t, { store: openLmdbStore(folder), crds: CRDS });
  await first.wire.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: WIDGET_CRD });
  const path = `${WIDGETS}/namespaces/default/widgets`;
  await until('widgets are served', async () => (await first.wire.call('GET', path)).code === 200);
  const { body: created } = await first.wire.call('POST', path, { body: widget('a', { size: 5 }) });
  const held = widget('held', {}, { finalizers: ['example.com/x'] });
  await first.wire.call('POST', path, { body: held });
  await first.wire.call('DELETE', `${path}/held`);
  const { body: list } = await first.wire.call('GET', path);
  first.wire.close();
  await first.server.close();

  const { wire } = await start(t, { store: openLmdbStore(folder), crds: CRDS });
  const again = await wire.call('GET', path);
  t.deepEqual(again.body.items, list.items);
  t.true(Number(again.body.metadata.resourceVersion) >= Number(list.metadata.resourceVersion));
  t.truthy(again.body.items[1]?.metadata.deletionTimestamp);
  const events = wire.watch(`${path}?watch=true&resourceVersion=${again.body.metadata.resourceVersion}`);
  const next = events.next();
  const { body } = await wire.call('PUT', `${path}/a`, { body: { ...created, spec: { size: 6 } } });
  t.is(body.metadata.generation, 2);
  t.is((await next).value.object.metadata.name, 'a');
  await events.return(undefined);
});

test('a restart with the same definitions writes nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const versionOf = async (): Promise<number> => {
    const { server, wire } = await start(t, { store: openLmdbStore(folder), crds: CRDS });
    const { body } = await wire.call('GET', CONFIG_MAPS);
    wire.close();
    await server.close();
    return Number(body.metadata.resourceVersion);
  };
  const before = await versionOf();
  t.is(await versionOf(), before);
});

test('a CRD whose versions only a webhook could convert is refused', async (t) => {
  const { wire } = await start(t);
  const body = { ...WIDGET_CRD, spec: { ...WIDGET_CRD.spec, conversion: { strategy: 'Webhook' } } };
  const refused = await wire.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body });
  t.is(refused.code, 422);
  t.regex(refused.body.message, /spec\.conversion\.strategy: Unsupported value: "Webhook": supported values: "None"/);
});
