import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { loadAll } from 'js-yaml';
import { ConfigMap } from '../../src/api/core.js';
import { GitSource } from '../../src/api/gitsource.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { PLACEMENT_LABEL } from '../../src/api/placement-labels.js';
import { ManifestWork } from '../../src/api/work.js';
import {
  askGenerator,
  cloneFleet,
  clusterClient,
  hubClient,
  scratch,
  serving,
  startDev,
  until,
} from './dev-process.js';

interface ApplicationSet {
  readonly spec: {
    readonly generators: readonly { readonly plugin: { readonly input: { readonly parameters: object } } }[];
    readonly template: unknown;
  };
}

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
  const decided = async (): Promise<string[]> => {
    const { items } = await hub.list(PlacementDecision, {
      namespace: 'fleet',
      labelSelector: `${PLACEMENT_LABEL}=web`,
    });
    return items.flatMap(({ status }) => status?.decisions.map(({ clusterName }) => clusterName) ?? []);
  };
  const banner = { namespace: 'web', name: 'web' };
  t.deepEqual(await decided(), ['prod-eu']);
  t.truthy(await eu.get(ConfigMap, banner));

  const fleet = cloneFleet(data, folder);
  const path = join(fleet.tree, 'placements', 'web.yaml');
  const good = readFileSync(path, 'utf8').replace('region: eu', 'region: us');
  writeFileSync(path, good);
  const commit = fleet.commitAndPush('Move to the US');

  await until('the decision', async () => ((await decided()).join() === 'prod-us' ? true : undefined));
  await until('the objects on prod-us', async () => us.get(ConfigMap, banner));
  await until('the objects to leave prod-eu', async () => ((await eu.get(ConfigMap, banner)) ? undefined : true));
  await until('the report', async () => {
    const { items } = await hub.list(ManifestWork, { namespace: 'prod-us' });
    return items.find(({ status }) =>
      status?.conditions?.some(({ type, status }) => type === 'Available' && status === 'True'),
    );
  });
  const [set] = loadAll(readFileSync('examples/argocd/applicationset.yaml', 'utf8')) as ApplicationSet[]; // our example
  const answer = await askGenerator(endpoints, set?.spec.generators[0]?.plugin.input.parameters ?? {});
  t.is(answer.status, 200);
  t.truthy(answer.headers.get('content-length'));
  const { output } = (await answer.json()) as { output: { parameters: Record<string, string>[] } }; // the generator's contract
  t.like(output.parameters, [{ name: 'prod-us', clusterName: 'prod-us' }]);
  t.is(output.parameters.length, 1);
  const used = [...JSON.stringify(set?.spec.template).matchAll(/\{\{\.(\w+)\}\}/g)].map(([, name]) => name ?? '');
  t.deepEqual(used, ['name', 'server']);
  for (const name of used) t.truthy(output.parameters[0]?.[name], `the example's template uses ${name}`);
  const ready = await fetch(`${endpoints.metrics}/readyz`);
  t.is(ready.status, 200);
  t.regex(
    await (await fetch(`${endpoints.metrics}/metrics`)).text(),
    /placet_reconcile_total\{loop="placement",outcome="done"\} \d/,
  );

  const unknown = await askGenerator(endpoints, { placement: 'nope', namespace: 'fleet' });
  t.is(unknown.status, 404, 'an error keeps the Applications, an empty answer would remove them');
  t.regex(((await unknown.json()) as { message: string }).message, /nope/); // refusals are JSON with a message
  const stranger = await askGenerator(
    { ...endpoints, generatorToken: 'wrong' },
    { placement: 'web', namespace: 'fleet' },
  );
  t.is(stranger.status, 401);

  writeFileSync(path, `${good.replace('region: us', 'region: eu')}  numberOfClusters: [\n`);
  const broken = fleet.commitAndPush('Break it');
  const source = await until('the source to refuse the commit', async () => {
    const found = await hub.get(GitSource, { namespace: 'placet-system', name: 'fleet' });
    return found?.status?.lastAttemptedRevision?.endsWith(broken) ? found : undefined;
  });
  const refusal = source.status?.conditions?.find(({ type }) => type === 'Ready');
  t.is(refusal?.status, 'False');
  t.regex(refusal?.message ?? '', /placements\/web\.yaml:\d+:\d+: /);
  t.true(source.status?.lastAppliedRevision?.endsWith(commit));
  t.deepEqual(await decided(), ['prod-us']);
  t.truthy(await us.get(ConfigMap, banner));

  dev.child.kill('SIGTERM');
  t.is(await dev.ended, 0);
});
