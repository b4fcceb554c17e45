import type { AppliedResource } from '../api/applied-work.js';
import { keyOf } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';

type Identity = Pick<AppliedResource, 'group' | 'resource' | 'namespace' | 'name'>;

const identityOf = ({ group = '', resource, namespace = '', name }: Identity): string =>
  [group, resource, namespace, name].join('/');

const order = ({ group = '', version, resource, namespace = '', name }: AppliedResource): string =>
  [group, version, resource, namespace, name].join('\0');

/** Group, version, resource, namespace, name; an object that is listed twice stays listed twice. */
export const sortedResources = (resources: readonly AppliedResource[]): AppliedResource[] =>
  [...resources].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));

/** Entries of `old` that no manifest asks for any more, whatever their version or uid. */
export function leftOver(old: readonly AppliedResource[], wanted: readonly AppliedResource[]): AppliedResource[] {
  const kept = new Set(wanted.map(identityOf));
  return old.filter((resource) => !kept.has(identityOf(resource)));
}

/** Enough of a type to address the entry; the kind is not recorded and only appears in texts. */
export const typeOf = ({ group = '', version, resource, namespace }: AppliedResource): ResourceType => ({
  group,
  version,
  kind: resource,
  plural: resource,
  namespaced: namespace !== undefined && namespace !== '',
});

export const resourceKey = ({ name, namespace }: AppliedResource): string =>
  keyOf({ apiVersion: '', kind: '', metadata: { name, ...(namespace ? { namespace } : {}) } });
