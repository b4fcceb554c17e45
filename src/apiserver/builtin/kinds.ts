import type { Unstructured } from '../../api/meta.js';
import { cloneJson } from '../../apimachinery/clone.js';
import { ALL_VERBS, type Kind, type Schema, type Strategy, type Subresource } from '../kind.js';
import type { Column } from './columns/column.js';
import { columnsOf } from './columns/columns.js';
import { configMap, event, lease, secret } from './core.js';
import { DECLARATIONS, type Declaration } from './declarations.js';
import { fromCoreEvent, toCoreEvent } from './events.js';
import { blankOf } from './model/blank.js';
import { decode } from './model/decode.js';
import { documentOf } from './model/documentation.js';
import { schemaOf } from './model/schema.js';
import { tellingOf } from './model/told.js';
import { namespace } from './namespace.js';
import { endpointSlice, endpoints } from './networking/endpoints.js';
import { ingress } from './networking/ingress.js';
import { ingressClass } from './networking/ingress-class.js';
import { networkPolicy } from './networking/network-policy.js';
import { service } from './networking/service.js';
import { pod } from './pods/pods.js';
import { autoscaler, toAutoscalerV1, toAutoscalerV2 } from './policy/autoscaler.js';
import { disruptionBudget } from './policy/disruption-budget.js';
import { limitRange } from './policy/limit-range.js';
import { priorityClass } from './policy/priority-class.js';
import { resourceQuota } from './policy/resource-quota.js';
import { binding, clusterRole, role } from './rbac.js';
import { persistentVolume } from './storage/persistent-volume.js';
import { persistentVolumeClaim } from './storage/persistent-volume-claim.js';
import { storageClass } from './storage/storage-class.js';
import { subresourceOf } from './subresources.js';
import { webhookConfiguration } from './webhooks/webhook-configuration.js';
import { cronJob } from './workloads/cron-jobs.js';
import { daemonSet } from './workloads/daemon-sets.js';
import { deployment } from './workloads/deployments.js';
import { job } from './workloads/jobs.js';
import { replicaSet, replicationController } from './workloads/replica-sets.js';
import { statefulSet } from './workloads/stateful-sets.js';

/** What a server adds to the table: kinds that need its keys or its users. Keys are `<group>/<Kind>`. */
export interface BuiltinBehaviour {
  readonly strategies: Readonly<Record<string, Strategy>>;
  /** Keys are `<group>/<Kind>/<subresource>`. */
  readonly subresources: Readonly<Record<string, Subresource>>;
}

const STRATEGIES: Readonly<Record<string, Strategy>> = {
  '/ConfigMap': configMap,
  '/Secret': secret,
  '/Namespace': namespace,
  '/Event': event,
  'events.k8s.io/Event': event,
  '/Endpoints': endpoints,
  '/LimitRange': limitRange,
  '/PersistentVolume': persistentVolume,
  '/PersistentVolumeClaim': persistentVolumeClaim,
  '/ResourceQuota': resourceQuota,
  '/Pod': pod,
  '/ReplicationController': replicationController,
  '/Service': service,
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'batch/Job': job,
  'batch/CronJob': cronJob,
  'networking.k8s.io/Ingress': ingress,
  'networking.k8s.io/IngressClass': ingressClass,
  'networking.k8s.io/NetworkPolicy': networkPolicy,
  'policy/PodDisruptionBudget': disruptionBudget,
  'coordination.k8s.io/Lease': lease,
  'discovery.k8s.io/EndpointSlice': endpointSlice,
  'scheduling.k8s.io/PriorityClass': priorityClass,
  'storage.k8s.io/StorageClass': storageClass,
  'storage.k8s.io/VolumeAttachment': { keptByStatus: 'metadata' },
  'rbac.authorization.k8s.io/Role': role,
  'rbac.authorization.k8s.io/ClusterRole': clusterRole,
  'rbac.authorization.k8s.io/RoleBinding': binding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': binding,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhookConfiguration,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhookConfiguration,
};

/** Kinds that are another form of objects kept under their other name. */
const VIEWS: Readonly<Record<string, Pick<Kind, 'storage' | 'toStorage' | 'fromStorage'>>> = {
  'events.k8s.io/v1/Event': {
    storage: { group: '', plural: 'events', version: 'v1' },
    toStorage: toCoreEvent,
    fromStorage: fromCoreEvent,
  },
  'autoscaling/v1/HorizontalPodAutoscaler': {
    storage: { group: 'autoscaling', plural: 'horizontalpodautoscalers', version: 'v2' },
    toStorage: toAutoscalerV2,
    fromStorage: toAutoscalerV1,
  },
};

/** Kinds whose `metadata.generation` Kubernetes counts; the others have none. */
const GENERATIONS: ReadonlySet<string> = new Set([
  '/Pod',
  '/ReplicationController',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'policy/PodDisruptionBudget',
  'discovery.k8s.io/EndpointSlice',
  'scheduling.k8s.io/PriorityClass',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

/** Groups whose kinds take any finalizer. */
const FREE_FINALIZERS: ReadonlySet<string> = new Set([
  'coordination.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'policy',
]);

const ENDPOINTS = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice';

/** Whose updates do not look at the beginning of a generated name. */
const UNCHECKED_PREFIXES: ReadonlySet<string> = new Set([
  '/PodTemplate',
  '/ReplicationController',
  '/ResourceQuota',
  '/Service',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'autoscaling/HorizontalPodAutoscaler',
  'batch/CronJob',
  'coordination.k8s.io/Lease',
  'networking.k8s.io/NetworkPolicy',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
]);

const CREATED_BY_UPDATE: ReadonlySet<string> = new Set([
  '/Endpoints',
  '/Event',
  '/LimitRange',
  '/Service',
  'events.k8s.io/Event',
  'coordination.k8s.io/Lease',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
]);

/** Kinds that are never overwritten blindly. */
const INSISTS_ON_VERSION: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'coordination.k8s.io/Lease',
  'node.k8s.io/RuntimeClass',
  'policy/PodDisruptionBudget',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/CSIStorageCapacity',
  'storage.k8s.io/VolumeAttachment',
]);

/** Kinds that answer a deletion with what was deleted. */
const RETURNED: ReadonlySet<string> = new Set([
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/Pod',
  '/PodTemplate',
  '/ResourceQuota',
  '/Service',
  '/ServiceAccount',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttachment',
]);

/** Kinds whose deletion leaves their pods unless it says otherwise, and what its sender is told. */
const ORPHANING: Readonly<Record<string, string>> = {
  'batch/Job':
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  '/ReplicationController': '',
};

/** Every kind the server has without a CRD. */
export const builtinKinds = (behaviour: BuiltinBehaviour): readonly Kind[] =>
  DECLARATIONS.map((declaration) => kindOf(declaration, behaviour));

function kindOf(declaration: Declaration, behaviour: BuiltinBehaviour): Kind {
  const { group, version, kind, model, plural, namespaced } = declaration;
  const key = `${group}/${kind}`;
  const columns = columnsOf(group, kind);
  return {
    group,
    version,
    kind,
    plural,
    namespaced,
    singular: kind.toLowerCase(),
    listKind: `${kind}List`,
    shortNames: declaration.shortNames ?? [],
    categories: declaration.categories ?? [],
    custom: false,
    schema: schemaOf(model),
    blank: blankOf(model),
    columns,
    nameRule: declaration.nameRule ?? 'subdomain',
    subresources: (declaration.subresources ?? []).map((name) => subresource(`${key}/${name}`, name, behaviour)),
    verbs: declaration.verbs ?? ALL_VERBS,
    countsGeneration: GENERATIONS.has(key),
    qualifiesFinalizers: !FREE_FINALIZERS.has(group),
    rechecksPrefix: !UNCHECKED_PREFIXES.has(key),
    createsOnUpdate: CREATED_BY_UPDATE.has(key),
    insistsOnVersion: INSISTS_ON_VERSION.has(key),
    returnsDeleted: RETURNED.has(key),
    ...(key === '/Pod' ? { leavesGracefully: true as const } : {}),
    ...(key in ORPHANING ? { orphansByDefault: ORPHANING[key] ?? '' } : {}),
    storage: { group, plural, version },
    ...VIEWS[`${group}/${version}/${kind}`],
    // Subresources of other kinds travel through here too.
    decode: (object, origin) => (object.kind === kind ? decode(model, object, origin) : object),
    ...tellingOf(model),
    document: () => documentOf(model),
    cells: (object, now) => cellsOf(columns, object, now),
    ...(key === '/Endpoints' ? { deprecation: ENDPOINTS } : {}),
    strategy: completed(behaviour.strategies[key] ?? STRATEGIES[key] ?? {}, schemaOf(model)),
    selectableFields: declaration.selectable ?? [],
  };
}

/**
 * A strategy whose hooks may change anything in their drafts, which otherwise share parts with what is stored; new objects get
 * the status Kubernetes shows before any controller has written one.
 */
function completed(strategy: Strategy, schema: Schema): Strategy {
  const { prepareCreate, prepareUpdate, allocate } = strategy;
  const firstStatus = schema.properties?.status?.default;
  return {
    ...strategy,
    prepareCreate(draft, context) {
      own(draft);
      prepareCreate?.(draft, context);
      if (firstStatus !== undefined) draft.status ??= cloneJson(firstStatus);
    },
    ...(allocate
      ? {
          allocate(draft, before, context) {
            own(draft);
            allocate(draft, before, context);
          },
        }
      : {}),
    ...(prepareUpdate
      ? {
          prepareUpdate(draft, before, context) {
            own(draft);
            prepareUpdate(draft, before, context);
          },
        }
      : {}),
  };
}

function own(draft: Unstructured): void {
  for (const [name, value] of Object.entries(draft)) if (name !== 'metadata') draft[name] = cloneJson(value);
}

function subresource(key: string, name: string, behaviour: BuiltinBehaviour): Subresource {
  const found = behaviour.subresources[key] ?? subresourceOf(name);
  if (!found) throw new Error(`nothing serves the subresource ${key}`);
  return found;
}

const cellsOf = (columns: readonly Column[], ...[object, now]: Parameters<NonNullable<Kind['cells']>>) =>
  Object.fromEntries(columns.flatMap(({ name, cell }) => (cell ? [[name, cell(object, now)]] : [])));
