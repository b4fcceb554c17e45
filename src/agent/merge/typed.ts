import type { Unstructured } from '../../api/meta.js';
import { setMember } from '../../apimachinery/json.js';
import { digestOf } from '../digest.js';

/** The content to write over a live object, or that only deleting and creating it again can bring it about. */
export type Merged = { readonly content: Content } | 'recreate';
export type Content = { readonly [field: string]: unknown };
type Merge = (required: Unstructured, live: Unstructured) => Merged;

const SPEC_HASH = 'operator.openshift.io/spec-hash';

const record = (value: unknown): { readonly [key: string]: unknown } =>
  // The callers read members of parsed JSON; anything that is no object has none.
  typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The named fields become exactly those of the manifest; one it lacks disappears. */
const replace =
  (...fields: readonly string[]): Merge =>
  (required) => ({ content: Object.fromEntries(fields.map((field) => [field, required[field]])) });

const metadataOnly: Merge = () => ({ content: {} });

function configMap(required: Unstructured, live: Unstructured): Merged {
  const { labels = {}, annotations = {} } = required.metadata;
  const injected = [
    ...(labels['config.openshift.io/inject-trusted-cabundle'] === 'true' ? ['ca-bundle.crt'] : []),
    ...(annotations['service.beta.openshift.io/inject-cabundle'] === 'true' ? ['service-ca.crt'] : []),
  ];
  const data = { ...record(required.data) };
  for (const key of injected) {
    const value = record(live.data)[key];
    if (value !== undefined && !Object.hasOwn(data, key)) data[key] = value;
  }
  return {
    content: {
      data: Object.keys(data).length > 0 ? data : undefined,
      binaryData: required.binaryData,
      immutable: required.immutable ?? live.immutable,
    },
  };
}

/** `stringData` folded into `data`; throws when both name a key with different values. */
export function foldedSecret(required: Unstructured): Unstructured {
  const { stringData, ...rest } = required;
  if (stringData === undefined) return required;
  const data = { ...record(required.data) };
  for (const [key, value] of Object.entries(record(stringData))) {
    const encoded = Buffer.from(String(value)).toString('base64');
    if (Object.hasOwn(data, key) && data[key] !== encoded)
      throw new Error(`Secret.stringData["${key}"] conflicts with Secret.data["${key}"]`);
    setMember(data, key, encoded);
  }
  return { ...rest, apiVersion: required.apiVersion, kind: required.kind, metadata: required.metadata, data };
}

function secret(required: Unstructured, live: Unstructured): Merged {
  const folded = foldedSecret(required);
  const type = folded.type || 'Opaque';
  if (type !== (live.type || 'Opaque')) return 'recreate';
  const keep = type === 'kubernetes.io/service-account-token' ? record(live.data) : {};
  const data = { ...keep, ...record(folded.data) };
  return {
    content: {
      data: Object.keys(data).length > 0 ? data : undefined,
      immutable: folded.immutable ?? live.immutable,
    },
  };
}

const CLUSTER_ASSIGNED = [
  'clusterIP',
  'clusterIPs',
  'ipFamilies',
  'ipFamilyPolicy',
  'healthCheckNodePort',
  'internalTrafficPolicy',
  'sessionAffinity',
];

const portKey = (port: { readonly [key: string]: unknown }): string => `${port.port}/${port.protocol ?? 'TCP'}`;

/** What a server would assign again (addresses, node ports) is carried over when the type stays. */
function serviceSpec(required: Unstructured, live: Unstructured): Content {
  const wanted = record(required.spec);
  const current = record(live.spec);
  if ((wanted.type ?? 'ClusterIP') !== (current.type ?? 'ClusterIP')) return wanted;
  const nodePorts = new Map(list(current.ports).map((port) => [portKey(record(port)), record(port).nodePort]));
  const ports = list(wanted.ports).map((port) => {
    const nodePort = nodePorts.get(portKey(record(port)));
    return nodePort === undefined ? port : { nodePort, ...record(port) };
  });
  const assigned = CLUSTER_ASSIGNED.filter((field) => current[field] !== undefined && wanted[field] === undefined);
  return {
    ...wanted,
    ...(wanted.ports === undefined ? {} : { ports }),
    ...Object.fromEntries(assigned.map((field) => [field, current[field]])),
  };
}

function service(required: Unstructured, live: Unstructured): Merged {
  const wanted = record(required.spec);
  const current = record(live.spec);
  const same =
    digestOf(wanted.selector ?? {}) === digestOf(current.selector ?? {}) &&
    (wanted.type ?? 'ClusterIP') === (current.type ?? 'ClusterIP') &&
    live.metadata.annotations?.[SPEC_HASH] === digestOf(wanted);
  return { content: { spec: same ? live.spec : serviceSpec(required, live) } };
}

const clusterRole: Merge = (required, live) =>
  required.aggregationRule === undefined
    ? { content: { rules: required.rules, aggregationRule: undefined } }
    : { content: { rules: live.rules, aggregationRule: required.aggregationRule } };

function customResourceDefinition(required: Unstructured): Merged {
  const spec = record(required.spec);
  const names = record(spec.names);
  const kind = String(names.kind ?? '');
  return {
    content: {
      spec: {
        ...spec,
        names: { singular: kind.toLowerCase(), listKind: `${kind}List`, ...names },
        conversion: spec.conversion ?? { strategy: 'None' },
      },
    },
  };
}

const storageClassKey = (object: Unstructured): string =>
  digestOf([
    object.parameters ?? {},
    object.provisioner,
    object.reclaimPolicy ?? 'Delete',
    object.volumeBindingMode ?? 'Immediate',
  ]);

const storageClass: Merge = (required, live) =>
  storageClassKey(required) === storageClassKey(live)
    ? {
        content: {
          allowVolumeExpansion: required.allowVolumeExpansion,
          mountOptions: required.mountOptions,
          allowedTopologies: required.allowedTopologies,
        },
      }
    : 'recreate';

/** An injected CA bundle stays when the manifest has none. */
function webhooks(required: Unstructured, live: Unstructured): Merged {
  const bundles = new Map(
    list(live.webhooks).map((webhook) => [record(webhook).name, record(record(webhook).clientConfig).caBundle]),
  );
  const merged = list(required.webhooks).map((webhook) => {
    const { name, clientConfig } = record(webhook);
    const caBundle = bundles.get(name);
    if (record(clientConfig).caBundle || caBundle === undefined) return webhook;
    return { ...record(webhook), clientConfig: { ...record(clientConfig), caBundle } };
  });
  return { content: { webhooks: merged } };
}

const csiDriver: Merge = (required, live) =>
  live.metadata.annotations?.[SPEC_HASH] === digestOf(required.spec ?? {}) ? { content: {} } : 'recreate';

const migration: Merge = () => {
  throw new Error('missing migration client: StorageVersionMigration cannot be applied with the Update strategy');
};

const spec = replace('spec');
const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const MONITORING = 'monitoring.coreos.com';

const MERGES: ReadonlyMap<string, Merge> = new Map([
  ['/Namespace', metadataOnly],
  ['/Pod', metadataOnly],
  ['/ServiceAccount', metadataOnly],
  ['/Service', service],
  ['/ConfigMap', configMap],
  ['/Secret', secret],
  [`${RBAC}/ClusterRole`, clusterRole],
  [`${RBAC}/Role`, replace('rules')],
  [`${RBAC}/ClusterRoleBinding`, replace('subjects', 'roleRef')],
  [`${RBAC}/RoleBinding`, replace('subjects', 'roleRef')],
  ['networking.k8s.io/NetworkPolicy', spec],
  ['policy/PodDisruptionBudget', spec],
  ['apiextensions.k8s.io/CustomResourceDefinition', customResourceDefinition],
  ['storage.k8s.io/StorageClass', storageClass],
  ['storage.k8s.io/CSIDriver', csiDriver],
  [`${ADMISSION}/ValidatingWebhookConfiguration`, webhooks],
  [`${ADMISSION}/MutatingWebhookConfiguration`, webhooks],
  [`${ADMISSION}/ValidatingAdmissionPolicy`, spec],
  [`${ADMISSION}/ValidatingAdmissionPolicyBinding`, spec],
  ['migration.k8s.io/StorageVersionMigration', migration],
  [`${MONITORING}/ServiceMonitor`, spec],
  [`${MONITORING}/PrometheusRule`, spec],
  [`${MONITORING}/Alertmanager`, spec],
  [`${MONITORING}/Prometheus`, spec],
  ['snapshot.storage.k8s.io/VolumeSnapshotClass', replace('driver', 'parameters', 'deletionPolicy')],
]);

const groupOf = ({ apiVersion }: Unstructured): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

/** How objects of this kind are merged; undefined for kinds whose content is replaced as a whole. */
export const mergeFor = (object: Unstructured): Merge | undefined => MERGES.get(`${groupOf(object)}/${object.kind}`);

/** The manifest with what OCM adds to it before creating or comparing. */
export function completed(required: Unstructured): Unstructured {
  const key = `${groupOf(required)}/${required.kind}`;
  if (key !== '/Service' && key !== 'storage.k8s.io/CSIDriver') return required;
  const annotations = { ...required.metadata.annotations, [SPEC_HASH]: digestOf(required.spec ?? {}) };
  return { ...required, metadata: { ...required.metadata, annotations } };
}
