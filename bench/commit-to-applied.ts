import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigMap } from '../src/api/core.js';
import type { KubeObject } from '../src/api/meta.js';
import { PlacementDecision } from '../src/api/placement-decision.js';
import type { ResourceType } from '../src/api/resource.js';
import { ManifestWork } from '../src/api/work.js';
import { connect } from '../src/kube/connect.js';
import { placet, scratch, until } from './processes.js';
import { type Benchmark, percentiles } from './report.js';

const PUSHES = 50;
const CLUSTER_OF = { eu: 'prod-eu', us: 'prod-us' } as const;
type Region = keyof typeof CLUSTER_OF;

interface Endpoints {
  readonly generator: string;
  readonly generatorToken: string;
}

/** 50 pushes that move the placement `fleet/web` between two regions; each leg of the way is timed from the push's start. */
export const benchCommitToApplied: Benchmark = async (signal) => {
  const folder = scratch();
  const data = join(folder.path, 'data');
  const dev = placet(['dev', '--data-dir', data]);
  try {
    await until('placet dev', () => existsSync(join(data, 'endpoints.json')));
    const endpoints = JSON.parse(readFileSync(join(data, 'endpoints.json'), 'utf8')) as Endpoints; // written by placet dev
    return await pushes(folder.path, data, endpoints, signal);
  } finally {
    await dev.stop();
    folder.remove();
  }
};

async function pushes(folder: string, data: string, endpoints: Endpoints, signal: AbortSignal) {
  const tree = join(folder, 'tree');
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args], {
      cwd: existsSync(tree) ? tree : folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  git('clone', '--quiet', join(data, 'fleet.git'), tree);
  const hub = await connect({ kubeconfig: join(data, 'hub.kubeconfig'), userAgent: 'placet-bench' });
  const seen = await watchAll(data, signal);
  await until('the first delivery', () => seen.cluster() === 'prod-eu' && seen.applied.has('prod-eu'));

  const legs = { pushed: [], decided: [], served: [], applied: [], reported: [], removed: [] } as Record<
    string,
    number[]
  >;
  for (let push = 0; push < PUSHES; push += 1) {
    const to: Region = push % 2 === 0 ? 'us' : 'eu';
    const path = join(tree, 'placements', 'web.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/region: \w+/, `region: ${to}`));
    git('commit', '-qam', `Move to ${to}`);
    const started = performance.now();
    const since = (leg: string): void => void legs[leg]?.push(performance.now() - started);
    const wanted = CLUSTER_OF[to];
    const before = CLUSTER_OF[to === 'us' ? 'eu' : 'us'];
    const steps = [
      until('the decision', () => seen.cluster() === wanted, 30_000, 1).then(() => since('decided')),
      until('the answer', async () => (await served(endpoints)) === wanted, 30_000, 1).then(() => since('served')),
      until('the objects', () => seen.applied.has(wanted), 30_000, 1).then(() => since('applied')),
      until('the report', () => seen.reported.has(wanted), 30_000, 1).then(() => since('reported')),
      until('the removal', () => !seen.applied.has(before), 30_000, 1).then(() => since('removed')),
    ];
    await pushInBackground(tree);
    since('pushed');
    await Promise.all(steps);
  }
  await hub.close();
  const title = {
    pushed: 'git push returns',
    decided: 'PlacementDecision names the new cluster',
    served: 'generator answers with it',
    applied: 'object exists on the new cluster',
    reported: 'work is Applied and Available on the hub',
    removed: 'object is gone from the old cluster',
  } as Record<string, string>;
  return Object.entries(legs).map(([leg, samples]) => ({ name: title[leg] ?? leg, value: percentiles(samples) }));
}

const pushInBackground = async (tree: string): Promise<void> => {
  const { execFile } = await import('node:child_process');
  await new Promise<void>((done, fail) =>
    execFile('git', ['push', '--quiet'], { cwd: tree }, (error) => (error ? fail(error) : done())),
  );
};

async function served({ generator, generatorToken }: Endpoints): Promise<string | undefined> {
  const response = await fetch(`${generator}/api/v1/getparams.execute`, {
    method: 'POST',
    headers: { authorization: `Bearer ${generatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      applicationSetName: 'web',
      input: { parameters: { placement: 'web', namespace: 'fleet' } },
    }),
  });
  if (!response.ok) return undefined;
  const answer = (await response.json()) as { output: { parameters: { clusterName: string }[] } }; // the generator's contract
  return answer.output.parameters.length === 1 ? answer.output.parameters[0]?.clusterName : undefined;
}

/** What a client that watches sees: the decision of `fleet/web`, where its ConfigMap exists, where its work is reported. */
async function watchAll(data: string, signal: AbortSignal) {
  const applied = new Set<string>();
  const reported = new Set<string>();
  let clusters: readonly string[] = [];
  const follow = async <R extends ResourceType>(
    kubeconfig: string,
    type: R,
    namespace: string | undefined,
    on: (type: string, object: KubeObject) => void,
  ) => {
    const client = await connect({ kubeconfig, userAgent: 'placet-bench' });
    const events = client.watch(type, { ...(namespace ? { namespace } : {}), resourceVersion: '0', signal });
    void (async () => {
      for await (const event of events) if (event.type !== 'ERROR') on(event.type, event.object as KubeObject); // every kind is one
    })();
  };
  await follow(join(data, 'hub.kubeconfig'), PlacementDecision, 'fleet', (_, object) => {
    if (object.metadata.labels?.['cluster.open-cluster-management.io/placement'] !== 'web') return;
    const { status } = PlacementDecision.schema.parse(object);
    clusters = status?.decisions.map(({ clusterName }) => clusterName) ?? [];
  });
  for (const cluster of Object.values(CLUSTER_OF)) {
    await follow(join(data, 'clusters', `${cluster}.kubeconfig`), ConfigMap, 'web', (type, object) => {
      if (object.metadata.name !== 'web') return;
      if (type === 'DELETED') applied.delete(cluster);
      else if (type !== 'BOOKMARK') applied.add(cluster);
    });
    await follow(join(data, 'hub.kubeconfig'), ManifestWork, cluster, (type, object) => {
      const { status } = ManifestWork.schema.parse(object);
      const holds = (name: string): boolean =>
        status?.conditions?.some((one) => one.type === name && one.status === 'True') ?? false;
      if (type !== 'DELETED' && holds('Applied') && holds('Available')) reported.add(cluster);
      else reported.delete(cluster);
    });
  }
  return { applied, reported, cluster: () => (clusters.length === 1 ? clusters[0] : undefined) };
}
