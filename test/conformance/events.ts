import type { WatchEvent } from './wire.js';

/** The next events of a stream; fewer when it ends. */
export async function take(events: AsyncGenerator<WatchEvent>, count: number): Promise<WatchEvent[]> {
  const taken: WatchEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/** Everything until the server ends the stream. */
export const takeAll = (events: AsyncGenerator<WatchEvent>): Promise<WatchEvent[]> =>
  take(events, Number.POSITIVE_INFINITY);

export const told = (events: readonly WatchEvent[]): string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata.name}`);
