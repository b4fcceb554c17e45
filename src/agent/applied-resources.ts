import type { AppliedResource } from '../api/applied-work.js';
import { keyOf } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import type { Attempt } from './attempt.js';
import type { Look } from './observe.js';
import type { Item } from './plan.js';

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

/** Undefined when one manifest has no type or one object could not be looked at. */
export function resourcesOf(
  items: readonly Item[],
  looks: ReadonlyMap<string, Look>,
  attempts: ReadonlyMap<string, Attempt>,
): AppliedResource[] | undefined {
  const resources: AppliedResource[] = [];
  for (const { id, meta, type, config, basis } of items) {
    const look = looks.get(id);
    if (!type || !look || look.kind === 'unknown' || look.kind === 'incomplete') return undefined;
    const attempt = attempts.get(basis);
    // As OCM, what is only read is listed if it was there when this generation was first gone through.
    const readUid = config.strategy.type === 'ReadOnly' && attempt?.ok ? attempt.uid : undefined;
    const uid = readUid ?? (look.kind === 'present' ? look.seen.uid : '');
    if (uid === '') continue;
    const { group, namespace, version = '', resource = '', name = '' } = meta;
    resources.push({
      ...(group ? { group } : {}),
      version,
      resource,
      ...(namespace ? { namespace } : {}),
      name,
      uid,
    });
  }
  return resources;
}
