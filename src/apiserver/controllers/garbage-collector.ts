import type { OwnerReference, Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import { startController } from '../../control/controller.js';
import { again, done, type Outcome } from '../../control/outcome.js';
import type { Kind } from '../kind.js';
import type { LocalApi, LocalChange } from '../local-api.js';
import { FOREGROUND, ORPHAN } from '../removal.js';
import { StatusError } from '../status-error.js';
import { type Loop, type LoopContext, MANAGER, RESYNC_MS } from './loop.js';
import { findByKey, keyOfParts, objectKey } from './object-key.js';
import { judge, OwnerGraph, type OwnerState, ownersOf, withoutFinalizer, withoutOwners } from './owner-graph.js';

/** An owner of a kind that is not served now may come with its CRD. */
const UNKNOWN_KIND_MS = 5_000;

/** Removes what its owners leave behind, in the background, in the foreground, or not at all. */
export function startGarbageCollector({ local, log }: LoopContext, signal: AbortSignal): Loop {
  const graph = new OwnerGraph();
  const controller = startController(
    {
      name: 'garbage-collector',
      workers: 4,
      resyncMs: RESYNC_MS,
      log: log.with({ controller: 'garbage-collector' }),
      reconcile: async (key) => {
        const found = findByKey(local, key);
        if (!found) {
          controller.forget(key);
          return done;
        }
        return collect(found.kind, found.object);
      },
    },
    signal,
  );

  const collect = async (kind: Kind, object: Unstructured): Promise<Outcome> => {
    const { deletionTimestamp, finalizers = [], uid = '' } = object.metadata;
    if (deletionTimestamp !== undefined) {
      if (finalizers.includes(ORPHAN)) return orphanDependents(kind, object, uid);
      if (finalizers.includes(FOREGROUND)) return awaitDependents(kind, object, uid);
      return done;
    }
    const states = ownersOf(object).map((owner) => stateOf(local, owner, kind, object));
    const verdict = judge(object, states, graph.dependentsOf(uid).length > 0);
    if (verdict.kind === 'release')
      await local.update(kind, withoutOwners(object, verdict.uids), { fieldManager: MANAGER });
    if (verdict.kind === 'delete') await removeExactly(local, kind, object, verdict.propagationPolicy);
    return states.includes('unknown') ? again(UNKNOWN_KIND_MS, 'the kind of an owner is not served') : done;
  };

  const orphanDependents = async (kind: Kind, owner: Unstructured, uid: string): Promise<Outcome> => {
    for (const key of graph.dependentsOf(uid)) {
      const dependent = findByKey(local, key);
      if (dependent) {
        await local.update(dependent.kind, withoutOwners(dependent.object, new Set([uid])), { fieldManager: MANAGER });
      }
    }
    await local.update(kind, withoutFinalizer(owner, ORPHAN), { fieldManager: MANAGER });
    return done;
  };

  const awaitDependents = async (kind: Kind, owner: Unstructured, uid: string): Promise<Outcome> => {
    const blocking = graph.dependentsOf(uid).filter((key) => {
      const dependent = findByKey(local, key)?.object;
      return ownersOf(dependent).some((reference) => reference.uid === uid && reference.blockOwnerDeletion === true);
    });
    // A blocking dependent that goes brings its owner back here.
    for (const key of blocking) controller.add(key);
    if (blocking.length === 0) await local.update(kind, withoutFinalizer(owner, FOREGROUND), { fieldManager: MANAGER });
    return done;
  };

  const hear = ({ kind, before, after }: LocalChange): void => {
    const object = after ?? before;
    if (!object) return;
    const key = objectKey(kind, object);
    graph.set(key, after);
    const ownersChanged = !equalJson(ownersOf(before), ownersOf(after));
    if (after && ((ownersChanged && ownersOf(after).length > 0) || waitsForUs(after))) controller.add(key);
    if (!after) for (const dependent of graph.dependentsOf(object.metadata.uid ?? '')) controller.add(dependent);
    if (before && ownersChanged) {
      for (const owner of ownersOf(before))
        for (const ownerKey of keysOf(local, owner, before)) controller.add(ownerKey);
    }
  };

  const stop = local.onChange(hear);
  signal.addEventListener('abort', stop, { once: true });
  for (const kind of local.kinds()) {
    for (const object of local.list(kind)) hear({ kind, before: undefined, after: object, revision: 0 });
  }
  return controller;
}

const waitsForUs = ({ metadata: { deletionTimestamp, finalizers = [] } }: Unstructured): boolean =>
  deletionTimestamp !== undefined && (finalizers.includes(ORPHAN) || finalizers.includes(FOREGROUND));

/** The same object, and only as it was when it was judged. */
async function removeExactly(
  local: LocalApi,
  kind: Kind,
  { metadata }: Unstructured,
  propagationPolicy: 'Background' | 'Foreground' | 'Orphan',
): Promise<void> {
  const { uid, resourceVersion } = metadata;
  if (uid === undefined || resourceVersion === undefined) return;
  await local.delete(kind, metadata, { uid, resourceVersion, propagationPolicy }).catch((error: unknown) => {
    // Changed meanwhile, so that it is judged again: the change itself may be one nobody queued it for.
    if (error instanceof StatusError && error.code === 404) return;
    throw error;
  });
}

function stateOf(local: LocalApi, owner: OwnerReference, dependentKind: Kind, dependent: Unstructured): OwnerState {
  const kind = local.kindOf(owner.apiVersion, owner.kind);
  // A cluster-scoped object cannot say in which namespace its owner is.
  if (!kind || (kind.namespaced && !dependentKind.namespaced)) return 'unknown';
  const { namespace = '' } = dependent.metadata;
  const found = local.get(kind, kind.namespaced ? { namespace, name: owner.name } : { name: owner.name });
  if (!found || found.metadata.uid !== owner.uid) return 'absent';
  const { deletionTimestamp, finalizers = [] } = found.metadata;
  return deletionTimestamp !== undefined && finalizers.includes(FOREGROUND) ? 'waiting' : 'solid';
}

function keysOf(local: LocalApi, owner: OwnerReference, dependent: Unstructured): readonly string[] {
  const kind = local.kindOf(owner.apiVersion, owner.kind);
  if (!kind) return [];
  const namespace = kind.namespaced ? (dependent.metadata.namespace ?? '') : '';
  return [keyOfParts(owner.apiVersion, owner.kind, namespace, owner.name)];
}
