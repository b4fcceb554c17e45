import { findCondition } from '../api/conditions.js';
import { keyOf } from '../api/meta.js';
import { REPLICA_SET_LABEL } from '../api/replica-set.js';
import { ManifestWork } from '../api/work.js';
import { startController } from '../control/controller.js';
import { again, done, type Outcome } from '../control/outcome.js';
import type { HubContext, Loop } from './loop.js';
import { deleteWork } from './replicaset-writer.js';

const NAME = 'ttl';
const RESYNC_MS = 30 * 60_000;
const WORKERS = 5;

/** Deletes works some time after they completed, when they ask for it. */
export function startTtlLoop(context: HubContext, signal: AbortSignal): Loop {
  const { caches, client, now } = context;
  const log = context.log.with({ loop: NAME });
  const works = caches.of(ManifestWork);

  const reconcile = async (key: string, stop: AbortSignal): Promise<Outcome> => {
    const work = works.get(key);
    const expiresAt = work && expiryOf(work);
    if (!work || expiresAt === undefined) return done;
    const leftMs = expiresAt - now().getTime();
    if (leftMs > 0) return again(leftMs, 'the work is complete and waits for its time to live');
    await deleteWork(client, work, stop);
    log.info('deleted a completed work', { key });
    return done;
  };

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
  works.onChange(({ before, after }) => {
    if (after && expiryOf(after) !== undefined) controller.add(keyOf(after));
    else if (!after && before) controller.forget(keyOf(before));
  });
  return { name: NAME, idle: () => works.synced && controller.idle(), stopped: controller.stopped };
}

/** Pure. When the work may go, in milliseconds; undefined: not by itself. */
export function expiryOf({ metadata, spec, status }: ManifestWork): number | undefined {
  const ttl = spec?.deleteOption?.ttlSecondsAfterFinished;
  // Works of a replica set would only be made again.
  const isGenerated = metadata.labels?.[REPLICA_SET_LABEL] !== undefined;
  if (ttl === undefined || isGenerated || metadata.deletionTimestamp) return undefined;
  const complete = findCondition(status?.conditions, 'Complete');
  if (complete?.status !== 'True') return undefined;
  if (ttl <= 0) return 0;
  const completedAt = Date.parse(complete.lastTransitionTime);
  return Number.isNaN(completedAt) ? undefined : completedAt + ttl * 1000;
}
