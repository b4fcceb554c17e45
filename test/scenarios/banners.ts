import { type KubeObject, keyOf } from '../../src/api/meta.js';
import { ManifestWorkReplicaSet } from '../../src/api/replica-set.js';
import { ManifestWork } from '../../src/api/work.js';
import type { Fleet } from './fleet.js';

const BANNER = /"banner":"([^"]*)"/;
const CARRIERS: readonly string[] = [ManifestWorkReplicaSet.kind, ManifestWork.kind, 'ConfigMap'];

/** What the example's banner is in an object; what a server keeps for itself does not count. */
function bannerOf(object: KubeObject | undefined): string | undefined {
  if (!object || !CARRIERS.includes(object.kind)) return undefined;
  const { metadata: _, status: __, ...own } = object as KubeObject & { status?: unknown };
  return BANNER.exec(JSON.stringify(own))?.[1];
}

/** Follows the banner of the example on its way from now on: each value an object took, in order, once for each write of it. */
export async function followBanners(fleet: Fleet): Promise<() => Promise<Readonly<Record<string, readonly string[]>>>> {
  const taken: Record<string, readonly string[]> = {};
  for (const server of fleet.servers) {
    await server.observe((object, _type, before) => {
      const now = bannerOf(object);
      if (now === undefined || now === bannerOf(before)) return;
      const { kind } = object;
      const where = kind === ManifestWork.kind ? object.metadata.namespace : keyOf(object);
      taken[`${kind} ${where}`] = [...(taken[`${kind} ${where}`] ?? []), now];
    });
  }
  return async () => {
    await fleet.observed();
    return taken;
  };
}
