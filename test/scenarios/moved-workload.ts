import { readFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { loadAll } from 'js-yaml';
import { ConfigMap } from '../../src/api/core.js';
import { GitSource } from '../../src/api/gitsource.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { PLACEMENT_LABEL } from '../../src/api/placement-labels.js';
import { ManifestWork } from '../../src/api/work.js';
import type { KubeClient } from '../../src/kube/client.js';
import { until } from '../until.js';
import { SOURCE } from './manifests.js';

/** The example fleet, running, as its users meet it. */
export interface System {
  readonly hub: KubeClient;
  readonly eu: KubeClient;
  readonly us: KubeClient;
  readonly metricsUrl: string;
  read(path: string): string;
  /** Writes a file of the repository, commits and pushes; gives the commit. */
  push(path: string, text: string): string;
  /** What Argo CD's plugin generator asks for, with its token when there is no other. */
  ask(parameters: object, token?: string): Promise<Response>;
}

interface ApplicationSet {
  readonly spec: {
    readonly generators: readonly { readonly plugin: { readonly input: { readonly parameters: object } } }[];
    readonly template: unknown;
  };
}

const WEB = 'placements/web.yaml';
const banner = { namespace: 'web', name: 'web' };

const decidedOn = async (hub: KubeClient): Promise<string[]> => {
  const { items } = await hub.list(PlacementDecision, {
    namespace: 'fleet',
    labelSelector: `${PLACEMENT_LABEL}=web`,
  });
  return items.flatMap(({ status }) => status?.decisions.map(({ clusterName }) => clusterName) ?? []);
};

/** A pushed commit moves a workload; a broken one changes nothing and says where it is broken. */
export async function movesWorkload(t: ExecutionContext, system: System): Promise<void> {
  const { hub, eu, us } = system;
  const original = system.read(WEB);
  t.deepEqual(await decidedOn(hub), ['prod-eu']);
  t.truthy(await eu.get(ConfigMap, banner));

  const commit = system.push(WEB, original.replace('region: eu', 'region: us'));
  await until('the decision', async () => ((await decidedOn(hub)).join() === 'prod-us' ? true : undefined));
  await until('the objects on prod-us', async () => us.get(ConfigMap, banner));
  await until('the objects to leave prod-eu', async () => ((await eu.get(ConfigMap, banner)) ? undefined : true));
  await until('the report', async () => {
    const { items } = await hub.list(ManifestWork, { namespace: 'prod-us' });
    return items.find(({ status }) =>
      status?.conditions?.some(({ type, status }) => type === 'Available' && status === 'True'),
    );
  });
  await answersArgoCd(t, system);

  const ready = await fetch(`${system.metricsUrl}/readyz`);
  t.is(ready.status, 200);
  t.regex(
    await (await fetch(`${system.metricsUrl}/metrics`)).text(),
    /placet_reconcile_total\{loop="placement",outcome="done"\} \d/,
  );

  const broken = system.push(WEB, `${original}  numberOfClusters: [\n`);
  const source = await until('the source to refuse the commit', async () => {
    const found = await hub.get(GitSource, SOURCE);
    return found?.status?.lastAttemptedRevision?.endsWith(broken) ? found : undefined;
  });
  const refusal = source.status?.conditions?.find(({ type }) => type === 'Ready');
  t.is(refusal?.status, 'False');
  t.regex(refusal?.message ?? '', /placements\/web\.yaml:\d+:\d+: /);
  t.true(source.status?.lastAppliedRevision?.endsWith(commit));
  t.deepEqual(await decidedOn(hub), ['prod-us']);
  t.truthy(await us.get(ConfigMap, banner));
}

async function answersArgoCd(t: ExecutionContext, { ask }: System): Promise<void> {
  const [set] = loadAll(readFileSync('examples/argocd/applicationset.yaml', 'utf8')) as ApplicationSet[]; // our example
  const answer = await ask(set?.spec.generators[0]?.plugin.input.parameters ?? {});
  t.is(answer.status, 200);
  t.truthy(answer.headers.get('content-length'));
  const { output } = (await answer.json()) as { output: { parameters: Record<string, string>[] } }; // the generator's contract
  t.like(output.parameters, [{ name: 'prod-us', clusterName: 'prod-us' }]);
  t.is(output.parameters.length, 1);
  const used = [...JSON.stringify(set?.spec.template).matchAll(/\{\{\.(\w+)\}\}/g)].map(([, name]) => name ?? '');
  t.deepEqual(used, ['name', 'server']);
  for (const name of used) t.truthy(output.parameters[0]?.[name], `the example's template uses ${name}`);

  const unknown = await ask({ placement: 'nope', namespace: 'fleet' });
  t.is(unknown.status, 404, 'an error keeps the Applications, an empty answer would remove them');
  t.regex(((await unknown.json()) as { message: string }).message, /nope/); // refusals are JSON with a message
  const stranger = await ask({ placement: 'web', namespace: 'fleet' }, 'wrong');
  t.is(stranger.status, 401);
}
