import type { Unstructured } from '../api/meta.js';
import type { LocalApi } from './local-api.js';
import { StatusError } from './status-error.js';

export const DEFAULT_NAMESPACES: readonly Unstructured[] = [
  'default',
  'kube-system',
  'kube-public',
  'kube-node-lease',
].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));

/** Creates those of the objects that do not exist; the others stay as they were left. */
export async function createMissing(local: LocalApi, objects: readonly Unstructured[]): Promise<void> {
  await Promise.all(objects.map((object) => createIfMissing(local, object)));
}

async function createIfMissing(local: LocalApi, object: Unstructured): Promise<void> {
  const kind = local.kindOf(object.apiVersion, object.kind);
  if (!kind) throw new Error(`${object.apiVersion} ${object.kind} is not served`);
  const { name, namespace } = object.metadata;
  if (local.get(kind, namespace === undefined ? { name } : { namespace, name })) return;
  await local.create(kind, object, { fieldManager: 'apiserver' }).catch((error: unknown) => {
    // Somebody else made it first.
    if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
  });
}
