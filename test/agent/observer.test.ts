import test, { type ExecutionContext } from 'ava';
import { createObserver, type Observer } from '../../src/agent/observer.js';
import { ConfigMap } from '../../src/api/core.js';
import type { Unstructured } from '../../src/api/meta.js';
import { silentLogger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import { startTestServer } from '../apiserver/test-server.js';
import { until } from '../until.js';

const NAME = { namespace: 'default', name: 'a' };
const KEY = 'default/a';

async function start(t: ExecutionContext) {
  const { client } = await startTestServer(t);
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const observer = createObserver(client, silentLogger, () => undefined, abort.signal);
  const follow = () => observer.follow('w', [{ type: ConfigMap, key: KEY, whole: false }]);
  return { client, observer, follow };
}

const create = (client: KubeClient, data: Readonly<Record<string, string>> = {}) =>
  client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: NAME, data } as Unstructured);

const sees = (observer: Observer, kind: string) =>
  until(`the object to be ${kind}`, () => observer.look(ConfigMap, KEY).kind === kind);

test('an answer that comes after the watch has told that the object is gone does not bring it back', async (t) => {
  const { client, observer, follow } = await start(t);
  follow();
  const answer = await create(client);
  await sees(observer, 'present');
  await client.delete(ConfigMap, NAME);
  await sees(observer, 'absent');
  observer.note(ConfigMap, answer as Unstructured);
  t.is(observer.look(ConfigMap, KEY).kind, 'absent');
});

test('an answer that comes before a first list without the object does not outlive that list', async (t) => {
  const { client, observer, follow } = await start(t);
  const answer = await create(client);
  await client.delete(ConfigMap, NAME);
  follow();
  observer.note(ConfigMap, answer as Unstructured);
  await until('the list', () => observer.watching(ConfigMap));
  t.is(observer.look(ConfigMap, KEY).kind, 'absent');
});

test('an answer counts until the watch has caught up with it, and no longer', async (t) => {
  const { client, observer, follow } = await start(t);
  const first = await create(client);
  follow();
  await sees(observer, 'present');
  const { metadata } = first;
  const answer = await client.patch(ConfigMap, NAME, { type: 'merge', body: { data: { x: '1' } } });
  observer.note(ConfigMap, answer as Unstructured);
  const sight = observer.look(ConfigMap, KEY);
  t.is(sight.kind === 'present' && sight.seen.resourceVersion, answer.metadata.resourceVersion ?? '');
  observer.note(ConfigMap, first as Unstructured);
  const later = observer.look(ConfigMap, KEY);
  t.not(later.kind === 'present' && later.seen.resourceVersion, metadata.resourceVersion ?? '');
});
