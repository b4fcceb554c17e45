import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import fc from 'fast-check';
import { ConfigMap } from '../../src/api/core.js';
import { createPki } from '../../src/apiserver/pki.js';
import { startApiServer } from '../../src/apiserver/server.js';
import { createMemoryStore } from '../../src/apiserver/store/memory.js';
import type { Store } from '../../src/apiserver/store/store.js';
import { silentLogger } from '../../src/control/log.js';
import type { Cache } from '../../src/kube/cache.js';
import type { KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';
import { startInformer } from '../../src/kube/informer.js';
import { until } from '../until.js';
import { cutProxy } from './cut-proxy.js';

type Action =
  | { readonly kind: 'write' | 'remove'; readonly name: string }
  | { readonly kind: 'cut' | 'compact' | 'restart' };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('write' as const), name: fc.constantFrom('a', 'b', 'c', 'd') }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), name: fc.constantFrom('a', 'b', 'c', 'd') }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'cut' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'compact' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

/** A store that outlives the server it is given to. */
const lasting = (store: Store): Store =>
  new Proxy(store, {
    get: (target, name) => {
      if (name === 'close') return async () => undefined;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });

const shaky = async (t: ExecutionContext) => {
  const store = lasting(createMemoryStore());
  const pki = await createPki();
  const start = (port: number) => startApiServer({ store, pki, port, log: silentLogger });
  let server = await start(0);
  const port = Number(new URL(server.url).port);
  const proxy = await cutProxy(t, () => port);
  const folder = await mkdtemp(join(tmpdir(), 'placet-model-'));
  const clientOn = async (name: string, to: number): Promise<KubeClient> => {
    const kubeconfig = join(folder, name);
    const text = await server.kubeconfig({ name: 'admin', groups: ['system:masters'] });
    await writeFile(kubeconfig, text.replaceAll(`:${port}`, `:${to}`));
    const client = await connect({ kubeconfig, userAgent: 'test' });
    t.teardown(() => client.close());
    return client;
  };
  const restart = async (): Promise<void> => {
    proxy.cut();
    await server.close();
    server = await start(port);
  };
  t.teardown(() => server.close());
  return {
    store,
    proxy,
    restart,
    direct: await clientOn('direct', port),
    through: await clientOn('through', proxy.port),
  };
};

/** Keeps what the changes told, and notices a change that does not continue from what was told before. */
const follow = (t: ExecutionContext, cache: Cache): Map<string, string> => {
  const told = new Map<string, string>();
  cache.onChange(({ before, after }) => {
    const { name } = (after ?? before)!.metadata;
    t.is(before?.metadata.resourceVersion, told.get(name), 'each change starts where the last one ended');
    t.not(after?.metadata.resourceVersion, before?.metadata.resourceVersion, 'no change is told twice');
    if (after) told.set(name, after.metadata.resourceVersion ?? '');
    else told.delete(name);
  });
  return told;
};

const versions = (objects: readonly { metadata: { name: string; resourceVersion?: string | undefined } }[]): string =>
  objects
    .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
    .sort()
    .join();

test('whatever breaks in between, the cache ends up equal to the list and every change was told once', async (t) => {
  const { store, proxy, restart, direct, through } = await shaky(t);
  let run = 0;
  let counter = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
      run += 1;
      const namespace = `run-${run}`;
      await direct.request('POST', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      });
      const abort = new AbortController();
      const options = { namespace, log: silentLogger, backoff: { baseMs: 1, maxMs: 10 } };
      t.teardown(() => abort.abort());
      const cache = startInformer(through, ConfigMap, options, abort.signal);
      const told = follow(t, cache);
      for (const { kind, ...rest } of actions) {
        const name = 'name' in rest ? rest.name : '';
        const metadata = { namespace, name };
        counter += 1;
        if (kind === 'write') {
          const data = { n: String(counter) };
          const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
          const exists = await direct.get(ConfigMap, metadata);
          await (exists ? direct.update(ConfigMap, object) : direct.create(ConfigMap, object));
        } else if (kind === 'remove') await direct.delete(ConfigMap, metadata);
        else if (kind === 'cut') proxy.cut();
        else if (kind === 'compact') store.compact(store.revision);
        else await restart();
      }
      const expected = versions((await direct.list(ConfigMap, { namespace })).items);
      const what = (): string => `${expected} instead of ${versions(cache.list())}`;
      await until(what, () => cache.synced && versions(cache.list()) === expected);
      t.deepEqual(
        [...told]
          .map(([name, version]) => `${name}@${version}`)
          .sort()
          .join(),
        expected,
      );
      abort.abort();
    }),
    { numRuns: 25, endOnFailure: true },
  );
});
