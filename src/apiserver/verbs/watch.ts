import { negotiate } from '../forms/media.js';
import { prefixFor } from '../keys.js';
import { checkNumbers, checkReached, checkWatchOptions, tooLarge, watchOptionsOf } from '../options/list-options.js';
import type { ResourceRequest } from '../request.js';
import { selectionOf, selectorsOf } from '../selection.js';
import { gone } from '../status-error.js';
import { Compacted } from '../store/store.js';
import { EventFormat } from '../watch/watch-event.js';
import { WatchStream } from '../watch/watch-stream.js';

/** Streams changes until the client, the timeout or the server ends it. */
export async function watch(request: ResourceRequest): Promise<void> {
  const { api, kind, namespace, query, response, http } = request;
  const media = negotiate(http.headers.accept);
  checkNumbers(query);
  const selectors = selectorsOf(query);
  checkWatchOptions(query);
  const selection = selectionOf(kind, selectors);
  const prefix = prefixFor(kind, namespace);
  const format = new EventFormat(kind, media, query, api.now);
  const start = watchOptionsOf(query);
  if (!start.initial) checkReached(start.revision ?? 0, api.store.revision);
  const stream = new WatchStream(response, {
    prefix,
    kind,
    selection,
    format,
    bookmarks: start.bookmarks,
    revision: () => api.store.revision,
  });
  // From here to `add` nothing waits, so that no change is missed between the replay and the live stream.
  if (start.initial) {
    const { items, revision } = api.store.list(prefix);
    stream.open();
    if ((start.revision ?? 0) > revision) return stream.fail(tooLarge(start.revision ?? 0, revision));
    for (const item of items) stream.sendInitial(item);
    if (start.announceEnd) stream.bookmark(revision, true);
  } else {
    try {
      const changes = api.store.since(start.revision ?? api.store.revision);
      stream.open();
      for (const change of changes) stream.replay(change);
    } catch (error) {
      if (!(error instanceof Compacted)) throw error;
      stream.open();
      stream.fail(gone(`too old resource version: ${start.revision} (${error.compacted})`));
      return;
    }
  }
  stream.begun();
  const remove = api.watches.add(prefix, stream);
  stream.onEnd(remove);
  stream.keepCurrent();
  stream.endAfter(start.timeoutMs);
  await stream.ended;
}
