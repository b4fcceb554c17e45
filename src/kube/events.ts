import { createHash, randomUUID } from 'node:crypto';
import { Event } from '../api/core.js';
import type { KubeObject } from '../api/meta.js';
import type { Logger } from '../control/log.js';
import { redact } from '../control/redact.js';
import { isNotFound, type KubeClient } from './client.js';

export interface EventInput {
  readonly regarding: KubeObject;
  readonly related?: KubeObject;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase and short: why. */
  readonly reason: string;
  /** CamelCase: what was done or tried. */
  readonly action: string;
  readonly note: string;
}

export interface EventRecorder {
  /** Returns at once; an event that cannot be written is logged and dropped, it never fails the caller. */
  record(event: EventInput): void;
  /** Resolves when everything recorded so far is written or dropped. */
  flush(): Promise<void>;
}

export interface EventRecorderOptions {
  /** `reportingController`, e.g. `placet.dev/placement`. */
  readonly component: string;
  readonly instance?: string;
  readonly now: () => Date;
  readonly log: Logger;
}

interface Series {
  name: string;
  count: number;
  lastSeen: number;
  lastWritten: number;
}

const SERIES_ENDS_MS = 6 * 60_000;
const SERIES_WRITTEN_EVERY_MS = 30_000;
const MAX_SERIES = 4_096;
const MAX_WAITING = 1_000;
const MAX_NOTE = 1_024;

/** Writes events.k8s.io/v1 Events. The same event again within six minutes counts up a series instead of making a new object. */
export function createEventRecorder(client: KubeClient, options: EventRecorderOptions): EventRecorder {
  const { now, log } = options;
  const series = new Map<string, Series>();
  let waiting = 0;
  let tail: Promise<void> = Promise.resolve();

  const write = async (input: EventInput, at: number): Promise<void> => {
    const key = keyOfEvent(input);
    const known = series.get(key);
    series.delete(key);
    const current = known && at - known.lastSeen < SERIES_ENDS_MS ? known : undefined;
    if (!current) {
      const event = eventObject(input, options, at);
      await client.create(Event, event);
      series.set(key, { name: event.metadata.name, count: 1, lastSeen: at, lastWritten: 0 });
    } else {
      current.count += 1;
      current.lastSeen = at;
      series.set(key, current);
      if (at - current.lastWritten >= SERIES_WRITTEN_EVERY_MS) await writeSeries(input, current, at);
    }
    // Insertion order is age: the first key is the one not seen for longest.
    for (const oldest of series.keys()) {
      if (series.size <= MAX_SERIES) break;
      series.delete(oldest);
    }
  };

  const writeSeries = async (input: EventInput, current: Series, at: number): Promise<void> => {
    const body = { series: { count: current.count, lastObservedTime: microTime(at) } };
    const name = { namespace: namespaceOf(input.regarding), name: current.name };
    current.lastWritten = at;
    await client.patch(Event, name, { type: 'merge', body }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
      series.delete(keyOfEvent(input));
      return write(input, at);
    });
  };

  return {
    record: (input) => {
      if (waiting >= MAX_WAITING) {
        log.warn('too many events wait to be written, dropping one', { reason: input.reason });
        return;
      }
      waiting += 1;
      const at = now().getTime();
      tail = tail
        .then(() => write(input, at))
        .catch((error: unknown) => log.warn('cannot write an event', { reason: input.reason, error }))
        .finally(() => {
          waiting -= 1;
        });
    },
    flush: () => tail,
  };
}

const namespaceOf = (object: KubeObject): string => object.metadata.namespace ?? 'default';

const microTime = (at: number): string => new Date(at).toISOString().replace('Z', '000Z');

function keyOfEvent({ regarding, related, type, reason, action, note }: EventInput): string {
  const parts = [regarding.metadata.uid, regarding.kind, namespaceOf(regarding), regarding.metadata.name];
  return createHash('sha256')
    .update(JSON.stringify([...parts, related?.metadata.uid, related?.metadata.name, type, reason, action, note]))
    .digest('base64');
}

const reference = ({ apiVersion, kind, metadata }: KubeObject) => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
  ...(metadata.uid ? { uid: metadata.uid } : {}),
});

function eventObject(input: EventInput, { component, instance }: EventRecorderOptions, at: number): Event {
  const { regarding, related, type, reason, action, note } = input;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      // At most 253 characters; the suffix keeps it unique.
      name: `${regarding.metadata.name.slice(0, 235)}.${randomUUID().replaceAll('-', '').slice(0, 16)}`,
      namespace: namespaceOf(regarding),
    },
    eventTime: microTime(at),
    reportingController: component,
    reportingInstance: instance ?? component,
    type,
    reason,
    action,
    note: redact(note).slice(0, MAX_NOTE),
    regarding: reference(regarding),
    ...(related ? { related: reference(related) } : {}),
  };
}
