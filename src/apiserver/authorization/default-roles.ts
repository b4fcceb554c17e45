import type { Unstructured } from '../../api/meta.js';
import { RBAC_GROUP, RBAC_VERSION } from './rbac.js';
import type { PolicyRule } from './rules.js';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];

const rule = (group: string, resources: string, verbs: readonly string[]): PolicyRule => ({
  apiGroups: [group],
  resources: resources.split(' '),
  verbs,
});

/** What a namespace's people work with; secrets are not among what one may merely view. */
const WORKLOADS: readonly (readonly [group: string, resources: string])[] = [
  [
    '',
    'configmaps endpoints events persistentvolumeclaims pods replicationcontrollers replicationcontrollers/scale serviceaccounts services',
  ],
  [
    'apps',
    'controllerrevisions daemonsets deployments deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
  ],
  ['autoscaling', 'horizontalpodautoscalers'],
  ['batch', 'cronjobs jobs'],
  ['discovery.k8s.io', 'endpointslices'],
  ['networking.k8s.io', 'ingresses networkpolicies'],
  ['policy', 'poddisruptionbudgets'],
  ['coordination.k8s.io', 'leases'],
];
const STATUSES: readonly (readonly [group: string, resources: string])[] = [
  [
    '',
    'bindings limitranges namespaces namespaces/status persistentvolumeclaims/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status services/status',
  ],
  ['apps', 'daemonsets/status deployments/status replicasets/status statefulsets/status'],
  ['autoscaling', 'horizontalpodautoscalers/status'],
  ['batch', 'cronjobs/status jobs/status'],
  ['networking.k8s.io', 'ingresses/status'],
  ['policy', 'poddisruptionbudgets/status'],
];

const VIEW = [...WORKLOADS, ...STATUSES].map(([group, resources]) => rule(group, resources, READ));
const EDIT = [
  ...WORKLOADS.map(([group, resources]) => rule(group, resources, WRITE)),
  rule('', 'secrets', [...READ, ...WRITE]),
  rule('', 'serviceaccounts', ['impersonate']),
  rule('', 'serviceaccounts/token pods/eviction', ['create']),
];
const ADMIN = [
  rule(RBAC_GROUP, 'rolebindings roles', [...READ, ...WRITE]),
  rule('authorization.k8s.io', 'localsubjectaccessreviews', ['create']),
];

const AGGREGATE = `${RBAC_GROUP}/aggregate-to-`;

const DISCOVERY_PATHS = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
];
const PUBLIC_PATHS = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

interface ClusterRoleContent {
  readonly rules?: readonly PolicyRule[];
  /** The role takes over the rules of all roles made for it. */
  readonly aggregates?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const clusterRole = (name: string, { rules = [], aggregates, labels = {} }: ClusterRoleContent): Unstructured => ({
  apiVersion: RBAC_VERSION,
  kind: 'ClusterRole',
  metadata: {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [`${RBAC_GROUP}/autoupdate`]: 'true' },
  },
  ...(aggregates
    ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [AGGREGATE + aggregates]: 'true' } }] } }
    : {}),
  rules,
});

const aggregateTo = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [AGGREGATE + name, 'true']));

const clusterRoleBinding = (name: string, role: string, groups: readonly string[]): Unstructured => ({
  apiVersion: RBAC_VERSION,
  kind: 'ClusterRoleBinding',
  metadata: {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
    annotations: { [`${RBAC_GROUP}/autoupdate`]: 'true' },
  },
  roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: role },
  subjects: groups.map((group) => ({ apiGroup: RBAC_GROUP, kind: 'Group', name: group })),
});

/** The roles and bindings every server has from its start. */
export const DEFAULT_ROLES: readonly Unstructured[] = [
  clusterRole('cluster-admin', {
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ],
  }),
  // Their rules are those of the roles they select, and are here only to be read.
  clusterRole('admin', { aggregates: 'admin', rules: [...ADMIN, ...EDIT, ...VIEW] }),
  clusterRole('edit', { aggregates: 'edit', rules: [...EDIT, ...VIEW] }),
  clusterRole('view', { aggregates: 'view', rules: VIEW }),
  clusterRole('system:aggregate-to-admin', { rules: ADMIN, labels: aggregateTo(['admin']) }),
  clusterRole('system:aggregate-to-edit', { rules: EDIT, labels: aggregateTo(['admin', 'edit']) }),
  clusterRole('system:aggregate-to-view', { rules: VIEW, labels: aggregateTo(['admin', 'edit', 'view']) }),
  clusterRole('system:basic-user', {
    rules: [
      rule('authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews', ['create']),
      rule('authentication.k8s.io', 'selfsubjectreviews', ['create']),
    ],
  }),
  clusterRole('system:discovery', { rules: [{ nonResourceURLs: DISCOVERY_PATHS, verbs: ['get'] }] }),
  clusterRole('system:public-info-viewer', { rules: [{ nonResourceURLs: PUBLIC_PATHS, verbs: ['get'] }] }),
  clusterRole('system:auth-delegator', {
    rules: [
      rule('authentication.k8s.io', 'tokenreviews', ['create']),
      rule('authorization.k8s.io', 'subjectaccessreviews', ['create']),
    ],
  }),
  clusterRoleBinding('cluster-admin', 'cluster-admin', ['system:masters']),
  clusterRoleBinding('system:basic-user', 'system:basic-user', ['system:authenticated']),
  clusterRoleBinding('system:discovery', 'system:discovery', ['system:authenticated']),
  clusterRoleBinding('system:public-info-viewer', 'system:public-info-viewer', [
    'system:authenticated',
    'system:unauthenticated',
  ]),
];
