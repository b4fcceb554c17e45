import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { Unstructured } from '../../src/api/meta.js';
import { openLmdbStore } from '../../src/apiserver/store/lmdb.js';
import { createMemoryStore, type StoreOptions } from '../../src/apiserver/store/memory.js';
import { type Change, Compacted, RevisionMismatch, type Store } from '../../src/apiserver/store/store.js';

const folder = async (t: ExecutionContext): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'placet-store-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
};

type Open = (t: ExecutionContext, options?: StoreOptions) => Promise<Store>;

const STORES: Readonly<Record<string, Open>> = {
  memory: async (t, options) => {
    const store = createMemoryStore(options);
    t.teardown(() => store.close());
    return store;
  },
  LMDB: async (t, options) => {
    const store = openLmdbStore(await folder(t), options);
    t.teardown(() => store.close());
    return store;
  },
};

const object = (name: string, value = 0): Unstructured => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'ns' },
  data: { value: String(value) },
});

const key = (name: string): string => `core/configmaps/ns/${name}`;
const put = (store: Store, name: string, value = 0) => {
  const expected = store.head(key(name))?.revision ?? 0;
  return store.commit({ key: key(name), expected, object: object(name, value) });
};
const remove = (store: Store, name: string) => {
  const item = store.head(key(name));
  return store.commit({ key: key(name), expected: item?.revision ?? 0, object: item!.object, deletes: true });
};
const names = (store: Store, revision?: number): string[] =>
  store.list('core/configmaps/', revision).items.map((item) => item.object.metadata.name);

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: a committed object is read back with its revision in the JSON`, async (t) => {
    const store = await open(t);
    const item = await put(store, 'a', 7);
    t.is(item.revision, 1);
    t.deepEqual(JSON.parse(item.bytes.toString()), {
      ...object('a', 7),
      metadata: { ...object('a').metadata, resourceVersion: '1' },
    });
    t.is(store.get(key('a'))?.object.metadata.resourceVersion, '1');
    t.is(store.revision, 1);
  });

  test(`${name}: a write that expects another revision is refused and changes nothing`, async (t) => {
    const store = await open(t);
    await put(store, 'a');
    for (const expected of [0, 2]) {
      await t.throwsAsync(store.commit({ key: key('a'), expected, object: object('a') }), {
        instanceOf: RevisionMismatch,
      });
    }
    await t.throwsAsync(store.commit({ key: key('b'), expected: 1, object: object('b') }), {
      instanceOf: RevisionMismatch,
    });
    t.is(store.revision, 1);
  });

  test(`${name}: of two writes at the same time that expect the same revision one wins`, async (t) => {
    const store = await open(t);
    const results = await Promise.allSettled(
      [1, 2].map((value) => store.commit({ key: key('a'), expected: 0, object: object('a', value) })),
    );
    t.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    t.deepEqual(store.get(key('a'))?.object.data, { value: '1' });
  });

  test(`${name}: lists are in key order and end at their prefix`, async (t) => {
    const store = await open(t);
    await Promise.all(['b', 'a-b', 'a', 'c'].map((one) => put(store, one)));
    await store.commit({ key: 'core/configmapsx/ns/z', expected: 0, object: object('z') });
    await store.commit({ key: 'core/configmaps/other/y', expected: 0, object: object('y') });
    t.deepEqual(names(store), ['a', 'a-b', 'b', 'c', 'y']);
    t.is(store.list('core/configmaps/ns/').items.length, 4);
  });

  test(`${name}: a list of an earlier revision is what it was, until compaction`, async (t) => {
    const store = await open(t);
    await put(store, 'a', 1);
    await put(store, 'b', 1);
    const { revision } = store;
    await put(store, 'a', 2);
    await remove(store, 'b');
    await put(store, 'c', 1);
    const then = store.list('core/configmaps/', revision);
    t.deepEqual(
      then.items.map((item) => item.object.data),
      [{ value: '1' }, { value: '1' }],
    );
    t.deepEqual(names(store), ['a', 'c']);
    store.compact(store.revision);
    t.throws(() => store.list('core/configmaps/', revision), { instanceOf: Compacted });
  });

  test(`${name}: every change is told once, in order, with the state before`, async (t) => {
    const store = await open(t);
    const seen: Change[] = [];
    const stop = store.subscribe((changes) => seen.push(...changes));
    await put(store, 'a', 1);
    await Promise.all([put(store, 'a', 2), put(store, 'b', 1)]);
    await remove(store, 'a');
    stop();
    await put(store, 'c');
    t.deepEqual(
      seen.map(({ type, revision, item, before }) => [type, revision, item.object.metadata.name, before?.revision]),
      [
        ['ADDED', 1, 'a', undefined],
        ['MODIFIED', 2, 'a', 1],
        ['ADDED', 3, 'b', undefined],
        ['DELETED', 4, 'a', 2],
      ],
    );
    t.deepEqual(
      store.since(2).map(({ revision }) => revision),
      [3, 4, 5],
    );
    t.is(seen[3]?.item.object.metadata.resourceVersion, '4');
  });

  test(`${name}: the history is bounded and says so`, async (t) => {
    const store = await open(t, { historyLimit: 20 });
    for (let value = 0; value < 60; value += 1) await put(store, 'a', value);
    t.true(store.compacted >= 30, String(store.compacted));
    t.throws(() => store.since(1), { instanceOf: Compacted, message: /^too old resource version: 1 \(\d+\)$/ });
    t.is(store.since(store.revision - 5).length, 5);
  });

  test(`${name}: any sequence of writes gives what a map would hold, at every revision still known`, async (t) => {
    const write = fc.record({ name: fc.constantFrom('a', 'b', 'c'), deletes: fc.boolean(), value: fc.nat(9) });
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 25 }), async (writes) => {
        const store = await open(t);
        const model = new Map<string, number>();
        const states = [new Map(model)];
        for (const { name: one, deletes, value } of writes) {
          if (deletes && !model.has(one)) continue;
          if (deletes) model.delete(one);
          else model.set(one, value);
          await (deletes ? remove(store, one) : put(store, one, value));
          states.push(new Map(model));
        }
        for (const [revision, state] of states.entries()) {
          const found = store
            .list('core/configmaps/', revision)
            .items.map(({ object: one }) => [one.metadata.name, Number((one.data as Record<string, string>).value)]);
          t.deepEqual(found, [...state].sort());
        }
      }),
      { numRuns: name === 'memory' ? 100 : 5 },
    );
  });
}

test('LMDB: objects and revisions go on where they were after a restart', async (t) => {
  const path = await folder(t);
  const first = openLmdbStore(path);
  await Promise.all(['a', 'b', 'c'].map((one) => put(first, one, 1)));
  await remove(first, 'b');
  await first.close();
  const second = openLmdbStore(path);
  t.teardown(() => second.close());
  t.deepEqual(names(second), ['a', 'c']);
  t.is(second.revision, 4);
  t.throws(() => second.since(2), { instanceOf: Compacted });
  t.deepEqual(second.since(4), []);
  t.is((await put(second, 'a', 2)).revision, 5);
});

test('LMDB: a folder in use is refused by name', async (t) => {
  const path = await folder(t);
  const store = openLmdbStore(path);
  t.teardown(() => store.close());
  t.throws(() => openLmdbStore(path), { message: new RegExp(`^${path} is in use by process ${process.pid}`) });
});

/** Started again as a child: writes as fast as it can and says what has been acknowledged. */
const WRITER = fileURLToPath(new URL('./store-writer.js', import.meta.url));

async function acknowledged(child: ChildProcess, kills: number): Promise<Map<string, number>> {
  const latest = new Map<string, number>();
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout! })) {
    const [name = '', value] = line.split(' ');
    latest.set(name, Number(value));
    if (latest.size > 0 && (latest.get('count') ?? 0) >= kills) child.kill('SIGKILL');
  }
  await exited;
  return latest;
}

test('LMDB: a write that was acknowledged is there after kill -9', async (t) => {
  const path = await folder(t);
  let last = new Map<string, number>();
  for (const writes of [40, 300]) {
    const child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    last = await acknowledged(child, writes);
    const store = openLmdbStore(path);
    for (const [name, value] of last) {
      const stored = Number((store.get(key(name))?.object.data as Record<string, string>)?.value);
      if (name !== 'count') t.true(stored >= value, `${name}: ${stored} is older than the acknowledged ${value}`);
    }
    t.true(store.revision >= (last.get('count') ?? 0));
    await store.close();
  }
  t.true(last.size > 4);
});
