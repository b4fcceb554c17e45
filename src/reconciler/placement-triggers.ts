import type { AddOnPlacementScore } from '../api/addon-score.js';
import type { ManagedCluster } from '../api/cluster.js';
import type { ManagedClusterSet, ManagedClusterSetBinding } from '../api/cluster-set.js';
import { keyOf } from '../api/meta.js';
import type { Placement } from '../api/placement.js';
import type { Change } from '../kube/cache.js';
import { celScoreNames } from '../scheduler/cel-selector.js';
import type { FleetIndex } from '../scheduler/fleet.js';
import type { Profile } from '../scheduler/profile.js';
import { isRelevant } from '../scheduler/relevance.js';
import type { Snapshot } from '../scheduler/snapshot.js';

/** Which placements a change of something else can affect; gives their keys. */
export class PlacementTriggers {
  readonly #fleet: FleetIndex;
  readonly #profile: Profile;
  readonly #inNamespace: (namespace: string) => readonly Placement[];

  constructor(fleet: FleetIndex, profile: Profile, inNamespace: (namespace: string) => readonly Placement[]) {
    this.#fleet = fleet;
    this.#profile = profile;
    this.#inNamespace = inNamespace;
  }

  /** The index must hold the new state already; the old one still counts through `before`. */
  ofCluster({ before, after }: Change<ManagedCluster>, snapshot: Snapshot): readonly string[] {
    const old = before && !before.metadata.deletionTimestamp ? new Set(this.#fleet.setsOf(before)) : new Set<string>();
    const now = after && !after.metadata.deletionTimestamp ? new Set(this.#fleet.setsOf(after)) : new Set<string>();
    const keys: string[] = [];
    for (const { placement, sets } of this.#using([...old, ...now])) {
      const change = {
        before: sets.some((set) => old.has(set)) ? before : undefined,
        after: sets.some((set) => now.has(set)) ? after : undefined,
      };
      if (isRelevant(placement, change, snapshot, this.#profile)) keys.push(keyOf(placement));
    }
    return keys;
  }

  /** Status and metadata of a set decide nothing. */
  ofSet({ before, after }: Change<ManagedClusterSet>): readonly string[] {
    if (before && after && JSON.stringify(before.spec) === JSON.stringify(after.spec)) return [];
    const name = (after ?? before)?.metadata.name ?? '';
    const keys: string[] = [];
    for (const namespace of this.#fleet.namespacesBinding(name)) {
      keys.push(...this.#ofBinding(namespace, name, !before || !after));
    }
    return keys;
  }

  /** Only the existence of a binding counts. */
  ofBinding({ before, after }: Change<ManagedClusterSetBinding>): readonly string[] {
    if (before && after) return [];
    const { namespace = '', name = '' } = (after ?? before)?.metadata ?? {};
    return this.#ofBinding(namespace, name, true);
  }

  ofScore({ before, after }: Change<AddOnPlacementScore>): readonly string[] {
    const { namespace: cluster = '', name: resource = '' } = (after ?? before)?.metadata ?? {};
    const known = this.#fleet.cluster(cluster);
    if (!known) return [];
    return [...this.#using(this.#fleet.setsOf(known))]
      .filter(({ placement }) => readsScore(placement, resource))
      .map(({ placement }) => keyOf(placement));
  }

  /** Placements that list other sets notice only whether there is any binding at all. */
  #ofBinding(namespace: string, set: string, comesOrGoes: boolean): readonly string[] {
    const others = this.#fleet.boundSets(namespace).filter((name) => name !== set);
    const isOnly = comesOrGoes && others.length === 0;
    return this.#inNamespace(namespace)
      .filter(({ spec }) => isOnly || !spec.clusterSets?.length || spec.clusterSets.includes(set))
      .map(keyOf);
  }

  /** Placements that may select from any of the sets, with all sets they use. */
  *#using(sets: readonly string[]): Generator<{ placement: Placement; sets: readonly string[] }> {
    const namespaces = new Set(sets.flatMap((set) => [...this.#fleet.namespacesBinding(set)]));
    for (const namespace of namespaces) {
      const bound = this.#fleet.boundSets(namespace);
      for (const placement of this.#inNamespace(namespace)) {
        const wanted = placement.spec.clusterSets;
        const used = wanted?.length ? bound.filter((name) => wanted.includes(name)) : bound;
        if (used.some((set) => sets.includes(set))) yield { placement, sets: used };
      }
    }
  }
}

function readsScore({ spec }: Placement, resource: string): boolean {
  const ranks = spec.prioritizerPolicy?.configurations?.some(
    ({ scoreCoordinate: { type, addOn } }) => type === 'AddOn' && addOn?.resourceName === resource,
  );
  if (ranks) return true;
  const expressions = (spec.predicates ?? []).flatMap(
    ({ requiredClusterSelector }) => requiredClusterSelector?.celSelector?.celExpressions ?? [],
  );
  const names = celScoreNames(expressions);
  return names === 'any' || names.includes(resource);
}
