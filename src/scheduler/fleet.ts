import type { ManagedCluster } from '../api/cluster.js';
import type { ManagedClusterSet, ManagedClusterSetBinding } from '../api/cluster-set.js';
import { CLUSTER_SET_LABEL } from '../api/placement-labels.js';
import { type LabelSelector, labelSelectorFrom } from '../apimachinery/selector.js';
import type { Fleet } from './snapshot.js';

/** A set that a placement uses has a selector that selects nothing and nobody knows what it should. */
export class InvalidClusterSet extends Error {
  override readonly name = 'InvalidClusterSet';
}

type Selector = (cluster: ManagedCluster) => boolean;

interface SetEntry {
  readonly set: ManagedClusterSet;
  /** Undefined when the selector is invalid; then `error` says why. */
  readonly selects: Selector | undefined;
  readonly error?: Error;
  /** By name. */
  readonly members: ManagedCluster[];
}

/** Clusters, sets and bindings, indexed so that one change costs little however large the fleet is. */
export class FleetIndex implements Fleet {
  readonly #clusters = new Map<string, ManagedCluster>();
  readonly #sets = new Map<string, SetEntry>();
  readonly #bound = new Map<string, Set<string>>();
  readonly #namespaces = new Map<string, Set<string>>();
  /** When the members of a set last changed; kept for sets that are gone. */
  readonly #changed = new Map<string, number>();
  readonly #candidates = new Map<string, { readonly at: number; readonly clusters: readonly ManagedCluster[] }>();
  #clock = 0;

  boundSets(namespace: string): readonly string[] {
    return [...(this.#bound.get(namespace) ?? [])].filter((name) => this.#sets.has(name)).sort();
  }

  /** Namespaces with a binding of that name. */
  namespacesBinding(set: string): Iterable<string> {
    return this.#namespaces.get(set) ?? [];
  }

  cluster(name: string): ManagedCluster | undefined {
    return this.#clusters.get(name);
  }

  candidates(sets: readonly string[]): readonly ManagedCluster[] {
    const at = sets.reduce((latest, name) => Math.max(latest, this.#changed.get(name) ?? 0), 0);
    const key = sets.join('/');
    const known = this.#candidates.get(key);
    if (known && known.at === at) return known.clusters;
    const clusters = this.#collect(sets);
    this.#candidates.set(key, { at, clusters });
    return clusters;
  }

  /** Every member of the set, terminating clusters too. */
  members(set: string): readonly ManagedCluster[] {
    return this.#sets.get(set)?.members ?? [];
  }

  /** Why the set's selector cannot be used. */
  problemOf(set: string): Error | undefined {
    return this.#sets.get(set)?.error;
  }

  /** Sets the cluster belongs to as it is given, whether the index holds it or not. */
  setsOf(cluster: ManagedCluster): readonly string[] {
    const names: string[] = [];
    for (const [name, { selects }] of this.#sets) if (selects?.(cluster)) names.push(name);
    return names;
  }

  putCluster(cluster: ManagedCluster): void {
    this.#clusters.set(cluster.metadata.name, cluster);
    for (const [name, entry] of this.#sets) this.#place(name, entry, cluster);
  }

  removeCluster(name: string): void {
    this.#clusters.delete(name);
    for (const [set, { members }] of this.#sets) if (remove(members, name)) this.#touch(set);
  }

  putSet(set: ManagedClusterSet): void {
    const { name } = set.metadata;
    const compiled = selectorOf(set);
    const members: ManagedCluster[] = [];
    for (const cluster of this.#clusters.values()) if (compiled.selects?.(cluster)) members.push(cluster);
    this.#sets.set(name, { set, ...compiled, members: members.sort(byName) });
    this.#touch(name);
  }

  removeSet(name: string): void {
    if (this.#sets.delete(name)) this.#touch(name);
  }

  putBinding({ metadata: { namespace = '', name } }: ManagedClusterSetBinding): void {
    addTo(this.#bound, namespace, name);
    addTo(this.#namespaces, name, namespace);
  }

  removeBinding({ metadata: { namespace = '', name } }: ManagedClusterSetBinding): void {
    this.#bound.get(namespace)?.delete(name);
    this.#namespaces.get(name)?.delete(namespace);
  }

  #place(name: string, { selects, members }: SetEntry, cluster: ManagedCluster): void {
    const changed = selects?.(cluster) ? insert(members, cluster) : remove(members, cluster.metadata.name);
    if (changed) this.#touch(name);
  }

  #touch(set: string): void {
    this.#clock += 1;
    this.#changed.set(set, this.#clock);
  }

  #collect(names: readonly string[]): readonly ManagedCluster[] {
    const entries = names.flatMap((name) => this.#sets.get(name) ?? []);
    const invalid = entries.find(({ error }) => error);
    if (invalid?.error) throw invalid.error;
    const [first, ...more] = entries;
    if (!first) return [];
    const alive = first.members.filter(isAlive);
    if (more.length === 0) return alive;
    const union = new Set(alive);
    for (const { members } of more) for (const cluster of members) if (isAlive(cluster)) union.add(cluster);
    return [...union].sort(byName);
  }
}

/** The index of a world that does not change any more. */
export function fleetOf(world: {
  readonly clusters: readonly ManagedCluster[];
  readonly sets: readonly ManagedClusterSet[];
  readonly bindings: readonly ManagedClusterSetBinding[];
}): FleetIndex {
  const fleet = new FleetIndex();
  for (const cluster of world.clusters) fleet.putCluster(cluster);
  for (const set of world.sets) fleet.putSet(set);
  for (const binding of world.bindings) fleet.putBinding(binding);
  return fleet;
}

function selectorOf(set: ManagedClusterSet): { selects: Selector | undefined; error?: Error } {
  const { selectorType, labelSelector } = set.spec.clusterSelector;
  const { name } = set.metadata;
  switch (selectorType) {
    case 'ExclusiveClusterSetLabel':
      return { selects: ({ metadata }) => metadata.labels?.[CLUSTER_SET_LABEL] === name };
    case 'LabelSelector':
      return labelSelector ? compiled(name, () => labelSelectorFrom(labelSelector)) : { selects: () => false };
    default:
      return invalid(name, `selectorType is not right: ${String(selectorType satisfies never)}`);
  }
}

function compiled(set: string, compile: () => LabelSelector): { selects: Selector | undefined; error?: Error } {
  try {
    const selector = compile();
    return { selects: ({ metadata }) => selector.matches(metadata.labels ?? {}) };
  } catch (error) {
    return invalid(set, error instanceof Error ? error.message : String(error));
  }
}

const invalid = (set: string, message: string) => ({
  selects: undefined,
  error: new InvalidClusterSet(`ManagedClusterSet ${set}: spec.clusterSelector: ${message}`),
});

const isAlive = ({ metadata }: ManagedCluster): boolean => !metadata.deletionTimestamp;

const byName = (a: ManagedCluster, b: ManagedCluster): number => (a.metadata.name < b.metadata.name ? -1 : 1);

/** Where the name is, or would be. */
function search(sorted: readonly ManagedCluster[], name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle]?.metadata.name ?? '';
    if (at < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insert(sorted: ManagedCluster[], cluster: ManagedCluster): boolean {
  const at = search(sorted, cluster.metadata.name);
  const isThere = sorted[at]?.metadata.name === cluster.metadata.name;
  sorted.splice(at, isThere ? 1 : 0, cluster);
  return true;
}

function remove(sorted: ManagedCluster[], name: string): boolean {
  const at = search(sorted, name);
  if (sorted[at]?.metadata.name !== name) return false;
  sorted.splice(at, 1);
  return true;
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}
