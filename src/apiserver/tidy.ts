import type { OwnerReference, Unstructured } from '../api/meta.js';
import { equalJson } from '../apimachinery/json.js';
import type { Caller } from './api.js';
import type { Kind } from './kind.js';
import { isUnqualified } from './object-meta.js';

/** Of a custom object that has been found right. */
export function warnOfFinalizers(
  { custom }: Kind,
  { metadata: { finalizers = [] } }: Unstructured,
  { warn }: Caller,
  before?: Unstructured,
): void {
  if (!custom) return;
  const known = before?.metadata.finalizers ?? [];
  for (const finalizer of finalizers.filter((one) => isUnqualified(one) && !known.includes(one))) {
    const why = 'prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers';
    warn(`metadata.finalizers: ${JSON.stringify(finalizer)}: ${why}`);
  }
}

/** They are taken, with a warning. */
export function withoutDoubledOwners(object: Unstructured, { warn }: Caller): Unstructured {
  const { ownerReferences: owners = [] } = object.metadata;
  const doubled = owners.filter((owner, at) => isRepeated(owners, owner, at));
  if (doubled.length === 0) return object;
  const uids = [...new Set(doubled.map(({ uid }) => uid))].join(', ');
  warn(
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids}`,
  );
  const ownerReferences = owners.filter((owner, at) => !isRepeated(owners, owner, at));
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

const isRepeated = (owners: readonly OwnerReference[], owner: OwnerReference, at: number): boolean =>
  owners.findIndex((other) => equalJson(other, owner)) < at;
