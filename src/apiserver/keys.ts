import type { NamespacedName } from '../api/meta.js';
import type { Kind } from './kind.js';

/** Where all objects of a kind are stored, as `bucketOf` finds it in a key. */
export const bucketFor = ({ storage }: Pick<Kind, 'storage'>): string =>
  `${storage.group === '' ? 'core' : storage.group}/${storage.plural}`;

/** Where an object is stored. */
export const keyFor = (kind: Kind, namespace: string, name: string): string =>
  kind.namespaced ? `${bucketFor(kind)}/${namespace}/${name}` : `${bucketFor(kind)}/${name}`;

/** Where the objects of a collection are stored; `''` for all namespaces. */
export const prefixFor = (kind: Kind, namespace: string): string =>
  kind.namespaced && namespace !== '' ? `${bucketFor(kind)}/${namespace}/` : `${bucketFor(kind)}/`;

/** Resources that have another name in the etcd of a kube-apiserver. */
const ETCD_NAMES: Readonly<Record<string, string>> = {
  endpoints: 'services/endpoints',
  ingresses: 'ingress',
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  services: 'services/specs',
  customresourcedefinitions: 'apiextensions.k8s.io/customresourcedefinitions',
};

/** Where a kube-apiserver would keep an object, which is what its conflicts of uids speak of; a dry run does not get as far as etcd. */
export function etcdKey(kind: Kind, { namespace = '', name }: NamespacedName, dryRun: boolean): string {
  const { custom, group, plural, namespaced } = kind;
  const resource = custom ? `${group}/${plural}` : (ETCD_NAMES[plural] ?? plural);
  return [dryRun ? '' : '/registry', resource, ...(namespaced ? [namespace] : []), name].join('/');
}
