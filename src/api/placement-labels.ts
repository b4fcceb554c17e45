/** API group of clusters, sets and placements. */
export const CLUSTER_GROUP = 'cluster.open-cluster-management.io';

/** Exclusive set membership of a ManagedCluster; empty or absent means none. */
export const CLUSTER_SET_LABEL = `${CLUSTER_GROUP}/clusterset`;

/** On a PlacementDecision: the placement it belongs to. Consumers find decisions by it, never by name. */
export const PLACEMENT_LABEL = `${CLUSTER_GROUP}/placement`;
export const DECISION_GROUP_INDEX_LABEL = `${CLUSTER_GROUP}/decision-group-index`;
export const DECISION_GROUP_NAME_LABEL = `${CLUSTER_GROUP}/decision-group-name`;

/** On a Placement, value exactly `true`: nothing of it is scheduled or written. */
export const SCHEDULING_DISABLED_ANNOTATION = `${CLUSTER_GROUP}/experimental-scheduling-disable`;

/** On the `default` or `global` set, value exactly `false`: its selector is not rolled back. */
export const AUTO_UPDATE_ANNOTATION = `${CLUSTER_GROUP}/autoupdate`;
