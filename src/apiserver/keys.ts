import type { Kind } from './kind.js';

const bucket = ({ storage }: Pick<Kind, 'storage'>): string =>
  `${storage.group === '' ? 'core' : storage.group}/${storage.plural}/`;

/** Where an object is stored. */
export const keyFor = (kind: Kind, namespace: string, name: string): string =>
  kind.namespaced ? `${bucket(kind)}${namespace}/${name}` : `${bucket(kind)}${name}`;

/** Where the objects of a collection are stored; `''` for all namespaces. */
export const prefixFor = (kind: Kind, namespace: string): string =>
  kind.namespaced && namespace !== '' ? `${bucket(kind)}${namespace}/` : bucket(kind);
