import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AddOnPlacementScore } from '../api/addon-score.js';
import { ManagedCluster } from '../api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../api/cluster-set.js';
import { Placement } from '../api/placement.js';
import { PlacementDecision } from '../api/placement-decision.js';
import { connect } from '../kube/connect.js';
import { explain, explanationText } from './explanation.js';
import { parseYaml } from './yaml.js';

interface Flags {
  readonly kubeconfig?: string;
  readonly cluster?: string;
  readonly output: 'text' | 'json';
}

export async function runExplain(
  name: { readonly namespace: string; readonly name: string },
  flags: Flags,
): Promise<void> {
  const client = await connect({
    kubeconfig: flags.kubeconfig ?? defaultKubeconfig(),
    userAgent: 'placet-explain',
    parseYaml,
  });
  const placement = await client.get(Placement, name);
  if (!placement) throw new Error(`Placement ${name.namespace}/${name.name} does not exist on ${client.server}`);
  const [clusters, sets, bindings, decisions, scores] = await Promise.all([
    client.list(ManagedCluster),
    client.list(ManagedClusterSet),
    client.list(ManagedClusterSetBinding),
    client.list(PlacementDecision),
    client.list(AddOnPlacementScore),
  ]);
  await client.close();
  const world = {
    clusters: clusters.items,
    sets: sets.items,
    bindings: bindings.items,
    decisions: decisions.items,
    scores: scores.items,
  };
  if (flags.cluster && !world.clusters.some(({ metadata }) => metadata.name === flags.cluster)) {
    throw new Error(`ManagedCluster ${flags.cluster} does not exist on ${client.server}`);
  }
  const all = explain(placement, world, new Date());
  const shown = flags.cluster
    ? { ...all, clusters: all.clusters.filter(({ cluster }) => cluster === flags.cluster) }
    : all;
  process.stdout.write(flags.output === 'json' ? `${JSON.stringify(shown, undefined, 2)}\n` : explanationText(shown));
}

/** As kubectl looks for one, and before that where `placet dev` writes it. */
function defaultKubeconfig(): string {
  const [fromEnvironment] = (process.env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (fromEnvironment) return fromEnvironment;
  const dev = join('.placet', 'hub.kubeconfig');
  return existsSync(dev) ? dev : join(homedir(), '.kube', 'config');
}
