import type { AppliedManifestWork } from '../api/applied-work.js';
import { AppliedManifestWork as Record } from '../api/applied-work.js';
import type { OwnerReference } from '../api/meta.js';
import { apiVersionOf } from '../api/resource.js';
import type { DeleteOption } from '../api/work.js';
import type { ResourceName } from './config.js';

const RECORD_API_VERSION = apiVersionOf(Record);

export const ownerReferenceOf = ({ metadata }: AppliedManifestWork): OwnerReference => ({
  apiVersion: RECORD_API_VERSION,
  kind: Record.kind,
  name: metadata.name,
  uid: metadata.uid ?? '',
});

/** Whether deleting the work deletes this object. Orphaning rules know no wildcard. */
export function isOwned(option: DeleteOption | undefined, object: ResourceName): boolean {
  if (option === undefined || option.propagationPolicy === 'Foreground') return true;
  if (option.propagationPolicy === 'Orphan') return false;
  return !option.selectivelyOrphans?.orphaningRules?.some(
    ({ group = '', resource, namespace = '', name }) =>
      group === object.group && resource === object.resource && namespace === object.namespace && name === object.name,
  );
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

const sameOwner = (a: OwnerReference, b: OwnerReference): boolean =>
  a.name === b.name && a.kind === b.kind && groupOf(a.apiVersion) === groupOf(b.apiVersion);

/** `references` with `wanted` among them; an entry for the same owner with another uid is overwritten. */
export function withOwner(references: readonly OwnerReference[], wanted: OwnerReference): OwnerReference[] {
  const index = references.findIndex((reference) => sameOwner(reference, wanted));
  if (index < 0) return [...references, wanted];
  return references.map((reference, at) => (at === index ? wanted : reference));
}

export const withoutOwner = (references: readonly OwnerReference[], owner: OwnerReference): OwnerReference[] =>
  references.filter((reference) => !sameOwner(reference, owner));

/** Other works whose records own the object too; whether those records still exist is not looked at. */
export const hasOtherRecord = (references: readonly OwnerReference[], uid: string): boolean =>
  references.some(
    (reference) =>
      reference.apiVersion === RECORD_API_VERSION && reference.kind === Record.kind && reference.uid !== uid,
  );
