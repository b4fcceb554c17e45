import type { KubeObject } from '../../api/meta.js';
import type { LocalApi } from '../local-api.js';
import { definitionKind } from './registry.js';

const MANAGER = { fieldManager: 'apiserver' };

/** Creates the CRDs the server is started with, or brings those of an earlier version up to date. */
export async function installDefinitions(local: LocalApi, crds: readonly KubeObject[]): Promise<void> {
  const kind = definitionKind(local);
  await Promise.all(
    crds.map(async (crd) => {
      const existing = local.get(kind, { name: crd.metadata.name });
      if (!existing) return local.create(kind, crd, MANAGER);
      const { resourceVersion: _, ...metadata } = existing.metadata;
      const labels = { ...metadata.labels, ...crd.metadata.labels };
      return local.update(kind, { ...existing, ...crd, metadata: { ...metadata, labels } }, MANAGER);
    }),
  );
}
