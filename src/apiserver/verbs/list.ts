import type { Unstructured } from '../../api/meta.js';
import { apiVersionOf } from '../../api/resource.js';
import { forbidden, notSupported } from '../../apimachinery/structural/field-error.js';
import { type Answer, ok } from '../answer.js';
import { invalidOption } from '../causes.js';
import { type ContinueToken, decodeContinue, encodeContinue } from '../continue-token.js';
import { prefixFor } from '../keys.js';
import type { Kind } from '../kind.js';
import { negotiate } from '../media.js';
import { metadataOf } from '../partial-metadata.js';
import type { ResourceRequest } from '../request.js';
import { type Selection, selectionOf } from '../selection.js';
import { badRequest, gone, StatusError } from '../status-error.js';
import { Compacted, type Item, type Store } from '../store/store.js';
import { tableOf } from '../table.js';
import { bytesOf, fromStored } from '../versions.js';

export function list(request: ResourceRequest): Answer {
  const { api, kind, namespace, query } = request;
  const media = negotiate(request.http.headers.accept);
  const selection = selectionOf(kind, query);
  const prefix = prefixFor(kind, namespace);
  const { items, metadata } = page(api.store, { prefix, kind, selection, query });
  const apiVersion = media.form === 'object' ? apiVersionOf(kind) : `meta.k8s.io/${media.version}`;
  if (media.form === 'object') return ok(listBytes(kind, apiVersion, items, metadata));
  const objects = items.map((item) => fromStored(kind, item));
  if (media.form === 'table') return ok(tableOf(kind, objects, { media, query, now: api.now(), metadata }));
  return ok({
    kind: 'PartialObjectMetadataList',
    apiVersion,
    metadata,
    items: objects.map((object) => metadataOf(object, media)),
  });
}

type ListMetadata = {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
};

interface Collection {
  readonly prefix: string;
  readonly kind: Kind;
  readonly selection: Selection;
  readonly query: URLSearchParams;
}

function page(
  store: Store,
  { prefix, kind, selection, query }: Collection,
): { items: readonly Item[]; metadata: ListMetadata } {
  const token = query.get('continue') ? decodeContinue(query.get('continue') ?? '') : undefined;
  const limit = Number(query.get('limit') ?? 0) || Number.POSITIVE_INFINITY;
  const { items: all, revision } = snapshot(store, prefix, query, token);
  const rest = token ? all.filter(({ key }) => key > token.after) : all;
  const items: Item[] = [];
  let at = 0;
  for (; at < rest.length && items.length < limit; at += 1) {
    const item = rest[at];
    if (item && (selection.everything || selection.matches(fromStored(kind, item) as Unstructured))) items.push(item);
  }
  const resourceVersion = String(revision);
  if (at >= rest.length) return { items, metadata: { resourceVersion } };
  const after = rest[at - 1]?.key ?? '';
  return {
    items,
    metadata: {
      resourceVersion,
      continue: encodeContinue({ revision, after }),
      ...(selection.everything ? { remainingItemCount: rest.length - at } : {}),
    },
  };
}

/** Everything under the prefix, as of the revision the request is about. */
function snapshot(store: Store, prefix: string, query: URLSearchParams, token: ContinueToken | undefined) {
  const wanted = revisionOf(query, token);
  if (wanted !== undefined && wanted > store.revision) throw futureRevision(wanted, store.revision);
  const exact = token || isExact(query) ? wanted : undefined;
  try {
    return store.list(prefix, exact);
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    throw gone(
      token
        ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'
        : `The resourceVersion for the provided list is too old.`,
    );
  }
}

/** A limited list of a version is of exactly that one, also where the client does not say so. */
function isExact(query: URLSearchParams): boolean {
  const match = query.get('resourceVersionMatch') ?? '';
  const limited = Number(query.get('limit') ?? 0) > 0 && Number(query.get('resourceVersion') ?? 0) > 0;
  return match === 'Exact' || (match === '' && limited);
}

function revisionOf(query: URLSearchParams, token: ContinueToken | undefined): number | undefined {
  const text = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  if (token) {
    if (text !== '' && text !== '0') throw badRequest('specifying resource version is not allowed when using continue');
    return token.revision;
  }
  if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan') {
    throw invalidOption('ListOptions', notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan']));
  }
  if (match !== '' && text === '') throw forbiddenMatch('is forbidden unless resourceVersion is provided');
  if (match === 'Exact' && text === '0') throw forbiddenMatch('"exact" is forbidden for resourceVersion "0"');
  return text === '' ? undefined : parseRevision(text);
}

const forbiddenMatch = (why: string): StatusError =>
  invalidOption('ListOptions', forbidden('resourceVersionMatch', `resourceVersionMatch ${why}`));

export function parseRevision(text: string): number {
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}: it must be a number`);
  return Number(text);
}

export const futureRevision = (wanted: number, current: number): StatusError =>
  new StatusError(504, 'Timeout', `Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version', field: '' }],
    retryAfterSeconds: 1,
  });

const COMMA = Buffer.from(',');

/** Joins what is stored: no object is parsed or written again. */
function listBytes(kind: Kind, apiVersion: string, items: readonly Item[], metadata: ListMetadata): Buffer {
  const head = `{"kind":"${kind.listKind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)},"items":[`;
  const parts: Buffer[] = [Buffer.from(head)];
  for (const [index, item] of items.entries()) {
    if (index > 0) parts.push(COMMA);
    parts.push(bytesOf(kind, item));
  }
  parts.push(Buffer.from(']}\n'));
  return Buffer.concat(parts);
}
