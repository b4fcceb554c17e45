import type { KubeObject, Unstructured } from '../../api/meta.js';
import { equalJson, isJsonObject, type JsonObject } from '../../apimachinery/json.js';
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
      if (isInstalled(existing, crd)) return existing;
      const { resourceVersion: _, ...metadata } = existing.metadata;
      const labels = { ...metadata.labels, ...crd.metadata.labels };
      return local.update(kind, { ...existing, ...crd, metadata: { ...metadata, labels } }, MANAGER);
    }),
  );
}

/** Nothing of `crd` is different in what is there; checking all schemas again would make every restart slower. */
function isInstalled(existing: Unstructured, crd: KubeObject): boolean {
  const wanted: JsonObject = { ...crd }; // any JSON object, looked at member by member
  const labels = Object.entries(crd.metadata.labels ?? {});
  return (
    contains(existing.spec, wanted.spec) && labels.every(([key, value]) => existing.metadata.labels?.[key] === value)
  );
}

const contains = (have: unknown, want: unknown): boolean =>
  isJsonObject(have) && isJsonObject(want) && Object.entries(want).every(([key, value]) => equalJson(have[key], value));
