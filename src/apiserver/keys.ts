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
