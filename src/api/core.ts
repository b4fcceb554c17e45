import { z } from 'zod';
import { defineResource, type ResourceType } from './resource.js';

const StringMap = z.record(z.string(), z.string());

const builtIn = (
  group: string,
  version: string,
  kind: string,
  plural: string,
  scope: 'Namespaced' | 'Cluster' = 'Namespaced',
): ResourceType => ({ group, version, kind, plural, namespaced: scope === 'Namespaced' });

export const Namespace = defineResource({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  shortNames: ['ns'],
  fields: {
    spec: z.object({ finalizers: z.array(z.string()).optional() }).optional(),
    status: z.object({ phase: z.string().optional() }).optional(),
  },
});
export type Namespace = z.infer<typeof Namespace.schema>;

/** `data` is base64. */
export const Secret = defineResource({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  fields: {
    type: z.string().optional(),
    data: StringMap.optional(),
    stringData: StringMap.optional(),
    immutable: z.boolean().optional(),
  },
});
export type Secret = z.infer<typeof Secret.schema>;

export const ConfigMap = defineResource({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  shortNames: ['cm'],
  fields: { data: StringMap.optional(), binaryData: StringMap.optional(), immutable: z.boolean().optional() },
});
export type ConfigMap = z.infer<typeof ConfigMap.schema>;

export const Lease = defineResource({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  fields: {
    spec: z
      .object({
        holderIdentity: z.string().optional(),
        leaseDurationSeconds: z.int32().optional(),
        leaseTransitions: z.int32().optional(),
        acquireTime: z.string().optional(),
        renewTime: z.string().optional(),
      })
      .optional(),
  },
});
export type Lease = z.infer<typeof Lease.schema>;

const ObjectReference = z.object({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  fieldPath: z.string().optional(),
});
export type ObjectReference = z.infer<typeof ObjectReference>;

/** `events.k8s.io/v1`; the API server shows it as a core event too. */
export const Event = defineResource({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  fields: {
    eventTime: z.string().nullish(),
    series: z.object({ count: z.int32(), lastObservedTime: z.string() }).optional(),
    reportingController: z.string().optional(),
    reportingInstance: z.string().optional(),
    action: z.string().optional(),
    reason: z.string().optional(),
    regarding: ObjectReference.optional(),
    related: ObjectReference.optional(),
    note: z.string().optional(),
    type: z.string().optional(),
  },
});
export type Event = z.infer<typeof Event.schema>;

export const Node = builtIn('', 'v1', 'Node', 'nodes', 'Cluster');
export const Pod = builtIn('', 'v1', 'Pod', 'pods');
export const Service = builtIn('', 'v1', 'Service', 'services');
export const ServiceAccount = builtIn('', 'v1', 'ServiceAccount', 'serviceaccounts');
export const Deployment = builtIn('apps', 'v1', 'Deployment', 'deployments');
export const DaemonSet = builtIn('apps', 'v1', 'DaemonSet', 'daemonsets');
export const StatefulSet = builtIn('apps', 'v1', 'StatefulSet', 'statefulsets');
export const Job = builtIn('batch', 'v1', 'Job', 'jobs');
export const CustomResourceDefinition = builtIn(
  'apiextensions.k8s.io',
  'v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  'Cluster',
);
export const CertificateSigningRequest = builtIn(
  'certificates.k8s.io',
  'v1',
  'CertificateSigningRequest',
  'certificatesigningrequests',
  'Cluster',
);
export const Role = builtIn('rbac.authorization.k8s.io', 'v1', 'Role', 'roles');
export const RoleBinding = builtIn('rbac.authorization.k8s.io', 'v1', 'RoleBinding', 'rolebindings');
export const ClusterRole = builtIn('rbac.authorization.k8s.io', 'v1', 'ClusterRole', 'clusterroles', 'Cluster');
export const ClusterRoleBinding = builtIn(
  'rbac.authorization.k8s.io',
  'v1',
  'ClusterRoleBinding',
  'clusterrolebindings',
  'Cluster',
);
export const SubjectAccessReview = builtIn(
  'authorization.k8s.io',
  'v1',
  'SubjectAccessReview',
  'subjectaccessreviews',
  'Cluster',
);
export const SelfSubjectAccessReview = builtIn(
  'authorization.k8s.io',
  'v1',
  'SelfSubjectAccessReview',
  'selfsubjectaccessreviews',
  'Cluster',
);
