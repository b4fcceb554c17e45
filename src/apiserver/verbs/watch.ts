import { forbidden } from '../../apimachinery/structural/field-error.js';
import { invalidOption } from '../causes.js';
import { prefixFor } from '../keys.js';
import { negotiate } from '../media.js';
import type { ResourceRequest } from '../request.js';
import { isTrue } from '../resource-path.js';
import { selectionOf } from '../selection.js';
import { gone, type StatusError } from '../status-error.js';
import { Compacted } from '../store/store.js';
import { EventFormat } from '../watch-event.js';
import { WatchStream } from '../watch-stream.js';
import { futureRevision, parseRevision } from './list.js';

/** Streams changes until the client, the timeout or the server ends it. */
export async function watch(request: ResourceRequest): Promise<void> {
  const { api, kind, namespace, query, response, http } = request;
  const media = negotiate(http.headers.accept);
  const selection = selectionOf(kind, query);
  const prefix = prefixFor(kind, namespace);
  const format = new EventFormat(kind, media, query, api.now);
  const start = startOf(query);
  if (start.revision > api.store.revision) throw futureRevision(start.revision, api.store.revision);
  const stream = new WatchStream(response, {
    prefix,
    kind,
    selection,
    format,
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
    revision: () => api.store.revision,
  });
  // From here to `add` nothing waits, so that no change is missed between the replay and the live stream.
  if (start.initial) {
    const { items, revision } = api.store.list(prefix);
    stream.open();
    for (const item of items) stream.sendInitial(item);
    if (start.announceEnd) stream.bookmark(revision, true);
  } else {
    try {
      const changes = api.store.since(start.revision);
      stream.open();
      for (const change of changes) stream.replay(change);
    } catch (error) {
      if (!(error instanceof Compacted)) throw error;
      stream.open();
      stream.fail(gone(`too old resource version: ${start.revision} (${error.compacted})`));
      return;
    }
  }
  const remove = api.watches.add(prefix, stream);
  stream.onEnd(remove);
  stream.keepCurrent();
  stream.endAfter(timeoutOf(query));
  await stream.ended;
}

interface Start {
  readonly revision: number;
  /** Begin with what exists. */
  readonly initial: boolean;
  /** Say with a bookmark when all that exists has been sent. */
  readonly announceEnd: boolean;
}

function startOf(query: URLSearchParams): Start {
  const text = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const sendInitial = query.get('sendInitialEvents');
  if (sendInitial !== null) {
    if (match !== 'NotOlderThan') {
      throw forbiddenOption(
        'sendInitialEvents',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      );
    }
    const initial = isTrue(sendInitial);
    const revision = text === '' ? 0 : parseRevision(text);
    return { revision, initial, announceEnd: initial && isTrue(query.get('allowWatchBookmarks')) };
  }
  if (match !== '')
    throw forbiddenOption(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  const revision = text === '' ? 0 : parseRevision(text);
  return { revision, initial: revision === 0, announceEnd: false };
}

const forbiddenOption = (field: string, why: string): StatusError =>
  invalidOption('ListOptions', forbidden(field, why));

/** As kube-apiserver: between 30 and 60 minutes when the client does not say. */
const timeoutOf = (query: URLSearchParams): number => {
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  return (seconds > 0 ? seconds : 1800 * (1 + Math.random())) * 1000;
};
