import { isConditionTrue } from '../src/api/conditions.js';
import { ConfigMap, Namespace } from '../src/api/core.js';
import { PlacementDecision } from '../src/api/placement-decision.js';
import { PLACEMENT_LABEL } from '../src/api/placement-labels.js';
import { REPLICA_SET_LABEL } from '../src/api/replica-set.js';
import type { ResourceType } from '../src/api/resource.js';
import { ManifestWork } from '../src/api/work.js';
import { silentLogger } from '../src/control/log.js';
import type { KubeClient } from '../src/kube/client.js';
import { startInformer } from '../src/kube/informer.js';
import { REAL } from '../test/real/real-server.js';
import { embeddedProcesses } from '../test/scenarios/process-server.js';
import { chosenServers, type ServerName } from './chosen-servers.js';
import { CLUSTERS, type ClusterName, type Delivery, devDelivery, fleetDelivery } from './delivery.js';
import { until } from './processes.js';
import { type Benchmark, percentiles, type Row, sideBySide } from './report.js';

const PUSHES = 50;
const WEB = 'placements/web.yaml';

const LEGS = {
  pushed: 'the push returns',
  decided: 'PlacementDecision names the new cluster',
  served: 'generator answers with it',
  applied: 'object exists on the new cluster',
  reported: 'work is Applied and Available on the hub',
  removed: 'object is gone from the old cluster',
} as const;
type Leg = keyof typeof LEGS;

/** A way to run the system; the clusters of `real` are one kube-apiserver and one embedded server. */
interface Setup {
  readonly name: string;
  readonly needs: ServerName;
  readonly start: () => Promise<Delivery>;
}

const SETUPS: readonly Setup[] = [
  { name: 'placet dev', needs: 'embedded', start: devDelivery },
  { name: 'hub, agents, servers apart', needs: 'embedded', start: () => fleetDelivery(embeddedProcesses()) },
  { name: 'the same on kube-apiserver', needs: 'real', start: () => fleetDelivery(REAL) },
];

/** 50 pushes that move the placement `fleet/web` between two regions; each leg of the way is timed from the push's start. */
export const benchCommitToApplied: Benchmark = async (signal, options) => {
  const { names, absent } = await chosenServers(options);
  const columns: (readonly Row[])[] = [];
  for (const { name, needs, start } of SETUPS) {
    if (!names.includes(needs)) continue;
    const delivery = await start();
    const abort = new AbortController();
    try {
      const times = await pushes(delivery, AbortSignal.any([signal, abort.signal]));
      columns.push([{ name: '', value: name }, ...times]);
    } finally {
      abort.abort();
      await delivery.close();
    }
  }
  return [...sideBySide(columns), ...absent];
};

async function pushes(delivery: Delivery, signal: AbortSignal): Promise<Row[]> {
  const seen = watchAll(delivery, signal);
  await until('the first delivery', () => seen.decided() === 'prod-eu' && seen.isApplied('prod-eu'));
  const samples = new Map<Leg, number[]>();
  for (let push = 0; push < PUSHES; push += 1) {
    const [to, from] = push % 2 === 0 ? (['us', 'eu'] as const) : (['eu', 'us'] as const);
    const announce = delivery.commit(WEB, /region: \w+/, `region: ${to}`);
    const started = performance.now();
    const reached = async (leg: Leg, check: () => boolean | Promise<boolean>): Promise<void> => {
      await until(LEGS[leg], check, 30_000, 1);
      samples.set(leg, [...(samples.get(leg) ?? []), performance.now() - started]);
    };
    const pushed = announce();
    await Promise.all([
      pushed.then(() => reached('pushed', () => true)),
      reached('decided', () => seen.decided() === `prod-${to}`),
      reached('served', async () => (await served(delivery)) === `prod-${to}`),
      reached('applied', () => seen.isApplied(`prod-${to}`)),
      reached('reported', () => seen.isReported(`prod-${to}`)),
      reached('removed', () => !seen.isApplied(`prod-${from}`)),
    ]);
    // The next push moves it back there.
    await until('nothing to be left on the old cluster', () => seen.isLeft(`prod-${from}`));
  }
  return (Object.keys(LEGS) as Leg[]).map((leg) => ({ name: LEGS[leg], value: percentiles(samples.get(leg) ?? []) })); // the keys of LEGS
}

async function served({ ask }: Delivery): Promise<string | undefined> {
  const response = await ask({ placement: 'web', namespace: 'fleet' });
  if (!response.ok) return undefined;
  const { output } = (await response.json()) as { output: { parameters: { clusterName: string }[] } }; // the generator's contract
  return onlyOne(output.parameters)?.clusterName;
}

const onlyOne = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined);

/** What a client that watches sees: the decision of `fleet/web`, where its ConfigMap exists, where its work is reported. */
function watchAll({ hub, clusters }: Delivery, signal: AbortSignal) {
  const watch = <R extends ResourceType>(client: KubeClient | undefined, type: R, namespace?: string) => {
    if (!client) throw new Error(`no cluster to watch ${type.plural} on`);
    return startInformer(client, type, { ...(namespace && { namespace }), log: silentLogger }, signal);
  };
  const decisions = watch(hub, PlacementDecision, 'fleet');
  const objects = new Map(CLUSTERS.map((name) => [name, watch(clusters.get(name), ConfigMap, 'web')]));
  const namespaces = new Map(CLUSTERS.map((name) => [name, watch(clusters.get(name), Namespace)]));
  const works = new Map(CLUSTERS.map((name) => [name, watch(hub, ManifestWork, name)]));
  const isOfWeb = ({ metadata }: ManifestWork): boolean => metadata.labels?.[REPLICA_SET_LABEL] === 'fleet.web';
  const isGood = ({ status }: ManifestWork): boolean =>
    ['Applied', 'Available'].every((type) => isConditionTrue(status?.conditions, type));
  const worksOn = (cluster: ClusterName) => works.get(cluster)?.list().filter(isOfWeb) ?? [];
  return {
    decided: () =>
      onlyOne(
        decisions
          .list()
          .filter(({ metadata }) => metadata.labels?.[PLACEMENT_LABEL] === 'web')
          .flatMap(({ status }) => status?.decisions ?? []),
      )?.clusterName,
    isApplied: (cluster: ClusterName) => objects.get(cluster)?.get('web/web') !== undefined,
    isReported: (cluster: ClusterName) => worksOn(cluster).some(isGood),
    /** Nothing is on its way out any more; a namespace takes its time. */
    isLeft: (cluster: ClusterName) =>
      worksOn(cluster).length === 0 && namespaces.get(cluster)?.get('web') === undefined,
  };
}
