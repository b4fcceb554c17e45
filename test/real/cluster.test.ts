import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import test from 'ava';
import { Wire } from '../conformance/wire.js';
import { until } from '../until.js';
import { startCluster } from './cluster.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

test('killed servers start again on the same address with all they had; a closed cluster leaves no folder', async (t) => {
  const cluster = await startCluster({ controllers: [] });
  const folder = dirname(cluster.auditLog);
  t.teardown(() => cluster.close());
  const wire = new Wire(cluster);
  t.teardown(() => wire.close());
  const keep = (name: string): Promise<unknown> =>
    wire.call('POST', CONFIG_MAPS, { body: { metadata: { name }, data: { a: '1' } } });
  await keep('first');
  await cluster.kill('kube-apiserver');
  await t.throwsAsync(wire.call('GET', '/version'));
  await cluster.start('kube-apiserver');
  await keep('second');
  await cluster.kill('etcd');
  await cluster.start('etcd');
  const { body } = await wire.call('GET', CONFIG_MAPS);
  t.deepEqual(body.items.map(({ metadata }) => metadata.name).sort(), ['first', 'second']);
  await t.throwsAsync(cluster.start('etcd'), { message: 'etcd runs already' });
  await cluster.close();
  t.false(existsSync(folder));
});

test('servers and their folder end with tests that are killed', async (t) => {
  const module = new URL('./cluster.js', import.meta.url).href;
  const script = `import { startCluster } from '${module}';
    const { auditLog, url } = await startCluster({ controllers: [] });
    process.stdout.write(JSON.stringify({ auditLog, url }));
    setInterval(() => undefined, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const started = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text))));
  const { auditLog, url } = JSON.parse(started) as { auditLog: string; url: string }; // the script above wrote it
  t.true(existsSync(dirname(auditLog)));
  child.kill('SIGKILL');
  await until('the folder is gone', async () => !existsSync(dirname(auditLog)));
  await t.throwsAsync(fetch(url));
});
