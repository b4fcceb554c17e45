import type { OwnerReference, Unstructured } from '../../api/meta.js';

/** Which objects name an owner, by the owner's uid. */
export class OwnerGraph {
  readonly #dependents = new Map<string, Set<string>>();
  readonly #owners = new Map<string, readonly string[]>();

  /** Takes in what an object says now; `undefined` when it is gone. */
  set(key: string, object: Unstructured | undefined): void {
    for (const uid of this.#owners.get(key) ?? []) {
      const keys = this.#dependents.get(uid);
      keys?.delete(key);
      if (keys?.size === 0) this.#dependents.delete(uid);
    }
    const uids = ownersOf(object).map(({ uid }) => uid);
    if (uids.length === 0) this.#owners.delete(key);
    else this.#owners.set(key, uids);
    for (const uid of uids) {
      const keys = this.#dependents.get(uid);
      if (keys) keys.add(key);
      else this.#dependents.set(uid, new Set([key]));
    }
  }

  dependentsOf(uid: string): readonly string[] {
    return [...(this.#dependents.get(uid) ?? [])];
  }
}

export const ownersOf = (object: Unstructured | undefined): readonly OwnerReference[] =>
  object?.metadata.ownerReferences ?? [];

/** How it stands with an owner: there, gone, waiting for its dependents to go first, or not to be found out. */
export type OwnerState = 'solid' | 'absent' | 'waiting' | 'unknown';

export type Verdict =
  | { readonly kind: 'keep' }
  /** Go on without these owners. */
  | { readonly kind: 'release'; readonly uids: ReadonlySet<string> }
  | { readonly kind: 'delete'; readonly propagationPolicy: 'Background' | 'Foreground' | 'Orphan' };

/** What becomes of an object, by the states of its owners in the order of its references. */
export function judge(object: Unstructured, states: readonly OwnerState[], hasDependents: boolean): Verdict {
  const owners = ownersOf(object);
  if (owners.length === 0 || object.metadata.deletionTimestamp !== undefined) return { kind: 'keep' };
  if (states.includes('unknown')) return { kind: 'keep' };
  const uids = (wanted: (state: OwnerState | undefined) => boolean) =>
    new Set(owners.filter((_, index) => wanted(states[index])).map(({ uid }) => uid));
  if (states.includes('solid')) {
    const released = uids((state) => state !== 'solid');
    return released.size === 0 ? { kind: 'keep' } : { kind: 'release', uids: released };
  }
  if (states.includes('waiting') && hasDependents) return { kind: 'delete', propagationPolicy: 'Foreground' };
  const { finalizers = [] } = object.metadata;
  if (finalizers.includes('orphan')) return { kind: 'delete', propagationPolicy: 'Orphan' };
  return {
    kind: 'delete',
    propagationPolicy: finalizers.includes('foregroundDeletion') ? 'Foreground' : 'Background',
  };
}

export const withoutOwners = (object: Unstructured, uids: ReadonlySet<string>): Unstructured => {
  const { ownerReferences = [], ...metadata } = object.metadata;
  const left = ownerReferences.filter(({ uid }) => !uids.has(uid));
  return { ...object, metadata: left.length === 0 ? metadata : { ...metadata, ownerReferences: left } };
};

export const withoutFinalizer = (object: Unstructured, name: string): Unstructured => {
  const { finalizers = [], ...metadata } = object.metadata;
  const left = finalizers.filter((finalizer) => finalizer !== name);
  return { ...object, metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left } };
};
