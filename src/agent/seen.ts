import type { OwnerReference, Unstructured } from '../api/meta.js';
import { digestOf } from './digest.js';

/** What the agent remembers of a live object: enough to notice every change that concerns it. */
export interface Seen {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly deleting: boolean;
  readonly owners: readonly OwnerReference[];
  /** Of everything an agent may enforce; see `enforceableDigest`. */
  readonly digest: string;
  /** Kept only where rules read it. */
  readonly object: Unstructured | undefined;
}

/** Digest of everything but the status and what the server keeps for itself. */
function enforceableDigest(object: Unstructured): string {
  const { metadata, status: _, ...content } = object;
  const { labels, annotations, ownerReferences, finalizers } = metadata;
  return digestOf([content, labels, annotations, ownerReferences, finalizers]);
}

export const seenOf = (object: Unstructured, keep: boolean): Seen => ({
  uid: object.metadata.uid ?? '',
  resourceVersion: object.metadata.resourceVersion ?? '',
  deleting: object.metadata.deletionTimestamp !== undefined,
  owners: object.metadata.ownerReferences ?? [],
  digest: enforceableDigest(object),
  object: keep ? object : undefined,
});

/** What a cache keeps of an object: its identity, and what was seen of it if a work is interested. */
export interface Slim extends Unstructured {
  readonly seen: Seen | undefined;
}

export function slimOf(object: Unstructured, seen: Seen | undefined): Slim {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    seen,
  };
}
