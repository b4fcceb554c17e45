import type { ResourceType } from '../api/resource.js';
import { isNotFound, type KubeClient } from '../kube/client.js';

/** From apiVersion and kind to the resource that serves them, as the cluster's discovery says. */
export interface Mapper {
  /** Undefined when the cluster serves no such kind; throws when it could not be asked. */
  map(apiVersion: string, kind: string): Promise<ResourceType | undefined>;
}

interface ApiResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/** Asks for one group version at a time, when first needed and again when a kind is missing. A kind once known stays known. */
export function createMapper(client: KubeClient, signal: AbortSignal): Mapper {
  const known = new Map<string, ResourceType>();
  const asking = new Map<string, Promise<void>>();

  const ask = async (apiVersion: string): Promise<void> => {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const path = group === '' ? `/api/${version}` : `/apis/${apiVersion}`;
    let list: ApiResourceList;
    try {
      // The shape of discovery is fixed by Kubernetes.
      list = (await client.request('GET', path, undefined, signal)) as ApiResourceList;
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    for (const { name, kind, namespaced } of list.resources ?? []) {
      if (name.includes('/')) continue;
      known.set(`${apiVersion} ${kind}`, {
        group: group ?? '',
        version: version ?? '',
        kind,
        plural: name,
        namespaced,
      });
    }
  };

  return {
    map: async (apiVersion, kind) => {
      const key = `${apiVersion} ${kind}`;
      const found = known.get(key);
      if (found) return found;
      let running = asking.get(apiVersion);
      if (!running) {
        running = ask(apiVersion).finally(() => asking.delete(apiVersion));
        asking.set(apiVersion, running);
      }
      await running;
      return known.get(key);
    },
  };
}
