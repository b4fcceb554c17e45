const RANKS: readonly (readonly string[])[] = [
  ['PriorityClass', 'Namespace', 'CustomResourceDefinition', 'StorageClass', 'PersistentVolume', 'PodSecurityPolicy'],
  ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  ['NetworkPolicy', 'ResourceQuota', 'LimitRange', 'PodDisruptionBudget', 'ServiceAccount'],
  ['Secret', 'ConfigMap', 'PersistentVolumeClaim'],
  ['Service'],
  [
    'DaemonSet',
    'Pod',
    'ReplicationController',
    'ReplicaSet',
    'Deployment',
    'HorizontalPodAutoscaler',
    'StatefulSet',
    'Job',
    'CronJob',
  ],
  [
    'APIService',
    'MutatingWebhookConfiguration',
    'ValidatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
  ],
];

const RANK_OF: ReadonlyMap<string, number> = new Map(
  RANKS.flatMap((kinds, rank) => kinds.map((kind) => [kind, rank] as const)),
);
const OTHER = 1000;
const UNDECODABLE = 1001;

/** Lower is applied earlier; group and version do not count. */
export const rankOf = (kind: string | undefined): number =>
  kind === undefined ? UNDECODABLE : (RANK_OF.get(kind) ?? OTHER);

/** The order in which manifests are applied; those of one rank keep the order of the spec. */
export const applyOrder = <T extends { readonly kind: string | undefined }>(manifests: readonly T[]): T[] =>
  [...manifests].sort((a, b) => rankOf(a.kind) - rankOf(b.kind));
