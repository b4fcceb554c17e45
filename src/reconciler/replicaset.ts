import { keyOf } from '../api/meta.js';
import { Placement } from '../api/placement.js';
import { PlacementDecision } from '../api/placement-decision.js';
import { PLACEMENT_LABEL } from '../api/placement-labels.js';
import { ManifestWorkReplicaSet, REPLICA_SET_FINALIZER, REPLICA_SET_LABEL } from '../api/replica-set.js';
import { ManifestWork } from '../api/work.js';
import { startController } from '../control/controller.js';
import { TransientError } from '../control/errors.js';
import { again, done, type Outcome } from '../control/outcome.js';
import { commit } from '../kube/commit.js';
import type { HubContext, Loop } from './loop.js';
import { planReplicaSet } from './replicaset-plan.js';
import { statusOf, tooLongStatus } from './replicaset-status.js';
import { isOwnerTooLong, ownerKeyOf, ownerOf } from './replicaset-work.js';
import { deleteWork, writeSteps } from './replicaset-writer.js';

const NAME = 'replicaset';
const RESYNC_MS = 30 * 60_000;
const WORKERS = 5;
const BY_PLACEMENT = 'replicaset-placement';
const BY_OWNER = 'replicaset-owner';

const placementKeys = ({ metadata, spec }: ManifestWorkReplicaSet): string[] =>
  (spec?.placementRefs ?? []).map(({ name }) => `${metadata.namespace}/${name}`);
const decisionKeys = ({ metadata }: PlacementDecision): string[] => {
  const placement = metadata.labels?.[PLACEMENT_LABEL];
  return placement ? [`${metadata.namespace}/${placement}`] : [];
};
const ownerKeys = (work: ManifestWork): string[] => {
  const key = ownerKeyOf(work);
  return key ? [key] : [];
};

/** Keeps one ManifestWork per cluster a set's placements select, rolled out as the set's strategies say. */
export function startReplicaSetLoop(context: HubContext, signal: AbortSignal): Loop {
  const { caches, client, now } = context;
  const log = context.log.with({ loop: NAME });
  const sets = caches.of(ManifestWorkReplicaSet, { indexes: { [BY_PLACEMENT]: placementKeys } });
  const works = caches.of(ManifestWork, { indexes: { [BY_OWNER]: ownerKeys } });
  const placements = caches.of(Placement);
  const decisions = caches.of(PlacementDecision, { indexes: { [BY_PLACEMENT]: decisionKeys } });
  let ready = false;

  const reconcile = async (key: string, stop: AbortSignal): Promise<Outcome> => {
    const set = sets.get(key);
    if (!set) return done;
    if (set.metadata.deletionTimestamp) return finalize(set, stop);
    const finalizers = set.metadata.finalizers ?? [];
    if (!finalizers.includes(REPLICA_SET_FINALIZER)) {
      const metadata = { ...set.metadata, finalizers: [...finalizers, REPLICA_SET_FINALIZER] };
      await commit(client, ManifestWorkReplicaSet, set, { ...set, metadata }, { signal: stop });
      return done;
    }
    if (isOwnerTooLong(set)) {
      await writeStatus(set, tooLongStatus(set, now()), stop);
      return done;
    }
    return deploy(key, set, stop);
  };

  const deploy = async (key: string, set: ManifestWorkReplicaSet, stop: AbortSignal): Promise<Outcome> => {
    const namespace = set.metadata.namespace ?? '';
    const plan = planReplicaSet({
      set,
      placement: (name) => placements.get(`${namespace}/${name}`),
      decisions: (name) => decisions.byIndex(BY_PLACEMENT, `${namespace}/${name}`),
      works: works.byIndex(BY_OWNER, key),
      now: now().getTime(),
    });
    const { failed, errors } = await writeSteps(client, set, plan.steps, stop);
    if (plan.steps.length > 0) log.info('works written', { key, steps: plan.steps.length, failed: errors.length });
    await writeStatus(set, statusOf(set, plan, works.byIndex(BY_OWNER, key), failed, now()), stop);
    if (errors.length > 0) throw firstOf(errors);
    if (plan.recheckMs !== undefined) return again(Math.min(plan.recheckMs, RESYNC_MS), 'a rollout waits for time');
    return done;
  };

  const finalize = async (set: ManifestWorkReplicaSet, stop: AbortSignal): Promise<Outcome> => {
    const finalizers = set.metadata.finalizers ?? [];
    if (!finalizers.includes(REPLICA_SET_FINALIZER)) return done;
    // Asked of the server: the cache may not show yet what was created a moment ago.
    const labelSelector = `${REPLICA_SET_LABEL}=${ownerOf(set)}`;
    const { items } = isOwnerTooLong(set)
      ? { items: [] }
      : await client.list(ManifestWork, { labelSelector, signal: stop });
    for (const work of items) if (!work.metadata.deletionTimestamp) await deleteWork(client, work, stop);
    const isHeld = items.length > 0 && set.spec?.cascadeDeletionPolicy === 'Foreground';
    // The works' own deletion events bring the set back here.
    if (isHeld && works.byIndex(BY_OWNER, keyOf(set)).length > 0) return done;
    if (isHeld) return again(1_000, 'works are being deleted');
    const metadata = { ...set.metadata, finalizers: finalizers.filter((name) => name !== REPLICA_SET_FINALIZER) };
    await commit(client, ManifestWorkReplicaSet, set, { ...set, metadata }, { signal: stop });
    return done;
  };

  const writeStatus = (
    set: ManifestWorkReplicaSet,
    status: NonNullable<ManifestWorkReplicaSet['status']>,
    stop: AbortSignal,
  ) => commit(client, ManifestWorkReplicaSet, set, { ...set, status }, { signal: stop });

  const controller = startController(
    {
      name: NAME,
      reconcile,
      workers: WORKERS,
      resyncMs: RESYNC_MS,
      log,
      onOutcome: (key, outcome, ms) => context.onOutcome?.(NAME, key, outcome, ms),
    },
    signal,
  );
  const add = (keys: readonly string[]): void => {
    if (ready) for (const key of keys) controller.add(key);
  };
  const addReferrers = (keys: readonly string[]): void =>
    add(keys.flatMap((key) => sets.byIndex(BY_PLACEMENT, key).map(keyOf)));

  sets.onChange(({ before, after }) => {
    if (after) add([keyOf(after)]);
    else if (before) controller.forget(keyOf(before));
  });
  works.onChange(({ before, after }) =>
    add([...(before ? ownerKeys(before) : []), ...(after ? ownerKeys(after) : [])]),
  );
  placements.onChange(({ before, after }) => addReferrers([before, after].flatMap((one) => (one ? [keyOf(one)] : []))));
  decisions.onChange(({ before, after }) =>
    addReferrers([before, after].flatMap((one) => (one ? decisionKeys(one) : []))),
  );

  const start = async (): Promise<void> => {
    // Before every cache holds its first list, a missing object means nothing.
    await Promise.all([sets, works, placements, decisions].map((cache) => cache.whenSynced(signal)));
    ready = true;
    add(sets.list().map(keyOf));
  };
  start().catch((error: unknown) => {
    if (!signal.aborted) log.error('cannot start', { error });
  });
  return { name: NAME, idle: () => ready && controller.idle(), stopped: controller.stopped };
}

function firstOf(errors: readonly unknown[]): Error {
  const [first] = errors;
  const text = first instanceof Error ? first.message : String(first);
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new TransientError(`writing works: ${text}${more}`, { cause: first });
}
