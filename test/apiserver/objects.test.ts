import test from 'ava';
import { ConfigMap } from '../../src/api/core.js';
import { startTestServer } from './test-server.js';

test('an object is created, read, changed, watched and removed', async (t) => {
  const { client } = await startTestServer(t);
  const created = await client.create(ConfigMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default' },
    data: { x: '1' },
  } as ConfigMap);
  t.is(created.data?.x, '1');
  const { items, resourceVersion } = await client.list(ConfigMap, {
    namespace: 'default',
    fieldSelector: 'metadata.name=a',
  });
  t.is(items.length, 1);
  const stop = new AbortController();
  const events = client
    .watch(ConfigMap, { fieldSelector: 'metadata.name=a', resourceVersion, signal: stop.signal })
    [Symbol.asyncIterator]();
  const next = events.next();
  await client.update(ConfigMap, { ...created, data: { x: '2' } } as ConfigMap);
  const event = (await next).value;
  t.is(event.type, 'MODIFIED');
  await t.throwsAsync(client.update(ConfigMap, created), { message: /has been modified/ });
  const patched = await client.patch(
    ConfigMap,
    { namespace: 'default', name: 'a' },
    { type: 'merge', body: { data: { y: '3' } } },
  );
  t.deepEqual(patched.data, { x: '2', y: '3' });
  await client.delete(ConfigMap, { namespace: 'default', name: 'a' });
  t.is(await client.get(ConfigMap, { namespace: 'default', name: 'a' }), undefined);
  stop.abort();
});
