import { ALL_VERBS, type NameRule } from '../kind.js';

/** What cannot be derived from the schema of a built-in kind. */
export interface Declaration {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Its name in the generated models. */
  readonly model: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Names of subresources; `subresources.ts` knows what they do. */
  readonly subresources?: readonly string[];
  /** All verbs when absent. */
  readonly verbs?: readonly string[];
  readonly nameRule?: NameRule;
  /** Fields a field selector may name beside the object's name and namespace. */
  readonly selectable?: readonly string[];
}

type Row = Omit<Declaration, 'group' | 'version' | 'namespaced' | 'model'> & { readonly model?: string };

const kinds = (groupVersion: string, namespaced: boolean, rows: readonly Row[]): readonly Declaration[] => {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  const prefix = version.charAt(0).toUpperCase() + version.slice(1);
  return rows.map((row) => ({ model: `${prefix}${row.kind}`, ...row, group, version, namespaced }));
};

const inNamespaces = (groupVersion: string, rows: readonly Row[]) => kinds(groupVersion, true, rows);
const inCluster = (groupVersion: string, rows: readonly Row[]) => kinds(groupVersion, false, rows);

const ALL = ['all'];
const STATUS = ['status'];
const SCALABLE = ['status', 'scale'];
const ANSWERED = ['create'];

const AUTOSCALER: Row = {
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ALL,
  subresources: STATUS,
};

export const DECLARATIONS: readonly Declaration[] = [
  ...inNamespaces('v1', [
    { kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'] },
    { kind: 'Endpoints', plural: 'endpoints', shortNames: ['ep'] },
    {
      kind: 'Event',
      plural: 'events',
      model: 'CoreV1Event',
      shortNames: ['ev'],
      selectable: [
        'involvedObject.kind',
        'involvedObject.namespace',
        'involvedObject.name',
        'involvedObject.uid',
        'involvedObject.apiVersion',
        'involvedObject.resourceVersion',
        'involvedObject.fieldPath',
        'reason',
        'reportingComponent',
        'source',
        'type',
      ],
    },
    { kind: 'LimitRange', plural: 'limitranges', shortNames: ['limits'] },
    { kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', shortNames: ['pvc'], subresources: STATUS },
    {
      kind: 'Pod',
      plural: 'pods',
      shortNames: ['po'],
      categories: ALL,
      subresources: ['status', 'binding', 'eviction', 'ephemeralcontainers', 'resize'],
      selectable: [
        'spec.nodeName',
        'spec.restartPolicy',
        'spec.schedulerName',
        'spec.serviceAccountName',
        'spec.hostNetwork',
        'status.phase',
        'status.podIP',
        'status.nominatedNodeName',
      ],
    },
    { kind: 'PodTemplate', plural: 'podtemplates' },
    {
      kind: 'ReplicationController',
      plural: 'replicationcontrollers',
      shortNames: ['rc'],
      categories: ALL,
      subresources: SCALABLE,
      selectable: ['status.replicas'],
    },
    { kind: 'ResourceQuota', plural: 'resourcequotas', shortNames: ['quota'], subresources: STATUS },
    { kind: 'Secret', plural: 'secrets', selectable: ['type'] },
    {
      kind: 'Service',
      plural: 'services',
      shortNames: ['svc'],
      categories: ALL,
      subresources: STATUS,
      nameRule: 'label',
      selectable: ['spec.clusterIP', 'spec.type'],
    },
    { kind: 'ServiceAccount', plural: 'serviceaccounts', shortNames: ['sa'], subresources: ['token'] },
  ]),
  ...inCluster('v1', [
    {
      kind: 'Namespace',
      plural: 'namespaces',
      shortNames: ['ns'],
      verbs: ALL_VERBS.filter((verb) => verb !== 'deletecollection'),
      subresources: ['status', 'finalize'],
      nameRule: 'label',
      selectable: ['status.phase'],
    },
    {
      kind: 'Node',
      plural: 'nodes',
      shortNames: ['no'],
      subresources: STATUS,
      selectable: ['spec.unschedulable'],
    },
    { kind: 'PersistentVolume', plural: 'persistentvolumes', shortNames: ['pv'], subresources: STATUS },
  ]),
  ...inNamespaces('apps/v1', [
    { kind: 'ControllerRevision', plural: 'controllerrevisions' },
    { kind: 'DaemonSet', plural: 'daemonsets', shortNames: ['ds'], categories: ALL, subresources: STATUS },
    { kind: 'Deployment', plural: 'deployments', shortNames: ['deploy'], categories: ALL, subresources: SCALABLE },
    { kind: 'ReplicaSet', plural: 'replicasets', shortNames: ['rs'], categories: ALL, subresources: SCALABLE },
    {
      kind: 'StatefulSet',
      plural: 'statefulsets',
      shortNames: ['sts'],
      categories: ALL,
      subresources: SCALABLE,
      nameRule: 'label',
    },
  ]),
  ...inNamespaces('batch/v1', [
    { kind: 'CronJob', plural: 'cronjobs', shortNames: ['cj'], categories: ALL, subresources: STATUS },
    { kind: 'Job', plural: 'jobs', categories: ALL, subresources: STATUS, selectable: ['status.successful'] },
  ]),
  ...inNamespaces('autoscaling/v2', [AUTOSCALER]),
  ...inNamespaces('autoscaling/v1', [AUTOSCALER]),
  ...inNamespaces('networking.k8s.io/v1', [
    { kind: 'Ingress', plural: 'ingresses', shortNames: ['ing'], subresources: STATUS },
    { kind: 'NetworkPolicy', plural: 'networkpolicies', shortNames: ['netpol'] },
  ]),
  ...inCluster('networking.k8s.io/v1', [{ kind: 'IngressClass', plural: 'ingressclasses' }]),
  ...inNamespaces('policy/v1', [
    {
      kind: 'PodDisruptionBudget',
      plural: 'poddisruptionbudgets',
      shortNames: ['pdb'],
      subresources: STATUS,
      nameRule: 'path-segment',
    },
  ]),
  ...inNamespaces('rbac.authorization.k8s.io/v1', [
    { kind: 'Role', plural: 'roles', nameRule: 'path-segment' },
    { kind: 'RoleBinding', plural: 'rolebindings', nameRule: 'path-segment' },
  ]),
  ...inCluster('rbac.authorization.k8s.io/v1', [
    { kind: 'ClusterRole', plural: 'clusterroles', nameRule: 'path-segment' },
    { kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', nameRule: 'path-segment' },
  ]),
  ...inNamespaces('coordination.k8s.io/v1', [{ kind: 'Lease', plural: 'leases' }]),
  ...inNamespaces('discovery.k8s.io/v1', [{ kind: 'EndpointSlice', plural: 'endpointslices' }]),
  ...inNamespaces('events.k8s.io/v1', [
    {
      kind: 'Event',
      plural: 'events',
      model: 'EventsV1Event',
      shortNames: ['ev'],
      selectable: ['reason', 'regarding.kind', 'regarding.name', 'regarding.namespace', 'regarding.uid', 'type'],
    },
  ]),
  ...inCluster('storage.k8s.io/v1', [
    { kind: 'CSIDriver', plural: 'csidrivers' },
    { kind: 'CSINode', plural: 'csinodes' },
    { kind: 'StorageClass', plural: 'storageclasses', shortNames: ['sc'] },
    { kind: 'VolumeAttachment', plural: 'volumeattachments', subresources: STATUS },
  ]),
  ...inNamespaces('storage.k8s.io/v1', [{ kind: 'CSIStorageCapacity', plural: 'csistoragecapacities' }]),
  ...inCluster('scheduling.k8s.io/v1', [{ kind: 'PriorityClass', plural: 'priorityclasses', shortNames: ['pc'] }]),
  ...inCluster('node.k8s.io/v1', [{ kind: 'RuntimeClass', plural: 'runtimeclasses' }]),
  ...inCluster('certificates.k8s.io/v1', [
    {
      kind: 'CertificateSigningRequest',
      plural: 'certificatesigningrequests',
      shortNames: ['csr'],
      subresources: ['status', 'approval'],
      selectable: ['spec.signerName'],
    },
  ]),
  ...inCluster('admissionregistration.k8s.io/v1', [
    { kind: 'MutatingWebhookConfiguration', plural: 'mutatingwebhookconfigurations' },
    { kind: 'ValidatingWebhookConfiguration', plural: 'validatingwebhookconfigurations' },
  ]),
  ...inCluster('apiextensions.k8s.io/v1', [
    {
      kind: 'CustomResourceDefinition',
      plural: 'customresourcedefinitions',
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      subresources: STATUS,
    },
  ]),
  ...inCluster('authentication.k8s.io/v1', [
    { kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', verbs: ANSWERED },
    { kind: 'TokenReview', plural: 'tokenreviews', verbs: ANSWERED },
  ]),
  ...inCluster('authorization.k8s.io/v1', [
    { kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', verbs: ANSWERED },
    { kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews', verbs: ANSWERED },
    { kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', verbs: ANSWERED },
  ]),
  ...inNamespaces('authorization.k8s.io/v1', [
    { kind: 'LocalSubjectAccessReview', plural: 'localsubjectaccessreviews', verbs: ANSWERED },
  ]),
];

/** What travels to subresources without being stored. */
export const MESSAGE_MODELS = ['AuthenticationV1TokenRequest', 'V1Scale', 'V1Eviction', 'V1Binding'] as const;
