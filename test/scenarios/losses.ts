import type { ExecutionContext } from 'ava';
import { ConfigMap } from '../../src/api/core.js';
import { type KubeObject, keyOf } from '../../src/api/meta.js';
import type { PlacementDecision } from '../../src/api/placement-decision.js';
import { until } from '../until.js';
import type { Fleet } from './fleet.js';
import type { Replica } from './running.js';
import type { FleetServer } from './server.js';

const KEPT = new Set([
  'Namespace',
  'ManagedCluster',
  'ManagedClusterSet',
  'ManagedClusterSetBinding',
  'Placement',
  'PlacementDecision',
  'ManifestWork',
  'ManifestWorkReplicaSet',
  'GitSource',
  'AppliedManifestWork',
  'ConfigMap',
  'Deployment',
  'Service',
]);

export const clustersOf = (object: KubeObject | undefined): readonly string[] =>
  object?.kind === 'PlacementDecision'
    ? ((object as PlacementDecision).status?.decisions ?? []).map(({ clusterName }) => clusterName)
    : [];

/** Follows from now on; tells everything that disappeared since. */
export async function losses(fleet: Fleet): Promise<() => Promise<readonly string[]>> {
  const lost: string[] = [];
  const follow = (where: string, server: FleetServer): Promise<void> =>
    server.observe((object, type, before) => {
      const what = `${where}: ${object.kind} ${keyOf(object)}`;
      if (type === 'DELETED' && KEPT.has(object.kind)) lost.push(what);
      const left = clustersOf(object);
      for (const cluster of clustersOf(before)) if (!left.includes(cluster)) lost.push(`${what} ${cluster}`);
    });
  await follow('hub', fleet.hub);
  for (const [name, server] of fleet.spokes) await follow(name, server);
  return async () => {
    await fleet.observed();
    return lost;
  };
}

/** Argo CD removes the Applications of clusters an answer leaves out; so it is all of them or a refusal. */
export async function answersWholly(t: ExecutionContext, fleet: Fleet, when: string): Promise<void> {
  for (const replica of fleet.running.replicas) await answersWhollyAt(t, fleet, replica, when);
}

async function answersWhollyAt(t: ExecutionContext, fleet: Fleet, replica: Replica, when: string): Promise<void> {
  const asked = fleet.ask({ placement: 'web', namespace: 'fleet' }, undefined, replica);
  const answer = await asked.catch((error: unknown) => {
    // A hub that was killed refuses connections; one of this process has no excuse.
    if (fleet.running.parts.length === 0) throw error;
  });
  if (!answer) return;
  const text = await answer.text();
  if (answer.ok) t.regex(text, /"prod-eu"/, `${when}: ${text}`);
  else t.true(answer.status >= 500, `${when}: ${answer.status} ${text}`);
}

/** A change goes all the way from a commit to the cluster: nothing is stuck, and no watch has missed it. */
export async function goesThrough(fleet: Fleet, banner: string): Promise<void> {
  const file = 'works/web.yaml';
  fleet.edit(file, /banner: .*/, `banner: ${banner}`);
  const sha = fleet.repository.commit(banner);
  fleet.look();
  const spoke = await fleet.admin('prod-eu');
  await until(
    `the banner ${banner}`,
    async () => (await spoke.get(ConfigMap, { namespace: 'web', name: 'web' }))?.data?.banner === banner,
  );
  await fleet.applied(sha);
}
