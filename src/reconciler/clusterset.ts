import { isDeepStrictEqual } from 'node:util';
import { ManagedCluster } from '../api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../api/cluster-set.js';
import { keyOf } from '../api/meta.js';
import { startController } from '../control/controller.js';
import { done, type Outcome } from '../control/outcome.js';
import type { Change } from '../kube/cache.js';
import { FleetIndex } from '../scheduler/fleet.js';
import { STANDARD_SETS } from './cluster-set-status.js';
import { writeBinding, writeCluster, writeSet } from './cluster-set-writer.js';
import type { HubContext, Loop } from './loop.js';

const RESYNC_MS = 10 * 60_000;
const WORKERS = 8;
const BY_SET = 'set';

/** Keeps the status of sets and bindings, the standard sets, and what sets put on their clusters. */
export function startClusterSetLoop(context: HubContext, signal: AbortSignal): Loop {
  const { caches } = context;
  const log = context.log.with({ loop: 'clusterset' });
  const clusters = caches.of(ManagedCluster);
  const sets = caches.of(ManagedClusterSet);
  const bindings = caches.of(ManagedClusterSetBinding, {
    indexes: { [BY_SET]: ({ spec }) => [spec?.clusterSet ?? ''] },
  });
  const fleet = new FleetIndex();
  let ready = false;

  const reconcile = async (key: string, stop: AbortSignal): Promise<Outcome> => {
    const kind = key.slice(0, key.indexOf('/'));
    const name = key.slice(kind.length + 1);
    const cluster = kind === 'cluster' ? clusters.get(name) : undefined;
    const binding = kind === 'binding' ? bindings.get(name) : undefined;
    if (cluster) {
      const members = fleet.setsOf(cluster).flatMap((set) => sets.get(set) ?? []);
      await writeCluster(context.client, cluster, members, stop);
    } else if (binding) {
      await writeBinding(context, binding, sets.get(binding.spec?.clusterSet ?? '') !== undefined, stop);
    } else if (kind === 'set') {
      await writeSet(context, name, sets.get(name), fleet, stop);
    }
    return done;
  };
  const controller = startController(
    {
      name: 'clusterset',
      reconcile,
      workers: WORKERS,
      resyncMs: RESYNC_MS,
      log,
      onOutcome: (key, outcome, ms) => context.onOutcome?.('clusterset', key, outcome, ms),
    },
    signal,
  );
  const add = (key: string): void => {
    if (ready) controller.add(key);
  };

  clusters.onChange(({ before, after }) => {
    if (after) fleet.putCluster(after);
    else if (before) fleet.removeCluster(before.metadata.name);
    const old = before ? fleet.setsOf(before) : [];
    const now = after ? fleet.setsOf(after) : [];
    for (const set of old.filter((name) => !now.includes(name))) add(`set/${set}`);
    for (const set of now.filter((name) => !old.includes(name))) add(`set/${set}`);
    if (after) add(`cluster/${after.metadata.name}`);
  });
  sets.onChange((change) => {
    const name = (change.after ?? change.before)?.metadata.name ?? '';
    const members = new Set(fleet.members(name));
    if (change.after) fleet.putSet(change.after);
    else fleet.removeSet(name);
    add(`set/${name}`);
    for (const binding of bindings.byIndex(BY_SET, name)) add(`binding/${keyOf(binding)}`);
    if (!asksForNamespaces(change)) return;
    for (const cluster of fleet.members(name)) members.add(cluster);
    for (const { metadata } of members) add(`cluster/${metadata.name}`);
  });
  bindings.onChange(({ after }) => {
    if (after) add(`binding/${keyOf(after)}`);
  });

  const start = async (): Promise<void> => {
    await Promise.all([clusters, sets, bindings].map((cache) => cache.whenSynced(signal)));
    ready = true;
    for (const name of STANDARD_SETS.keys()) add(`set/${name}`);
    for (const { metadata } of sets.list()) add(`set/${metadata.name}`);
    for (const binding of bindings.list()) add(`binding/${keyOf(binding)}`);
    for (const { metadata } of clusters.list()) add(`cluster/${metadata.name}`);
  };
  start().catch((error: unknown) => {
    if (!signal.aborted) log.error('cannot start', { error });
  });

  return { name: 'clusterset', idle: () => ready && controller.idle(), stopped: controller.stopped };
}

const asksForNamespaces = ({ before, after }: Change<ManagedClusterSet>): boolean =>
  !isDeepStrictEqual(before?.spec.managedNamespaces ?? [], after?.spec.managedNamespaces ?? []) ||
  ((after ?? before)?.spec.managedNamespaces ?? []).length > 0;
