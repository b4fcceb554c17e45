import { Backoff } from './backoff.js';
import type { Fields, Logger } from './log.js';
import { type Outcome, type Reconcile, settle } from './outcome.js';
import { WorkQueue } from './queue.js';

export interface ControllerOptions {
  readonly name: string;
  readonly reconcile: Reconcile;
  /** How many keys run at the same time. */
  readonly workers: number;
  /** A settled key is looked at again after about this long even if no event came; events can be missed. */
  readonly resyncMs: number;
  readonly log: Logger;
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
  readonly random?: () => number;
  /** Called once per finished run, e.g. to count it in a metric. */
  readonly onOutcome?: (key: string, outcome: Outcome, durationMs: number) => void;
}

export interface Controller {
  readonly name: string;
  /** Asks for a run of `key`, now or `afterMs` later; of several delayed asks the earliest wins. */
  add(key: string, afterMs?: number): void;
  /** Drops timers and failure counts of a key whose object is gone. */
  forget(key: string): void;
  /** True while no key waits or runs and no retry is pending; a delayed `again` or resync does not count as work. */
  idle(): boolean;
  /** Resolves when running keys have finished after the signal was aborted. */
  readonly stopped: Promise<void>;
}

/** Pumps keys through `reconcile` until the signal aborts. The only place that turns an outcome into what happens next. */
export function startController(options: ControllerOptions, signal: AbortSignal): Controller {
  const { name, workers, resyncMs, log, random = Math.random } = options;
  const reconcile = settle(options.reconcile);
  const queue = new WorkQueue();
  const backoff = new Backoff({ baseMs: 50, maxMs: 60_000, ...options.backoff, random });
  const timers = new Map<string, { due: number; timer: NodeJS.Timeout; retry: boolean }>();
  let retries = 0;
  let resolveStopped: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    resolveStopped = resolve;
  });

  const dropTimer = (key: string): void => {
    const entry = timers.get(key);
    if (!entry) return;
    clearTimeout(entry.timer);
    timers.delete(key);
    if (entry.retry) retries -= 1;
  };

  const later = (key: string, afterMs: number, retry = false): void => {
    const due = performance.now() + afterMs;
    const existing = timers.get(key);
    if (existing && existing.due <= due) return;
    dropTimer(key);
    // setTimeout fires at once for delays over 2^31-1 ms; such a key comes back early, which is harmless.
    const timer = setTimeout(() => enqueue(key), Math.min(afterMs, 2 ** 31 - 1));
    timer.unref();
    timers.set(key, { due, timer, retry });
    if (retry) retries += 1;
  };

  const enqueue = (key: string): void => {
    if (signal.aborted) return;
    dropTimer(key);
    queue.add(key);
    setImmediate(pump);
  };

  const react = (key: string, outcome: Outcome, durationMs: number): void => {
    options.onOutcome?.(key, outcome, durationMs);
    const fields = { key, ms: Math.round(durationMs) };
    if (outcome.kind !== 'retry') backoff.forget(key);
    switch (outcome.kind) {
      case 'done':
        log.debug('reconciled', fields);
        later(key, resyncMs * (1 + random() / 5));
        break;
      case 'again':
        log.debug('looking again later', { ...fields, afterMs: outcome.afterMs, why: outcome.why });
        later(key, outcome.afterMs);
        break;
      case 'retry':
        reportRetry(log, { ...fields, attempt: backoff.failures(key) + 1, error: outcome.error });
        later(key, backoff.next(key), true);
        break;
      case 'stalled':
        log.error('stalled until edited', { ...fields, error: outcome.error });
        later(key, resyncMs * (1 + random() / 5));
        break;
    }
  };

  const run = async (key: string): Promise<void> => {
    const started = performance.now();
    const outcome = await reconcile(key, signal);
    queue.finish(key);
    if (signal.aborted) {
      if (queue.running === 0) resolveStopped();
      return;
    }
    react(key, outcome, performance.now() - started);
    pump();
  };

  const pump = (): void => {
    while (!signal.aborted && queue.running < workers) {
      const key = queue.take();
      if (key === undefined) return;
      void run(key);
    }
  };

  const stop = (): void => {
    for (const key of [...timers.keys()]) dropTimer(key);
    if (queue.running === 0) resolveStopped();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });

  return {
    name,
    add: (key, afterMs = 0) => (afterMs > 0 ? later(key, afterMs) : enqueue(key)),
    forget: (key) => {
      dropTimer(key);
      backoff.forget(key);
    },
    idle: () => queue.waiting === 0 && queue.running === 0 && retries === 0,
    stopped,
  };
}

/** A first failure is how optimistic concurrency works: a cache that was behind. Only what fails again is worth a warning. */
const reportRetry = (log: Logger, fields: Fields & { readonly attempt: number }): void =>
  fields.attempt > 1 ? log.warn('retrying', fields) : log.debug('retrying', fields);
