import { isDeepStrictEqual } from 'node:util';
import type { Unstructured } from '../api/meta.js';
import { apiVersionOf } from '../api/resource.js';
import type { Api, Caller } from './api.js';
import { keyFor } from './keys.js';
import type { Kind, Subresource, WriteContext } from './kind.js';
import { generationPart, keptMetadata, metadataProblems, metadataUpdateProblems, newMetadata } from './object-meta.js';
import { alreadyExists, type Cause, conflict, invalid, notFound, STALE } from './status-error.js';
import { type Item, RevisionMismatch } from './store/store.js';
import { fromStored, toStored } from './versions.js';

export interface WriteOptions {
  readonly caller: Caller;
  readonly dryRun: boolean;
}

export interface Written {
  /** In the version of the request. */
  readonly object: Unstructured;
  readonly created: boolean;
  /** Present when `object` is what is stored now. */
  readonly item: Item | undefined;
}

const GENERATED_NAME_TRIES = 8;

const contextOf = (api: Api, { caller, dryRun }: WriteOptions): WriteContext => ({
  user: caller.user,
  now: api.now(),
  dryRun,
  local: api.local,
});

export function refuse(kind: Kind, name: string, causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid(kind, name, causes);
}

/** Stores a new object; `sent` must already have the apiVersion, kind and namespace of the request. */
export async function createObject(
  api: Api,
  kind: Kind,
  { namespace, sent }: { readonly namespace: string; readonly sent: Unstructured },
  options: WriteOptions,
): Promise<Written> {
  for (let attempt = 1; ; attempt += 1) {
    const draft = draftOfNew(api, kind, namespace, sent, options);
    const { name } = draft.metadata;
    admit(api, kind, { operation: 'create', subresource: '', namespace, name }, options, draft, undefined);
    const generated = !sent.metadata.name && attempt < GENERATED_NAME_TRIES;
    if (options.dryRun) {
      if (!api.store.head(keyFor(kind, namespace, name))) return { object: draft, created: true, item: undefined };
      if (!generated) throw alreadyExists(kind, name);
      continue;
    }
    try {
      const item = await api.store.commit({
        key: keyFor(kind, namespace, name),
        expected: 0,
        object: toStored(kind, draft),
      });
      return { object: fromStored(kind, item), created: true, item };
    } catch (error) {
      if (!(error instanceof RevisionMismatch)) throw error;
      if (!generated) throw alreadyExists(kind, name);
    }
  }
}

function draftOfNew(api: Api, kind: Kind, namespace: string, sent: Unstructured, options: WriteOptions): Unstructured {
  const context = contextOf(api, options);
  const { status, ...rest } = sent;
  const draft: Unstructured = {
    ...rest,
    ...(status !== undefined && !hasSubresource(kind, 'status') ? { status } : {}),
    metadata: newMetadata(sent.metadata, kind, namespace, context.now),
  };
  kind.strategy.prepareCreate?.(draft, context);
  refuse(kind, draft.metadata.name, [
    ...metadataProblems(draft.metadata, kind),
    ...(kind.strategy.validate?.(draft, undefined) ?? []),
  ]);
  return draft;
}

const hasSubresource = (kind: Kind, name: string): boolean => kind.subresources.some((sub) => sub.name === name);

export interface Target {
  readonly namespace: string;
  readonly name: string;
  readonly subresource: Subresource | undefined;
}

/** Gives what a request wants stored, from what is stored; may throw. Called again after a conflict. */
export type Produce = (before: Unstructured) => Unstructured | Promise<Unstructured>;

/** How often a change that named no resourceVersion is tried against a newer state. */
const CONFLICT_TRIES = 5;

/** Changes an object that exists. */
export async function updateObject(
  api: Api,
  kind: Kind,
  target: Target,
  produce: Produce,
  options: WriteOptions,
): Promise<Written> {
  const key = keyFor(kind, target.namespace, target.name);
  for (let attempt = 1; ; attempt += 1) {
    const item = api.store.head(key);
    if (!item) throw notFound(kind, target.name);
    const before = fromStored(kind, item);
    const sent = await produce(before);
    checkPreconditions(kind, target.name, sent, before);
    const draft = draftOfUpdate(api, kind, target, { sent, before }, options);
    const { namespace, name } = target;
    const subresource = target.subresource?.name ?? '';
    admit(api, kind, { operation: 'update', subresource, namespace, name }, options, draft, before);
    if (sameObject(draft, before)) return { object: before, created: false, item };
    const deletes = isRemovable(kind, draft);
    if (options.dryRun) return { object: draft, created: false, item: undefined };
    try {
      const stored = await api.store.commit({ key, expected: item.revision, object: toStored(kind, draft), deletes });
      return { object: fromStored(kind, stored), created: false, item: stored };
    } catch (error) {
      if (!(error instanceof RevisionMismatch)) throw error;
      if (sent.metadata.resourceVersion || attempt >= CONFLICT_TRIES) throw conflict(kind, target.name, STALE);
    }
  }
}

/** Deletion has been asked for and nothing holds the object any more. */
export const isRemovable = (kind: Kind, { metadata, ...object }: Unstructured): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (metadata.finalizers ?? []).length === 0 &&
  !kind.strategy.holdsDeletion?.({ metadata, ...object });

function checkPreconditions(kind: Kind, name: string, { metadata: sent }: Unstructured, before: Unstructured): void {
  const { uid, resourceVersion } = before.metadata;
  if (sent.uid && sent.uid !== uid) {
    throw conflict(kind, name, `Precondition failed: UID in precondition: ${sent.uid}, UID in object meta: ${uid}`);
  }
  if (sent.resourceVersion && sent.resourceVersion !== resourceVersion) throw conflict(kind, name, STALE);
}

function draftOfUpdate(
  api: Api,
  kind: Kind,
  { name, subresource }: Target,
  { sent, before }: { readonly sent: Unstructured; readonly before: Unstructured },
  options: WriteOptions,
): Unstructured {
  const context = contextOf(api, options);
  const merged = subresource?.merge ? subresource.merge(before, sent, context) : withoutStatus(kind, before, sent);
  const draft: Unstructured = { ...merged, metadata: keptMetadata(merged.metadata, before.metadata) };
  if (!subresource) kind.strategy.prepareUpdate?.(draft, before, context);
  if (kind.countsGeneration && !isDeepStrictEqual(generationPart(draft, kind), generationPart(before, kind))) {
    draft.metadata.generation = (before.metadata.generation ?? 0) + 1;
  }
  refuse(kind, name, [
    ...metadataProblems(draft.metadata, kind),
    ...metadataUpdateProblems(draft.metadata, before.metadata),
    ...(kind.strategy.validate?.(draft, before) ?? []),
  ]);
  return draft;
}

/** The status of a kind with that subresource changes only there. */
function withoutStatus(kind: Kind, before: Unstructured, sent: Unstructured): Unstructured {
  if (!hasSubresource(kind, 'status')) return sent;
  const { status: _, ...rest } = sent;
  return 'status' in before ? { ...rest, status: before.status } : rest;
}

function sameObject(draft: Unstructured, before: Unstructured): boolean {
  const { resourceVersion: _a, ...drafted } = draft.metadata;
  const { resourceVersion: _b, ...was } = before.metadata;
  return isDeepStrictEqual({ ...draft, metadata: drafted }, { ...before, metadata: was });
}

function admit(
  api: Api,
  kind: Kind,
  request: {
    readonly operation: 'create' | 'update' | 'delete';
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  },
  { caller }: WriteOptions,
  object: Unstructured | undefined,
  before: Unstructured | undefined,
): void {
  for (const admission of api.admissions) {
    admission({ ...request, kind, user: caller.user, object, before, local: api.local });
  }
}

/** Sets the type a body may leave out; the caller has checked that it is not another one. */
export const typed = (kind: Kind, object: Unstructured): Unstructured => ({
  ...object,
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
});
