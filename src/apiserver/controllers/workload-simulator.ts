import type { Unstructured } from '../../api/meta.js';
import { timestamp } from '../../apimachinery/go-time.js';
import { equalJson } from '../../apimachinery/json.js';
import { startController } from '../../control/controller.js';
import { done } from '../../control/outcome.js';
import type { Kind } from '../kind.js';
import { type Loop, type LoopContext, MANAGER, RESYNC_MS } from './loop.js';
import { findByKey, objectKey } from './object-key.js';
import { isSimulated, SIMULATE_ANNOTATION, simulatedStatus } from './simulated-status.js';

/** How long a workload takes to get ready: long enough to be seen, short enough not to be waited for. */
const READY_AFTER_MS = 20;

/** Plays the kubelet and the workload controllers: marks what is stored as running, ready or complete. */
export function startWorkloadSimulator({ local, log, now }: LoopContext, signal: AbortSignal): Loop {
  const controller = startController(
    {
      name: 'workload-simulator',
      workers: 4,
      resyncMs: RESYNC_MS,
      log: log.with({ controller: 'workload-simulator' }),
      reconcile: async (key) => {
        const found = findByKey(local, key);
        if (!found) {
          controller.forget(key);
          return done;
        }
        const { kind, object } = found;
        const status = simulatedStatus(kind.group, object, timestamp(now()));
        if (status && !equalJson(withoutTimes(status), withoutTimes(object.status))) {
          const changed = { ...object, status } as Unstructured;
          await local.update(kind, changed, { subresource: 'status', fieldManager: MANAGER });
        }
        return done;
      },
    },
    signal,
  );
  const hear = (kind: Kind, before: Unstructured | undefined, after: Unstructured | undefined): void => {
    if (after && isSimulated(kind) && (!before || asksForMore(before, after))) {
      controller.add(objectKey(kind, after), READY_AFTER_MS);
    }
  };
  const stop = local.onChange(({ kind, before, after }) => hear(kind, before, after));
  signal.addEventListener('abort', stop, { once: true });
  for (const kind of local.kinds().filter(isSimulated)) {
    for (const object of local.list(kind)) hear(kind, undefined, object);
  }
  return controller;
}

/** A status somebody else wrote stays until the object itself changes. */
const asksForMore = (before: Unstructured, after: Unstructured): boolean =>
  !equalJson(before.spec, after.spec) ||
  before.metadata.generation !== after.metadata.generation ||
  before.metadata.annotations?.[SIMULATE_ANNOTATION] !== after.metadata.annotations?.[SIMULATE_ANNOTATION];

/** The moment of writing alone is no reason to write. */
const withoutTimes = (status: unknown): unknown =>
  JSON.parse(JSON.stringify(status ?? {}, (key, value: unknown) => (/(Time|At)$/.test(key) ? undefined : value)));
