import type { ManagedCluster } from '../api/cluster.js';
import type { ManagedClusterSet } from '../api/cluster-set.js';
import { condition, type NewCondition } from '../api/conditions.js';

export const clusterSetEmpty = (members: number): NewCondition =>
  members === 0
    ? condition('ClusterSetEmpty', 'True', 'NoClusterMatched', 'No ManagedCluster selected')
    : condition('ClusterSetEmpty', 'False', 'ClustersSelected', `${members} ManagedClusters selected`);

export const bound = (setExists: boolean): NewCondition =>
  setExists ? condition('Bound', 'True', 'ClusterSetBound') : condition('Bound', 'False', 'ClusterSetNotFound');

type Selector = ManagedClusterSet['spec']['clusterSelector'];

/** The sets every hub has, with the selectors they keep unless somebody opts out. */
export const STANDARD_SETS: ReadonlyMap<string, Selector> = new Map<string, Selector>([
  ['default', { selectorType: 'ExclusiveClusterSetLabel' }],
  ['global', { selectorType: 'LabelSelector', labelSelector: {} }],
]);

type ManagedNamespaces = NonNullable<NonNullable<ManagedCluster['status']>['managedNamespaces']>;

/** Namespaces the sets ask a cluster to have, by set and name; what its agent reported about them stays. */
export function managedNamespaces(
  sets: readonly ManagedClusterSet[],
  reported: ManagedNamespaces | undefined,
): ManagedNamespaces {
  return sets
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .toSorted((a, b) => compare(a.metadata.name, b.metadata.name))
    .flatMap(({ metadata, spec }) =>
      (spec.managedNamespaces ?? [])
        .toSorted((a, b) => compare(a.name, b.name))
        .map(({ name }) => {
          const known = reported?.find((entry) => entry.clusterSet === metadata.name && entry.name === name);
          return known ?? { clusterSet: metadata.name, name };
        }),
    );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
