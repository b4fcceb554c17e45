import type { Unstructured } from '../../api/meta.js';
import { typed } from '../builtin/model/typed.js';
import type { Loop, LoopContext } from './loop.js';

const LIFETIME_MS = 60 * 60_000;
const SWEEP_MS = 60_000;

/** Removes events an hour after they were last seen. */
export function startEventExpiry(context: LoopContext, signal: AbortSignal): Loop {
  let sweeping: Promise<void> | undefined;
  const start = (): void => {
    sweeping ??= sweep(context)
      .catch((error: unknown) => context.log.warn('removing expired events failed', { error }))
      .finally(() => {
        sweeping = undefined;
      });
  };
  start();
  const timer = setInterval(start, SWEEP_MS);
  timer.unref();
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(timer);
        resolve(sweeping);
      },
      { once: true },
    );
  });
  return { name: 'event-expiry', idle: () => sweeping === undefined, stopped };
}

async function sweep({ local, now }: LoopContext): Promise<void> {
  const kind = local.kindOf('v1', 'Event');
  if (!kind) return;
  const oldest = now().getTime() - LIFETIME_MS;
  for (const event of local.list(kind)) if (lastSeen(event) < oldest) await local.delete(kind, event.metadata);
}

function lastSeen(event: Unstructured): number {
  const { series, lastTimestamp, eventTime } = typed<{
    series?: { lastObservedTime?: string };
    lastTimestamp?: string;
    eventTime?: string;
  }>(event);
  const times = [series?.lastObservedTime, lastTimestamp, eventTime, event.metadata.creationTimestamp];
  return Math.max(0, ...times.flatMap((time) => (time ? [Date.parse(time)] : [])));
}
