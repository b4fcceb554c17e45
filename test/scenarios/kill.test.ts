import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ConfigMap, Namespace } from '../../src/api/core.js';
import { keyOf } from '../../src/api/meta.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { ManifestWork } from '../../src/api/work.js';
import { clusterClient, hubClient, scratch, serving, startDev } from './dev-process.js';
import { random } from './random.js';

const KILLS = 10;
const LATEST_MS = 2_500;

test('killed at ten random moments and started again, it converges with nothing lost or duplicated', async (t) => {
  const seed = Date.now() % 1_000_000;
  t.log(`seed ${seed}`);
  const next = random(seed);
  const data = join(scratch(t), 'data');
  for (let kill = 0; kill < KILLS; kill += 1) {
    const dev = startDev(t, data);
    await sleep(next() * LATEST_MS); // the moment is the input of this test
    dev.child.kill('SIGKILL');
    t.is(await dev.ended, 'SIGKILL', dev.output());
  }
  const dev = startDev(t, data);
  await serving(dev, data);
  const hub = await hubClient(data);
  const eu = await clusterClient(data, 'prod-eu');
  const edge = await clusterClient(data, 'edge-eu');
  t.teardown(() => Promise.all([hub, eu, edge].map((client) => client.close())));

  const works = (await hub.list(ManifestWork)).items.map(keyOf).sort();
  t.is(works.length, 2, works.join());
  t.regex(works[0] ?? '', /^edge-eu\/store-settings$/);
  t.regex(works[1] ?? '', /^prod-eu\//);
  const decisions = (await hub.list(PlacementDecision, { namespace: 'fleet' })).items;
  t.deepEqual(decisions.map(({ metadata }) => metadata.name).sort(), [
    'reports-decision-1',
    'stores-decision-1',
    'web-decision-1',
  ]);
  const spaces = (await hub.list(Namespace)).items.map(({ metadata }) => metadata.name);
  t.is(new Set(spaces).size, spaces.length);
  t.truthy(await eu.get(ConfigMap, { namespace: 'web', name: 'web' }));
  t.truthy(await edge.get(ConfigMap, { namespace: 'default', name: 'store-settings' }));
  const commits = execFileSync('git', ['--git-dir', join(data, 'fleet.git'), 'rev-list', '--count', 'main'], {
    encoding: 'utf8',
  });
  t.is(commits.trim(), '1');
});
