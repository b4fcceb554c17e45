import type { AppliedResource } from '../api/applied-work.js';
import type { OwnerReference } from '../api/meta.js';
import { isConflict, type KubeClient } from '../kube/client.js';
import { resourceKey, typeOf } from './applied-resources.js';
import type { Observer } from './observer.js';
import { hasOtherRecord, withoutOwner } from './ownership.js';
import { type Seen, seenOf } from './seen.js';

export interface CollectTools {
  readonly client: KubeClient;
  readonly observer: Observer;
  readonly signal: AbortSignal;
}

export interface Collected {
  /** Not gone yet; to be looked at again. */
  readonly pending: readonly AppliedResource[];
  /** Could not be looked at or deleted; kept, and to be tried again. */
  readonly errors: readonly unknown[];
}

type Fate = 'gone' | 'pending';

async function live(tools: CollectTools, resource: AppliedResource, fresh: boolean): Promise<Seen | undefined> {
  const type = typeOf(resource);
  const sight = tools.observer.look(type, resourceKey(resource));
  if (!fresh && sight.kind === 'present') return sight.seen;
  if (!fresh && sight.kind === 'absent') return undefined;
  const object = await tools.client.get(type, resource, tools.signal);
  return object && seenOf(object, false);
}

async function collectOne(
  tools: CollectTools,
  resource: AppliedResource,
  owner: OwnerReference,
  fresh = false,
): Promise<Fate> {
  const { client, signal } = tools;
  const seen = await live(tools, resource, fresh);
  if (!seen?.owners.some(({ uid }) => uid === owner.uid)) return 'gone';
  const { uid, resourceVersion } = seen;
  try {
    if (hasOtherRecord(seen.owners, owner.uid)) {
      const body = { metadata: { uid, resourceVersion, ownerReferences: withoutOwner(seen.owners, owner) } };
      await client.patch(typeOf(resource), resource, { type: 'merge', body }, { fieldManager: 'work-agent', signal });
      return 'gone';
    }
    if (uid !== resource.uid) return 'gone';
    if (seen.deleting) return 'pending';
    // The version guards against owners that came since; deleting must never rest on an old sight.
    await client.delete(typeOf(resource), resource, { uid, resourceVersion, propagationPolicy: 'Background', signal });
    return 'pending';
  } catch (error) {
    if (!isConflict(error) || fresh) throw error;
    return collectOne(tools, resource, owner, true);
  }
}

/** Deletes what the record owns alone, and gives up what others own too. One that fails does not hold up the others. */
export async function collect(
  tools: CollectTools,
  resources: readonly AppliedResource[],
  owner: OwnerReference,
): Promise<Collected> {
  const pending: AppliedResource[] = [];
  const errors: unknown[] = [];
  const fates = await Promise.allSettled(resources.map((resource) => collectOne(tools, resource, owner)));
  fates.forEach((fate, index) => {
    const resource = resources[index];
    if (!resource) return;
    if (fate.status === 'rejected') errors.push(fate.reason);
    if (fate.status === 'rejected' || fate.value === 'pending') pending.push(resource);
  });
  return { pending, errors };
}
