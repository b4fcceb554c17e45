import { ManagedCluster } from '../api/cluster.js';
import type { InventoryEntry } from '../api/gitsource.js';
import { type KubeObject, keyOf } from '../api/meta.js';
import { PlacementDecision } from '../api/placement-decision.js';
import { PLACEMENT_LABEL } from '../api/placement-labels.js';
import { REPLICA_SET_LABEL } from '../api/replica-set.js';
import type { ResourceType } from '../api/resource.js';
import { ManifestWork } from '../api/work.js';
import { withDeadline } from '../control/deadline.js';
import { transient } from '../gitsource/failure.js';
import type { Cache } from '../kube/cache.js';
import type { Caches } from '../kube/caches.js';
import { ownerOf } from './source-plan.js';

/** The objects of Git kinds as they are on the hub now. */
export interface HubObjects {
  /** Resolves when everything about these kinds is known; only then may `live` be believed. */
  whenSynced(types: readonly ResourceType[], signal: AbortSignal): Promise<void>;
  live(type: ResourceType, key: string): KubeObject | undefined;
  /** Clusters that lose something when the objects go, and how many clusters there are. */
  clustersOf(entries: readonly InventoryEntry[], signal: AbortSignal): Promise<{ names: string[]; all: number }>;
}

/** Called for each change of an object that a source owns or owned. */
export type Drift = (source: string, type: ResourceType, key: string, after: KubeObject | undefined) => void;

// A kind that is not installed or may not be listed never syncs; that must not hold a worker for ever.
const SYNC_MS = 15_000;

/** Watches a kind from the moment a source first uses it. */
export function createHubObjects(caches: Caches, drift: Drift): HubObjects {
  const watched = new Map<string, Cache>();

  const cacheOf = (type: ResourceType): Cache => {
    const name = `${type.group}/${type.kind}`;
    const known = watched.get(name);
    if (known) return known;
    const cache: Cache = caches.of(type);
    watched.set(name, cache);
    cache.onChange(({ before, after }) => {
      const object = after ?? before;
      const owners = new Set([before, after].flatMap((one) => (one ? [ownerOf(one)] : [])));
      for (const owner of owners) if (object && owner !== undefined) drift(owner, type, keyOf(object), after);
    });
    return cache;
  };

  const clustersOfEntry = ({ kind, namespace = '', name }: InventoryEntry): string[] => {
    if (kind === 'ManagedCluster') return [name];
    if (kind === 'ManifestWork') return [namespace];
    const labelled = (object: KubeObject, label: string, value: string): boolean =>
      object.metadata.labels?.[label] === value;
    if (kind === 'Placement') {
      return caches
        .of(PlacementDecision)
        .list()
        .filter((one) => one.metadata.namespace === namespace && labelled(one, PLACEMENT_LABEL, name))
        .flatMap(({ status }) => status?.decisions?.map(({ clusterName }) => clusterName) ?? []);
    }
    if (kind !== 'ManifestWorkReplicaSet') return [];
    return caches
      .of(ManifestWork)
      .list()
      .filter((work) => labelled(work, REPLICA_SET_LABEL, `${namespace}.${name}`))
      .flatMap(({ metadata }) => (metadata.namespace ? [metadata.namespace] : []));
  };

  return {
    whenSynced: async (types, signal) => {
      const caches = types.map((type) => ({ type, cache: cacheOf(type) })).filter(({ cache }) => !cache.synced);
      if (caches.length === 0) return;
      await withDeadline(SYNC_MS, async (deadline) => {
        const patience = AbortSignal.any([signal, deadline]);
        await Promise.all(caches.map(({ cache }) => cache.whenSynced(patience)));
      }).catch((cause: unknown) => {
        const kinds = caches.filter(({ cache }) => !cache.synced).map(({ type }) => `${type.plural}.${type.group}`);
        throw transient(
          'HubRefused',
          `cannot watch ${kinds.join(', ')}: is the kind installed and may it be listed?`,
          cause,
        );
      });
    },
    live: (type, key) => cacheOf(type).get(key),
    clustersOf: async (entries, signal) => {
      const clusters = caches.of(ManagedCluster);
      await Promise.all(
        [clusters, caches.of(PlacementDecision), caches.of(ManifestWork)].map((cache) => cache.whenSynced(signal)),
      );
      return { names: [...new Set(entries.flatMap(clustersOfEntry))].sort(), all: clusters.list().length };
    },
  };
}
