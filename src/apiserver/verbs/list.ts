import { apiVersionOf } from '../../api/resource.js';
import { type Answer, ok } from '../forms/answer.js';
import { type Media, negotiate, notAcceptable } from '../forms/media.js';
import { metadataOf } from '../forms/partial-metadata.js';
import { tableOf } from '../forms/table.js';
import { prefixFor } from '../keys.js';
import { goTypeOf, type Kind } from '../kind.js';
import { after, encodeContinue } from '../options/continue-token.js';
import {
  checkListOptions,
  checkNumbers,
  checkReached,
  type ListOptions,
  listOptionsOf,
} from '../options/list-options.js';
import type { ResourceRequest } from '../request.js';
import { type Selection, selectionOf, selectorsOf } from '../selection.js';
import { gone } from '../status-error.js';
import { Compacted, type Item, type Page, type Store } from '../store/store.js';
import { fromStored, listedBytes } from '../versions.js';

export function list(request: ResourceRequest): Answer {
  const media = negotiate(request.http.headers.accept);
  return answerList(request, listed(request), media);
}

/** The objects a request selects, or one page of them. */
export function listed({ api, kind, namespace, query }: ResourceRequest): ListPage {
  checkNumbers(query);
  const selectors = selectorsOf(query);
  checkListOptions(query);
  const selection = selectionOf(kind, selectors);
  const prefix = prefixFor(kind, namespace);
  const collection = { prefix, kind, selection, options: listOptionsOf(query) };
  const isPlaced = namespace !== '' || !kind.namespaced;
  return page(api.store, isPlaced ? { ...collection, only: selection.name } : collection);
}

/** In the form the client asked for. */
export function answerList({ api, kind, query }: ResourceRequest, { items, metadata }: ListPage, media: Media): Answer {
  if (media.as === 'PartialObjectMetadata') {
    throw notAcceptable(
      `you requested PartialObjectMetadata, but the requested object is a list (${goTypeOf(kind, kind.listKind)})`,
    );
  }
  const apiVersion = media.form === 'object' ? apiVersionOf(kind) : `meta.k8s.io/${media.version}`;
  if (media.form === 'object')
    return ok(listBytes(kind, apiVersion, items, kind.custom ? { continue: '', ...metadata } : metadata));
  const objects = items.map((item) => fromStored(kind, item));
  if (media.form === 'table') return ok(tableOf(kind, objects, { media, query, now: api.now(), metadata }));
  return ok({
    kind: 'PartialObjectMetadataList',
    apiVersion,
    metadata,
    // An empty list of Go's.
    items: objects.length === 0 ? null : objects.map((object) => metadataOf(object, media)),
  });
}

type ListMetadata = {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
};

export interface ListPage {
  readonly items: readonly Item[];
  readonly metadata: ListMetadata;
}

interface Collection {
  readonly prefix: string;
  readonly kind: Kind;
  readonly selection: Selection;
  readonly options: ListOptions;
  /** The name of the only object that may be listed; such a list has one page. */
  readonly only?: string | undefined;
}

function page(store: Store, { prefix, kind, selection, options, only }: Collection): ListPage {
  const { token, limit } = options;
  const { items: all, revision } = snapshot(store, prefix, options);
  const one = only === undefined ? all : all.filter(({ key }) => key === prefix + only);
  const rest = token ? one.filter(({ key }) => key >= prefix + token.start) : one;
  const items: Item[] = [];
  let at = 0;
  for (; at < rest.length && items.length < limit; at += 1) {
    const item = rest[at];
    if (item && (selection.everything || selection.matches(fromStored(kind, item)))) items.push(item);
  }
  const resourceVersion = String(revision);
  if (at >= rest.length) return { items, metadata: { resourceVersion } };
  const start = after(rest[at - 1]?.key.slice(prefix.length) ?? '');
  return {
    items,
    metadata: {
      resourceVersion,
      continue: encodeContinue({ revision, start }),
      ...(selection.everything ? { remainingItemCount: rest.length - at } : {}),
    },
  };
}

/** Everything under the prefix, as of the revision the request is about. */
function snapshot(store: Store, prefix: string, { revision, exact, token }: ListOptions): Page {
  checkReached(revision ?? 0, store.revision);
  try {
    return store.list(prefix, exact ? revision : undefined);
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    if (!token) throw gone('The resourceVersion for the provided list is too old.');
    throw gone(EXPIRED_TOKEN, encodeContinue({ revision: undefined, start: token.start }));
  }
}

const EXPIRED_TOKEN =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

const COMMA = Buffer.from(',');

/** Joins what is stored: no object is parsed or written again. */
function listBytes(kind: Kind, apiVersion: string, items: readonly Item[], metadata: ListMetadata): Buffer {
  const head = `{"kind":"${kind.listKind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)},"items":[`;
  const parts: Buffer[] = [Buffer.from(head)];
  for (const [index, item] of items.entries()) {
    if (index > 0) parts.push(COMMA);
    parts.push(listedBytes(kind, item));
  }
  parts.push(Buffer.from(']}\n'));
  return Buffer.concat(parts);
}
