import type { AppliedManifestWork } from '../api/applied-work.js';
import type { Unstructured } from '../api/meta.js';
import type { ManifestWork } from '../api/work.js';
import { digestOf } from './digest.js';
import type { Mapper } from './mapper.js';
import { decoded, itemsOfSpec } from './plan.js';
import type { WorkMemory } from './work-memory.js';

/** Maps every manifest; a group that cannot be asked leaves its manifests without type and says why. */
export async function mappedItems(work: ManifestWork, record: AppliedManifestWork, memory: WorkMemory, mapper: Mapper) {
  const spec = work.spec ?? {};
  const generation = work.metadata.generation ?? 0;
  // Denied or granted, an executor's rights are looked at again for every generation.
  const salt = [record.metadata.uid, spec.executor ? generation : 0];
  const errors = new Map<string, string>();
  const types = new Map<string, Awaited<ReturnType<Mapper['map']>>>();
  for (const manifest of decoded(spec)) {
    if (!manifest) continue;
    const id = `${manifest.apiVersion} ${manifest.kind}`;
    try {
      types.set(id, await mapper.map(manifest.apiVersion, manifest.kind));
    } catch (error) {
      errors.set(id, error instanceof Error ? error.message : String(error));
    }
  }
  const digests = digestsOf(work, memory);
  const typeOf = ({ apiVersion, kind }: Unstructured) => types.get(`${apiVersion} ${kind}`);
  return { items: itemsOfSpec(spec, typeOf, { salt, generation, digests }), errors };
}

function digestsOf({ metadata, spec }: ManifestWork, memory: WorkMemory): readonly string[] {
  const of = `${metadata.uid} ${metadata.generation}`;
  if (memory.digests?.of !== of) memory.digests = { of, list: (spec?.workload?.manifests ?? []).map(digestOf) };
  return memory.digests.list;
}
