import type { Unstructured } from '../../api/meta.js';
import type { PrinterColumn } from '../../api/resource.js';
import { humanDuration } from '../table.js';
import { podStatus } from './pod-status.js';
import { selectorText } from './scale.js';
import {
  type Condition,
  type Container,
  type LabelSelectorSpec,
  type PodSpec,
  typed,
  type WorkloadSpec,
} from './typed.js';

const age = (from: Date, to: Date): string => humanDuration((to.getTime() - from.getTime()) / 1000);

type Cell = (object: Unstructured, now: Date) => unknown;

/** What `kubectl get` prints of a kind after the name. */
export interface Column extends PrinterColumn {
  /** Computes what `jsonPath` cannot say. */
  readonly cell?: Cell;
}

const text = (name: string, cell: Cell, priority = 0): Column => ({
  name,
  type: 'string',
  jsonPath: '',
  priority,
  cell,
});
const count = (name: string, cell: Cell, priority = 0): Column => ({
  name,
  type: 'integer',
  jsonPath: '',
  priority,
  cell,
});
const AGE: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const CREATED_AT: Column = text('Created At', ({ metadata }) => metadata.creationTimestamp);

/** Any member of a part of an object, for cells: absent members are undefined, as everywhere in a table. */
type Part = { readonly [field: string]: unknown } | undefined;
const spec = (object: Unstructured): NonNullable<Part> => typed<Part>(object.spec) ?? {};
const status = (object: Unstructured): NonNullable<Part> => typed<Part>(object.status) ?? {};
const member = (part: unknown, name: string): unknown => typed<Part>(part)?.[name];
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const orNone = (value: string): string => (value === '' ? '<none>' : value);
const joined = (values: readonly unknown[]): string => orNone(values.filter(Boolean).join(','));

const containersOf = (object: Unstructured): readonly Container[] => {
  const { template } = typed<WorkloadSpec>(spec(object));
  return template?.spec?.containers ?? typed<PodSpec>(spec(object)).containers ?? [];
};
const selectorOf = (object: Unstructured): string =>
  orNone(selectorText(typed<LabelSelectorSpec>(spec(object).selector)));

const WIDE: readonly Column[] = [
  text('Containers', (object) => joined(containersOf(object).map(({ name }) => name)), 1),
  text('Images', (object) => joined(containersOf(object).map(({ image }) => image)), 1),
  text('Selector', selectorOf, 1),
];
const REPLICAS: readonly Column[] = [
  count('Desired', (object) => number(spec(object).replicas)),
  count('Current', (object) => number(status(object).replicas)),
  count('Ready', (object) => number(status(object).readyReplicas)),
  AGE,
  ...WIDE,
];
const readyOf: Cell = (object) => `${number(status(object).readyReplicas)}/${number(spec(object).replicas)}`;

function jobStatus(object: Unstructured): string {
  const conditions = typed<Condition[] | undefined>(status(object).conditions) ?? [];
  const holds = (type: string) => conditions.some((one) => one.type === type && one.status === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp) return 'Terminating';
  if (holds('Suspended')) return 'Suspended';
  if (holds('FailureTarget')) return 'FailureTarget';
  return holds('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function jobCompletions(object: Unstructured): string {
  const succeeded = number(status(object).succeeded);
  const { completions, parallelism } = spec(object);
  if (completions !== undefined) return `${succeeded}/${number(completions)}`;
  return number(parallelism) > 1 ? `${succeeded}/1 of ${number(parallelism)}` : `${succeeded}/1`;
}

const time = (value: unknown): Date | undefined => (typeof value === 'string' ? new Date(value) : undefined);

function jobDuration(object: Unstructured, now: Date): string {
  const start = time(status(object).startTime);
  return start ? age(start, time(status(object).completionTime) ?? now) : '';
}

const addresses = (loadBalancer: unknown): unknown[] =>
  items(member(loadBalancer, 'ingress')).map((one) => member(one, 'ip') ?? member(one, 'hostname'));

function externalIp(object: Unstructured): string {
  const { type, externalIPs, externalName } = spec(object);
  const ips = items(externalIPs);
  if (type === 'ExternalName') return String(externalName ?? '<none>');
  if (type !== 'LoadBalancer') return joined(ips);
  const all = [...addresses(status(object).loadBalancer), ...ips];
  return all.length === 0 ? '<pending>' : all.join(',');
}

const servicePorts = (object: Unstructured): string =>
  joined(
    items(spec(object).ports).map((port) => {
      const nodePort = member(port, 'nodePort');
      return `${String(member(port, 'port'))}${nodePort ? `:${String(nodePort)}` : ''}/${String(member(port, 'protocol') ?? 'TCP')}`;
    }),
  );

function eventAge(object: Unstructured, now: Date): string {
  const last =
    time(member(object.series, 'lastObservedTime')) ??
    time(object.lastTimestamp) ??
    time(object.deprecatedLastTimestamp);
  const first = time(object.eventTime) ?? time(object.firstTimestamp) ?? time(object.deprecatedFirstTimestamp);
  const seen = last ?? first;
  return seen ? age(seen, now) : '<unknown>';
}

const eventSubject = (object: Unstructured): string => {
  const about = object.involvedObject ?? object.regarding;
  return `${String(member(about, 'kind') ?? '').toLowerCase()}/${String(member(about, 'name') ?? '')}`;
};

const EVENT: readonly Column[] = [
  text('Last Seen', eventAge),
  text('Type', (object) => object.type),
  text('Reason', (object) => object.reason),
  text('Object', eventSubject),
  text(
    'Source',
    (object) =>
      member(object.source ?? object.deprecatedSource, 'component') ??
      object.reportingComponent ??
      object.reportingController,
    1,
  ),
  text('Message', (object) => String(object.message ?? object.note ?? '').trim()),
  count('Count', (object) => number(member(object.series, 'count') ?? object.count ?? object.deprecatedCount ?? 1), 1),
  text('Name', ({ metadata }) => metadata.name, 1),
];

const subjectsOf = (object: Unstructured, kind: string): string =>
  items(object.subjects)
    .filter((subject) => member(subject, 'kind') === kind)
    .map(
      (subject) =>
        (kind === 'ServiceAccount' ? `${String(member(subject, 'namespace'))}/` : '') + String(member(subject, 'name')),
    )
    .join(', ');

const BINDING: readonly Column[] = [
  text('Role', ({ roleRef }) => `${String(member(roleRef, 'kind'))}/${String(member(roleRef, 'name'))}`),
  AGE,
  text('Users', (object) => subjectsOf(object, 'User'), 1),
  text('Groups', (object) => subjectsOf(object, 'Group'), 1),
  text('ServiceAccounts', (object) => subjectsOf(object, 'ServiceAccount'), 1),
];

const nodeRoles = ({ metadata }: Unstructured): string =>
  joined(
    Object.keys(metadata.labels ?? {}).flatMap((label) => /^node-role\.kubernetes\.io\/(.+)$/.exec(label)?.[1] ?? []),
  );

function nodeStatus(object: Unstructured): string {
  const ready = (typed<Condition[] | undefined>(status(object).conditions) ?? []).find(({ type }) => type === 'Ready');
  const word = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec(object).unschedulable === true ? `${word},SchedulingDisabled` : word;
}

const requestState = (object: Unstructured): string => {
  const types = (typed<Condition[] | undefined>(status(object).conditions) ?? []).map(({ type }) => type);
  const decision = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
  return [
    decision,
    ...(types.includes('Failed') ? ['Failed'] : []),
    ...(status(object).certificate ? ['Issued'] : []),
  ].join(',');
};

const quota = (object: Unstructured, prefix: RegExp): string => {
  const { hard } = spec(object);
  const used = typed<Part>(status(object).used) ?? {};
  return Object.entries(typed<Record<string, unknown> | undefined>(hard) ?? {})
    .filter(([name]) => prefix.test(name))
    .map(([name, value]) => `${name}: ${String(used[name] ?? 0)}/${String(value)}`)
    .sort()
    .join(', ');
};

const accessModes = (value: unknown): string =>
  items(value)
    .map((mode) => String(mode).replace(/[a-z]/g, ''))
    .map((mode) => ({ RWO: 'RWO', ROM: 'ROX', RWM: 'RWX', RWOP: 'RWOP' })[mode] ?? mode)
    .join(',');

const sizeOf = (value: unknown): number => Object.keys(typed<object | undefined>(value) ?? {}).length;

const claimOf = (object: Unstructured): string => {
  const { claimRef } = spec(object);
  return claimRef ? `${String(member(claimRef, 'namespace'))}/${String(member(claimRef, 'name'))}` : '';
};

/** `<group>/<Kind>`, or the kind alone for the core group, to its columns. A kind without a row has its age only. */
const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Pod: [
    text('Ready', (object) => podStatus(object).ready),
    text('Status', (object) => podStatus(object).phase),
    text('Restarts', (object) => podStatus(object).restarts),
    AGE,
    text('IP', (object) => status(object).podIP ?? '<none>', 1),
    text('Node', (object) => spec(object).nodeName ?? '<none>', 1),
    text('Nominated Node', (object) => status(object).nominatedNodeName ?? '<none>', 1),
    text('Readiness Gates', () => '<none>', 1),
  ],
  ConfigMap: [count('Data', ({ data, binaryData }) => sizeOf(data) + sizeOf(binaryData)), AGE],
  Secret: [text('Type', ({ type }) => type), count('Data', ({ data }) => sizeOf(data)), AGE],
  ServiceAccount: [count('Secrets', ({ secrets }) => items(secrets).length), AGE],
  Namespace: [text('Status', (object) => status(object).phase), AGE],
  Node: [
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    AGE,
    text('Version', (object) => member(status(object).nodeInfo, 'kubeletVersion') ?? ''),
  ],
  Service: [
    text('Type', (object) => spec(object).type),
    text('Cluster-IP', (object) => spec(object).clusterIP ?? '<none>'),
    text('External-IP', externalIp),
    text('Port(s)', servicePorts),
    AGE,
    text('Selector', selectorOf, 1),
  ],
  Endpoints: [
    text('Endpoints', ({ subsets }) =>
      joined(items(subsets).flatMap((set) => items(member(set, 'addresses')).map((one) => member(one, 'ip')))),
    ),
    AGE,
  ],
  Event: EVENT,
  'events.k8s.io/Event': EVENT,
  PersistentVolume: [
    text('Capacity', (object) => member(spec(object).capacity, 'storage')),
    text('Access Modes', (object) => accessModes(spec(object).accessModes)),
    text('Reclaim Policy', (object) => spec(object).persistentVolumeReclaimPolicy),
    text('Status', (object) => status(object).phase),
    text('Claim', claimOf),
    text('StorageClass', (object) => spec(object).storageClassName ?? ''),
    text('VolumeAttributesClass', (object) => spec(object).volumeAttributesClassName ?? '<unset>'),
    text('Reason', (object) => status(object).reason ?? ''),
    AGE,
    text('VolumeMode', (object) => spec(object).volumeMode, 1),
  ],
  PersistentVolumeClaim: [
    text('Status', (object) => (object.metadata.deletionTimestamp ? 'Terminating' : status(object).phase)),
    text('Volume', (object) => spec(object).volumeName ?? ''),
    text('Capacity', (object) => member(status(object).capacity, 'storage') ?? ''),
    text('Access Modes', (object) => accessModes(status(object).accessModes)),
    text('StorageClass', (object) => spec(object).storageClassName ?? ''),
    text('VolumeAttributesClass', (object) => spec(object).volumeAttributesClassName ?? '<unset>'),
    AGE,
    text('VolumeMode', (object) => spec(object).volumeMode, 1),
  ],
  ReplicationController: REPLICAS,
  ResourceQuota: [
    text('Request', (object) => quota(object, /^(?!limits\.)/)),
    text('Limit', (object) => quota(object, /^limits\./)),
    AGE,
  ],
  LimitRange: [CREATED_AT],
  'apps/Deployment': [
    text('Ready', readyOf),
    count('Up-to-date', (object) => number(status(object).updatedReplicas)),
    count('Available', (object) => number(status(object).availableReplicas)),
    AGE,
    ...WIDE,
  ],
  'apps/ReplicaSet': REPLICAS,
  'apps/StatefulSet': [text('Ready', readyOf), AGE, ...WIDE.slice(0, 2)],
  'apps/DaemonSet': [
    count('Desired', (object) => number(status(object).desiredNumberScheduled)),
    count('Current', (object) => number(status(object).currentNumberScheduled)),
    count('Ready', (object) => number(status(object).numberReady)),
    count('Up-to-date', (object) => number(status(object).updatedNumberScheduled)),
    count('Available', (object) => number(status(object).numberAvailable)),
    text('Node Selector', (object) => {
      const nodes = member(member(spec(object).template, 'spec'), 'nodeSelector');
      return orNone(selectorText(typed<Record<string, string>>(nodes ?? {})));
    }),
    AGE,
    ...WIDE,
  ],
  'apps/ControllerRevision': [
    text('Controller', ({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller);
      return owner ? `${owner.kind.toLowerCase()}.apps/${owner.name}` : '<none>';
    }),
    count('Revision', ({ revision }) => revision),
    AGE,
  ],
  'batch/Job': [
    text('Status', jobStatus),
    text('Completions', jobCompletions),
    text('Duration', jobDuration),
    AGE,
    ...WIDE,
  ],
  'batch/CronJob': [
    text('Schedule', (object) => spec(object).schedule),
    text('Timezone', (object) => spec(object).timeZone ?? '<none>'),
    text('Suspend', (object) => (spec(object).suspend === true ? 'True' : 'False')),
    count('Active', (object) => items(status(object).active).length),
    text('Last Schedule', (object, now) => {
      const last = time(status(object).lastScheduleTime);
      return last ? age(last, now) : '<none>';
    }),
    AGE,
  ],
  'autoscaling/HorizontalPodAutoscaler': [
    text('Reference', (object) => {
      const { scaleTargetRef } = spec(object);
      return `${String(member(scaleTargetRef, 'kind'))}/${String(member(scaleTargetRef, 'name'))}`;
    }),
    text('MinPods', (object) => spec(object).minReplicas ?? '<unset>'),
    count('MaxPods', (object) => number(spec(object).maxReplicas)),
    count('Replicas', (object) => number(status(object).currentReplicas)),
    AGE,
  ],
  'networking.k8s.io/Ingress': [
    text('Class', (object) => spec(object).ingressClassName ?? '<none>'),
    text('Hosts', (object) => {
      const hosts = joined(items(spec(object).rules).map((rule) => member(rule, 'host')));
      return hosts === '<none>' ? '*' : hosts;
    }),
    text('Address', (object) => addresses(status(object).loadBalancer).join(',')),
    text('Ports', (object) => (items(spec(object).tls).length > 0 ? '80, 443' : '80')),
    AGE,
  ],
  'networking.k8s.io/IngressClass': [
    text('Controller', (object) => spec(object).controller),
    text('Parameters', (object) => member(spec(object).parameters, 'name') ?? '<none>'),
    AGE,
  ],
  'networking.k8s.io/NetworkPolicy': [
    text('Pod-Selector', (object) => orNone(selectorText(typed<LabelSelectorSpec>(spec(object).podSelector)))),
    AGE,
  ],
  'policy/PodDisruptionBudget': [
    text('Min Available', (object) => String(spec(object).minAvailable ?? 'N/A')),
    text('Max Unavailable', (object) => String(spec(object).maxUnavailable ?? 'N/A')),
    count('Allowed Disruptions', (object) => number(status(object).disruptionsAllowed)),
    AGE,
  ],
  'rbac.authorization.k8s.io/Role': [CREATED_AT],
  'rbac.authorization.k8s.io/ClusterRole': [CREATED_AT],
  'rbac.authorization.k8s.io/RoleBinding': BINDING,
  'rbac.authorization.k8s.io/ClusterRoleBinding': BINDING,
  'coordination.k8s.io/Lease': [text('Holder', (object) => spec(object).holderIdentity ?? ''), AGE],
  'discovery.k8s.io/EndpointSlice': [
    text('AddressType', ({ addressType }) => addressType),
    text('Ports', ({ ports }) => joined(items(ports).map((port) => member(port, 'port')))),
    text('Endpoints', ({ endpoints }) => joined(items(endpoints).flatMap((one) => items(member(one, 'addresses'))))),
    AGE,
  ],
  'storage.k8s.io/StorageClass': [
    text('Provisioner', ({ provisioner }) => provisioner),
    text('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
    text('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? '<unset>'),
    text('AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion === true),
    AGE,
  ],
  'scheduling.k8s.io/PriorityClass': [
    count('Value', ({ value }) => number(value)),
    text('Global-Default', ({ globalDefault }) => globalDefault === true),
    AGE,
    text('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy, 1),
  ],
  'node.k8s.io/RuntimeClass': [text('Handler', ({ handler }) => handler), AGE],
  'certificates.k8s.io/CertificateSigningRequest': [
    AGE,
    text('SignerName', (object) => spec(object).signerName),
    text('Requestor', (object) => spec(object).username),
    text('RequestedDuration', (object) => {
      const seconds = spec(object).expirationSeconds;
      return typeof seconds === 'number' ? age(new Date(0), new Date(seconds * 1000)) : '<none>';
    }),
    text('Condition', requestState),
  ],
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': [
    count('Webhooks', ({ webhooks }) => items(webhooks).length),
    AGE,
  ],
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': [
    count('Webhooks', ({ webhooks }) => items(webhooks).length),
    AGE,
  ],
  'apiextensions.k8s.io/CustomResourceDefinition': [CREATED_AT],
};

/** The columns of a built-in kind after its name. */
export const columnsOf = (group: string, kind: string): readonly Column[] =>
  COLUMNS[group === '' ? kind : `${group}/${kind}`] ?? [AGE];
