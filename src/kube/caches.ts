import type { KubeObject } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import { apiVersionOf } from '../api/resource.js';
import type { Logger } from '../control/log.js';
import type { Cache, IndexFunction } from './cache.js';
import type { KubeClient, ListOptions, ObjectOf } from './client.js';
import { type Informer, startInformer } from './informer.js';

export interface CacheOptions<T extends KubeObject> extends ListOptions {
  /** Added to the shared cache; two callers that use one name must pass the same function. */
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
}

/** One shared watch per kind and selection, however many loops read it. */
export interface Caches {
  of<R extends ResourceType>(type: R, options?: CacheOptions<ObjectOf<R>>): Cache<ObjectOf<R>>;
  /** Resolves when every cache asked for so far holds its first complete list. */
  whenSynced(signal: AbortSignal): Promise<void>;
}

export function createCaches(client: KubeClient, log: Logger, signal: AbortSignal): Caches {
  const informers = new Map<string, unknown>();
  return {
    of: <R extends ResourceType>(type: R, options: CacheOptions<ObjectOf<R>> = {}) => {
      const { namespace = '', labelSelector = '', fieldSelector = '', indexes = {} } = options;
      const key = JSON.stringify([apiVersionOf(type), type.plural, namespace, labelSelector, fieldSelector]);
      // The key holds the type, so what was stored under it watches objects of that type.
      let informer = informers.get(key) as Informer<ObjectOf<R>> | undefined;
      if (!informer) {
        informer = startInformer(client, type, { ...options, log, trim: withoutManagedFields }, signal);
        informers.set(key, informer);
      } else {
        for (const [name, valuesOf] of Object.entries(indexes)) informer.addIndex(name, valuesOf);
      }
      return informer;
    },
    whenSynced: async (until) => {
      // As above: only informers are stored.
      const started = [...informers.values()] as Cache[];
      await Promise.all(started.map((cache) => cache.whenSynced(until)));
    },
  };
}

/** A third of a typical object; whoever needs them asks the server. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
