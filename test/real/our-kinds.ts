import { crdOf } from '../../src/api/crd.js';
import { KINDS } from '../../src/api/kinds.js';
import type { Resource } from '../../src/api/resource.js';
import { isNotFound, type KubeClient } from '../../src/kube/client.js';
import { until } from '../until.js';

const CRD_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Makes a server serve our kinds. Established is said a moment before it is true: resolves when they are served. */
export async function installKinds(client: KubeClient, kinds: readonly Resource[] = KINDS): Promise<void> {
  await Promise.all(kinds.map((kind) => client.request('POST', CRD_PATH, crdOf(kind))));
  await until('all our kinds are served', () => isEach(client, kinds, () => true));
}

export const allGone = (client: KubeClient): Promise<true> =>
  until('no object of our kinds is left', () => isEach(client, KINDS, (count) => count === 0));

async function isEach(
  client: KubeClient,
  kinds: readonly Resource[],
  isFitting: (count: number) => boolean,
): Promise<boolean> {
  try {
    const lists = await Promise.all(kinds.map((kind) => client.list(kind)));
    return lists.every(({ items }) => isFitting(items.length));
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
