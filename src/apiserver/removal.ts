import type { NamespacedName, ObjectMeta, Unstructured } from '../api/meta.js';
import { timestamp } from '../apimachinery/go-time.js';
import type { Api, Caller } from './api.js';
import { keyFor } from './keys.js';
import type { Kind } from './kind.js';
import { isRemovable } from './objects/write.js';
import type { DeleteOptions, PropagationPolicy } from './options/delete-options.js';
import { conflict, notFound } from './status-error.js';
import { type Item, RevisionMismatch } from './store/store.js';
import { fromStored, toStored } from './versions.js';

export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

export interface Removal {
  /** The last state; of an object that stays, with its deletionTimestamp. */
  readonly item: Item;
  readonly removed: boolean;
}

/** Before anything else: who does not say what becomes of what the object owns. */
export function warnOfOrphans({ orphansByDefault }: Kind, options: DeleteOptions, { warn }: Caller): void {
  if (orphansByDefault && !options.propagationPolicy) warn(orphansByDefault);
}

/** Removes an object, or marks it when finalizers or its kind hold it. */
export async function deleteObject(
  api: Api,
  kind: Kind,
  { namespace = '', name }: NamespacedName,
  options: DeleteOptions,
  caller: Caller,
): Promise<Removal> {
  const key = keyFor(kind, namespace, name);
  let conditions: Pick<DeleteOptions, 'uid' | 'resourceVersion'> = options;
  for (;;) {
    const item = api.store.head(key);
    if (!item) throw notFound(kind, name);
    const before = fromStored(kind, item);
    checkPreconditions(kind, before.metadata, conditions);
    for (const admission of api.admissions) {
      const request = { operation: 'delete', subresource: '', namespace, name, kind, user: caller.user } as const;
      admission({ ...request, object: undefined, before, local: api.local });
    }
    const draft = deleted(api, kind, before, options, caller);
    const removed = isRemovable(kind, draft);
    if (options.dryRun) return { item: unstored(item, removed && !kind.leavesGracefully ? before : draft), removed };
    if (!removed && isMarked(before, draft)) return { item, removed };
    try {
      if (removed && kind.leavesGracefully && before.metadata.deletionTimestamp === undefined) {
        await api.store.commit({ key, expected: item.revision, object: toStored(kind, draft) });
        conditions = {};
        continue;
      }
      // Watchers learn the last state there was, not the one that never came to be.
      const object = removed ? item.object : toStored(kind, draft);
      const write = { key, expected: item.revision, object, deletes: removed };
      const stored = await api.store.commit(write);
      return { item: removed && kind.leavesGracefully ? unstored(stored, marked(stored, draft)) : stored, removed };
    } catch (error) {
      // Someone was faster; preconditions are looked at again.
      if (!(error instanceof RevisionMismatch)) throw error;
    }
  }
}

const marked = ({ revision }: Item, draft: Unstructured): Unstructured => ({
  ...draft,
  metadata: { ...draft.metadata, resourceVersion: String(revision) },
});

const unstored = ({ key, revision }: Item, object: Unstructured): Item => ({
  key,
  revision,
  apiVersion: object.apiVersion,
  object,
  bytes: Buffer.from(JSON.stringify(object)),
});

function checkPreconditions(
  kind: Kind,
  { name, uid, resourceVersion }: ObjectMeta,
  wanted: Pick<DeleteOptions, 'uid' | 'resourceVersion'>,
): void {
  // Kubernetes names the kind here, where it names the resource everywhere else.
  const named = { ...kind, plural: kind.kind };
  if (wanted.uid !== undefined && wanted.uid !== uid) {
    const why = `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw conflict(named, name, why);
  }
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${wanted.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw conflict(named, name, why);
  }
}

const isMarked = (before: Unstructured, draft: Unstructured): boolean =>
  before.metadata.deletionTimestamp !== undefined &&
  JSON.stringify(before.metadata.finalizers ?? []) === JSON.stringify(draft.metadata.finalizers ?? []);

function deleted(
  api: Api,
  kind: Kind,
  before: Unstructured,
  { dryRun, propagationPolicy }: DeleteOptions,
  caller: Caller,
): Unstructured {
  const now = api.now();
  const { finalizers: held = [], ...metadata } = before.metadata;
  const isUnsaid = !held.includes(ORPHAN) && !held.includes(FOREGROUND);
  const usual = isUnsaid && kind.orphansByDefault !== undefined ? 'Orphan' : undefined;
  const finalizers = finalizersFor(held, propagationPolicy ?? usual);
  const draft: Unstructured = {
    ...before,
    metadata: {
      ...metadata,
      ...(finalizers.length > 0 ? { finalizers: [...finalizers] } : {}),
      deletionTimestamp: metadata.deletionTimestamp ?? timestamp(now),
      deletionGracePeriodSeconds: 0,
      ...(metadata.generation !== undefined && metadata.deletionTimestamp === undefined
        ? { generation: metadata.generation + 1 }
        : {}),
    },
  };
  kind.strategy.prepareDelete?.(draft, { user: caller.user, now, dryRun, local: api.local });
  return draft;
}

/** The two garbage-collection finalizers follow the policy; without one they stay as they are. */
function finalizersFor(held: readonly string[], policy: PropagationPolicy | undefined): readonly string[] {
  if (!policy) return held;
  const others = held.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  if (policy === 'Background') return others;
  return [...others, policy === 'Orphan' ? ORPHAN : FOREGROUND];
}
