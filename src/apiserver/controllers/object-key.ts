import type { Unstructured } from '../../api/meta.js';
import { apiVersionOf, type ResourceType } from '../../api/resource.js';
import type { Kind } from '../kind.js';
import type { LocalApi } from '../local-api.js';

/** An object of any kind as the key of a queue. */
export const objectKey = (kind: ResourceType, { metadata }: Unstructured): string =>
  keyOfParts(apiVersionOf(kind), kind.kind, metadata.namespace ?? '', metadata.name);

export const keyOfParts = (apiVersion: string, kind: string, namespace: string, name: string): string =>
  [apiVersion, kind, namespace, name].join('|');

/** The kind and the object of a key, as far as they still exist. */
export function findByKey(local: LocalApi, key: string): { kind: Kind; object: Unstructured } | undefined {
  const [apiVersion = '', kindName = '', namespace = '', name = ''] = key.split('|');
  const kind = local.kindOf(apiVersion, kindName);
  const object = kind && local.get(kind, namespace === '' ? { name } : { namespace, name });
  return kind && object ? { kind, object } : undefined;
}
