import type { InventoryEntry } from '../api/gitsource.js';
import type { Manifest } from './validate.js';

// What others refer to comes first; kinds that are not named come last. Removal goes the other way round.
const ORDER = [
  'Namespace',
  'ManagedClusterSet',
  'ManagedCluster',
  'ManagedClusterSetBinding',
  'AddOnPlacementScore',
  'Placement',
  'PlacementDecision',
  'ManifestWork',
  'ManifestWorkReplicaSet',
];

const rank = (kind: string): number => {
  const at = ORDER.indexOf(kind);
  return at < 0 ? ORDER.length : at;
};

/** Tells objects apart; the version of the API is only a way to look at one. */
export const idOf = ({ group, kind, namespace, name }: Omit<InventoryEntry, 'version'>): string =>
  `${group}/${kind}/${namespace ?? ''}/${name}`;

export const entryOf = ({ type, object }: Manifest): InventoryEntry => ({
  group: type.group,
  version: type.version,
  kind: type.kind,
  ...(object.metadata.namespace ? { namespace: object.metadata.namespace } : {}),
  name: object.metadata.name,
});

export interface Difference {
  /** In the order in which they are to be applied. */
  readonly apply: readonly Manifest[];
  /** In the order in which they are to be deleted. */
  readonly prune: readonly InventoryEntry[];
  /** What the inventory must hold before the first write, so that nothing is ever forgotten. */
  readonly inventory: readonly InventoryEntry[];
}

const compare = (a: InventoryEntry, b: InventoryEntry): number =>
  rank(a.kind) - rank(b.kind) || (idOf(a) < idOf(b) ? -1 : 1);

/** Pure: from what was applied and what the commit holds to what is to be done. */
export function diff(inventory: readonly InventoryEntry[], manifests: readonly Manifest[]): Difference {
  const wanted = new Set(manifests.map((manifest) => idOf(entryOf(manifest))));
  const gone = inventory.filter((entry) => !wanted.has(idOf(entry))).sort(compare);
  const entries = manifests.map((manifest) => ({ manifest, entry: entryOf(manifest) }));
  entries.sort((a, b) => compare(a.entry, b.entry));
  return {
    apply: entries.map(({ manifest }) => manifest),
    prune: gone.toReversed(),
    inventory: [...entries.map(({ entry }) => entry), ...gone].sort(compare),
  };
}
