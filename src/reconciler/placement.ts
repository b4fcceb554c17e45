import { AddOnPlacementScore } from '../api/addon-score.js';
import { ManagedCluster } from '../api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../api/cluster-set.js';
import { keyOf } from '../api/meta.js';
import { Placement } from '../api/placement.js';
import { PlacementDecision } from '../api/placement-decision.js';
import { type Controller, startController } from '../control/controller.js';
import { again, done, type Outcome } from '../control/outcome.js';
import { FleetIndex } from '../scheduler/fleet.js';
import { PROFILE } from '../scheduler/profile.js';
import type { Schedule } from '../scheduler/schedule.js';
import type { Snapshot } from '../scheduler/snapshot.js';
import { DecisionLedger, ownerOf } from './decision-ledger.js';
import type { HubContext, Loop } from './loop.js';
import { OwnWrites } from './own-writes.js';
import { createPublisher } from './placement-publisher.js';
import { PlacementTriggers } from './placement-triggers.js';
import { Rebalance } from './rebalance.js';
import { ScoreIndex } from './score-index.js';

const RESYNC_MS = 10 * 60_000;
const WORKERS = 16;
const BY_NAMESPACE = 'namespace';

/** Keeps the PlacementDecisions and the status of every Placement equal to what its schedule says. */
export function startPlacementLoop(context: HubContext, signal: AbortSignal): Loop {
  const { caches, client, events, now } = context;
  const log = context.log.with({ loop: 'placement' });
  const placements = caches.of(Placement, {
    indexes: { [BY_NAMESPACE]: ({ metadata }) => [metadata.namespace ?? ''] },
  });
  const decisions = caches.of(PlacementDecision);
  const clusters = caches.of(ManagedCluster);
  const sets = caches.of(ManagedClusterSet);
  const bindings = caches.of(ManagedClusterSetBinding);
  const scores = caches.of(AddOnPlacementScore);
  const all = [placements, decisions, clusters, sets, bindings, scores];

  let ready = false;
  const fleet = new FleetIndex();
  const scoreIndex = new ScoreIndex();
  const ownWrites = new OwnWrites();
  const ledger = new DecisionLedger(decisions, (placement) => rebalance.shifted(placement));
  const triggers = new PlacementTriggers(fleet, PROFILE, (namespace) => placements.byIndex(BY_NAMESPACE, namespace));
  const publisher = createPublisher({ client, ledger, events, now, profile: PROFILE, ownWrites });
  const rebalance = new Rebalance({ enqueue: (keys) => enqueue(keys), isBusy: () => !controller.idle() }, signal);

  const snapshot = (): Snapshot => ({
    now: now(),
    fleet,
    decisions: ledger,
    scores: scoreIndex,
  });

  const reconcile = async (key: string, stop: AbortSignal): Promise<Outcome> => {
    const placement = placements.get(key);
    if (!placement) {
      publisher.forget(key);
      rebalance.forget(key);
      return done;
    }
    ownWrites.begin(key);
    try {
      const result = await publisher.publish(placement, snapshot(), stop, (schedule) =>
        rebalance.note(key, placement, schedule),
      );
      return result ? nextLook(result, now()) : done;
    } finally {
      if (ownWrites.end(key)) enqueue([key]);
    }
  };

  const controller: Controller = startController(
    {
      name: 'placement',
      reconcile,
      workers: WORKERS,
      resyncMs: RESYNC_MS,
      log,
      onOutcome: (key, outcome, ms) => context.onOutcome?.('placement', key, outcome, ms),
    },
    signal,
  );

  function enqueue(keys: Iterable<string>): void {
    if (ready) for (const key of keys) controller.add(key);
  }

  // The indexes take in every change first, then the triggers ask them.
  clusters.onChange((change) => {
    if (change.after) fleet.putCluster(change.after);
    else if (change.before) fleet.removeCluster(change.before.metadata.name);
    if (ready) enqueue(triggers.ofCluster(change, snapshot()));
  });
  sets.onChange((change) => {
    if (change.after) fleet.putSet(change.after);
    else if (change.before) fleet.removeSet(change.before.metadata.name);
    enqueue(triggers.ofSet(change));
  });
  bindings.onChange((change) => {
    if (change.after) fleet.putBinding(change.after);
    else if (change.before) fleet.removeBinding(change.before);
    enqueue(triggers.ofBinding(change));
  });
  scores.onChange((change) => {
    scoreIndex.observe(change);
    enqueue(triggers.ofScore(change));
  });
  decisions.onChange((change) => {
    const { before, after } = change;
    const object = after ?? before;
    const isNew = ledger.observe(change);
    if (!object) return;
    for (const key of new Set([ownerOf(before ?? object), ownerOf(object)])) {
      if (!ownWrites.defer(key, object, !after) && isNew) enqueue([key]);
    }
  });
  placements.onChange(({ before, after }) => {
    const object = after ?? before;
    if (!object || ownWrites.defer(keyOf(object), object, !after)) return;
    if (!after || !publisher.isOwnWrite(after)) enqueue([keyOf(object)]);
  });

  const start = async (): Promise<void> => {
    await Promise.all(all.map((cache) => cache.whenSynced(signal)));
    ready = true;
    enqueue(placements.list().map(keyOf));
  };
  start().catch((error: unknown) => {
    if (!signal.aborted) log.error('cannot start', { error });
  });

  return {
    name: 'placement',
    idle: () => ready && controller.idle() && rebalance.idle(),
    stopped: controller.stopped,
  };
}

function nextLook({ untilMs }: Schedule, now: Date): Outcome {
  if (untilMs === undefined) return done;
  const afterMs = Math.max(1, untilMs - now.getTime());
  return afterMs < RESYNC_MS ? again(afterMs, 'a toleration or a score expires') : done;
}
