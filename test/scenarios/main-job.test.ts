import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { askGenerator, cloneFleet, clusterClient, hubClient, scratch, serving, startDev } from './dev-process.js';
import { movesWorkload } from './moved-workload.js';

test('a commit becomes decisions, parameters for Argo CD, objects on clusters and status on the hub', async (t) => {
  const data = join(scratch(t), 'data');
  const dev = startDev(t, data, '--once');
  t.is(await dev.ended, 0, dev.output());
  t.regex(dev.output(), /PLACEMENT\s+CLUSTERS\s+WORKS/);
  t.regex(dev.output(), /fleet\/web\s+prod-eu\s+prod-eu\/\S+ Available/);
  t.regex(dev.output(), /fleet\/stores\s+edge-eu/);
  t.regex(dev.output(), /fleet\/reports\s+prod-us/);
  t.regex(dev.output(), /edge-eu\s+edge-eu\/store-settings Available/);
});

test('a pushed commit moves a workload, a broken one changes nothing and says where it is broken', async (t) => {
  const folder = scratch(t);
  const data = join(folder, 'data');
  const dev = startDev(t, data);
  const endpoints = await serving(dev, data);
  const hub = await hubClient(data);
  const [eu, us] = await Promise.all([clusterClient(data, 'prod-eu'), clusterClient(data, 'prod-us')]);
  t.teardown(() => Promise.all([hub, eu, us].map((client) => client.close())));
  const fleet = cloneFleet(data, folder);
  await movesWorkload(t, {
    hub,
    eu,
    us,
    metricsUrl: endpoints.metrics,
    read: (path) => readFileSync(join(fleet.tree, path), 'utf8'),
    push: (path, text) => {
      writeFileSync(join(fleet.tree, path), text);
      return fleet.commitAndPush(`Change ${path}`);
    },
    ask: (parameters, token = endpoints.generatorToken) =>
      askGenerator({ ...endpoints, generatorToken: token }, parameters),
  });
  dev.child.kill('SIGTERM');
  t.is(await dev.ended, 0);
});
