import type { KubeObject } from '../api/meta.js';
import { TransientError } from '../control/errors.js';
import type { WatchEvent } from './client.js';

const NEWLINE = 0x0a;
const TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

/** Cuts a watch's bytes into events. Throws on anything that is not one: a skipped line would be a lost event. */
export async function* watchEvents<T extends KubeObject>(bytes: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent<T>> {
  let pending: Buffer[] = [];
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...pending, chunk.subarray(start, end)]);
      pending = [];
      start = end + 1;
      if (line.length > 0) yield eventFrom<T>(line);
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) throw new TransientError('watch: the stream ended inside an event');
}

function eventFrom<T extends KubeObject>(line: Buffer): WatchEvent<T> {
  let event: unknown;
  try {
    event = JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw new TransientError(`watch: a line of ${line.length} bytes is not JSON`, { cause });
  }
  if (typeof event !== 'object' || event === null || !('type' in event) || !('object' in event)) {
    throw new TransientError('watch: a line is not an event');
  }
  if (!TYPES.has(event.type)) throw new TransientError(`watch: unknown event type ${String(event.type)}`);
  // Objects come as the server stored them; their kind's schema was enforced when they were written.
  return event as WatchEvent<T>;
}
