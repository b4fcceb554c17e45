import type { Unstructured } from '../../../api/meta.js';
import { type Condition, type LabelSelectorSpec, typed } from '../model/typed.js';
import { selectorText } from '../scale.js';
import {
  AGE,
  addresses,
  age,
  type Cell,
  type Column,
  CREATED_AT,
  count,
  flag,
  items,
  joined,
  member,
  number,
  orNone,
  spec,
  status,
  text,
} from './column.js';

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

const SHOWN_HOSTS = 3;

function hostsOf(object: Unstructured): string {
  const rules = items(spec(object).rules);
  const hosts = rules.map((rule) => member(rule, 'host')).filter(Boolean);
  if (hosts.length === 0) return '*';
  const isCut = hosts.length >= SHOWN_HOSTS && rules.length > SHOWN_HOSTS;
  return `${hosts.slice(0, SHOWN_HOSTS).join(',')}${isCut ? ` + ${rules.length - SHOWN_HOSTS} more...` : ''}`;
}

function parametersOf(object: Unstructured): string {
  const { parameters } = spec(object);
  if (!parameters) return '<none>';
  const [group, kind, name] = ['apiGroup', 'kind', 'name'].map((part) => member(parameters, part));
  return `${String(kind)}${typeof group === 'string' ? `.${group}` : ''}/${String(name)}`;
}

/** Of kinds of which one object may be the default: the name says so. */
const nameAndDefault =
  (annotation: string): Cell =>
  ({ metadata: { name, annotations } }) =>
    annotations?.[annotation] === 'true' ? `${name} (default)` : name;

const requestState = (object: Unstructured): string => {
  const types = (typed<Condition[] | undefined>(status(object).conditions) ?? []).map(({ type }) => type);
  const decision = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
  return [
    decision,
    ...(types.includes('Failed') ? ['Failed'] : []),
    ...(status(object).certificate ? ['Issued'] : []),
  ].join(',');
};

export const OTHER_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  'networking.k8s.io/Ingress': [
    text('Class', (object) => spec(object).ingressClassName ?? '<none>'),
    text('Hosts', hostsOf),
    text('Address', (object) => addresses(status(object).loadBalancer).join(',')),
    text('Ports', (object) => (items(spec(object).tls).length > 0 ? '80, 443' : '80')),
    AGE,
  ],
  'networking.k8s.io/IngressClass': [
    text('Name', nameAndDefault('ingressclass.kubernetes.io/is-default-class')),
    text('Controller', (object) => spec(object).controller),
    text('Parameters', parametersOf),
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
    text('Name', nameAndDefault('storageclass.kubernetes.io/is-default-class')),
    text('Provisioner', ({ provisioner }) => provisioner),
    text('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
    text('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? '<unset>'),
    text('AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion === true),
    AGE,
  ],
  'storage.k8s.io/CSIDriver': [
    flag('AttachRequired', (object) => spec(object).attachRequired !== false),
    flag('PodInfoOnMount', (object) => spec(object).podInfoOnMount === true),
    flag('StorageCapacity', (object) => spec(object).storageCapacity === true),
    text('TokenRequests', (object) => {
      const { tokenRequests } = spec(object);
      return tokenRequests
        ? items(tokenRequests)
            .map((one) => member(one, 'audience'))
            .join(',')
        : '<unset>';
    }),
    flag('RequiresRepublish', (object) => spec(object).requiresRepublish === true),
    text('Modes', (object) => joined(items(spec(object).volumeLifecycleModes))),
    AGE,
  ],
  'storage.k8s.io/CSINode': [count('Drivers', (object) => items(spec(object).drivers).length), AGE],
  'storage.k8s.io/CSIStorageCapacity': [CREATED_AT],
  'storage.k8s.io/VolumeAttachment': [
    { ...text('Attacher', (object) => spec(object).attacher), format: 'name' },
    text('PV', (object) => member(spec(object).source, 'persistentVolumeName') ?? ''),
    text('Node', (object) => spec(object).nodeName),
    flag('Attached', (object) => status(object).attached === true),
    AGE,
  ],
  'scheduling.k8s.io/PriorityClass': [
    count('Value', ({ value }) => number(value)),
    flag('Global-Default', ({ globalDefault }) => globalDefault === true),
    AGE,
    text('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
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
