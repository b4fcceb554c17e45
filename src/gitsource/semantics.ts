import type { ResourceType } from '../api/resource.js';
import { isJsonObject, type JsonObject } from '../apimachinery/json.js';

/** A field and what is wrong with it. */
export interface Complaint {
  readonly field: string;
  readonly message: string;
}

/** The size OCM's admission webhook allows to all manifests of one work. */
const MAX_MANIFEST_BYTES = 500 * 1024;

const memberOf = (value: unknown, ...names: string[]): unknown =>
  names.reduce<unknown>((at, name) => (isJsonObject(at) ? at[name] : undefined), value);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a list entry costs on OCM's wire: its length, a tag, and the length written as a varint. */
const wireBytes = (json: string): number => {
  const bytes = Buffer.byteLength(json);
  return bytes + 1 + Math.max(1, Math.ceil((32 - Math.clz32(bytes)) / 7));
};

const manifestComplaints = (manifest: unknown, field: string): Complaint[] => {
  if (!isJsonObject(manifest)) return [];
  const metadata = memberOf(manifest, 'metadata');
  return [
    ...(text(memberOf(metadata, 'name')) === '' ? [{ field, message: 'name must be set in manifest' }] : []),
    ...(text(memberOf(metadata, 'generateName')) === ''
      ? []
      : [{ field: `${field}.metadata.generateName`, message: 'generateName must not be set in manifest' }]),
  ];
};

const duplicateComplaints = (manifests: readonly unknown[], field: string): Complaint[] => {
  const seen = new Map<string, number>();
  return manifests.flatMap((manifest, index) => {
    const [apiVersion, kind] = [text(memberOf(manifest, 'apiVersion')), text(memberOf(manifest, 'kind'))];
    const [namespace, name] = [
      text(memberOf(manifest, 'metadata', 'namespace')),
      text(memberOf(manifest, 'metadata', 'name')),
    ];
    const first = seen.get(JSON.stringify([apiVersion, kind, namespace, name]));
    seen.set(JSON.stringify([apiVersion, kind, namespace, name]), first ?? index);
    if (first === undefined || name === '') return [];
    const message = `duplicate manifest for resource ${namespace}/${name} with resource type ${apiVersion}.${kind} (first at [${first}])`;
    return [{ field: `${field}[${index}]`, message }];
  });
};

function workloadComplaints(manifests: unknown, field: string): Complaint[] {
  const list = Array.isArray(manifests) ? manifests : [];
  if (list.length === 0) return [{ field, message: 'manifests should not be empty' }];
  const bytes = list.reduce<number>((sum, manifest) => sum + wireBytes(JSON.stringify(manifest)), 0);
  const size =
    bytes > MAX_MANIFEST_BYTES
      ? [{ field, message: `the size of manifests is ${bytes} bytes which exceeds the ${MAX_MANIFEST_BYTES} limit` }]
      : [];
  const each = list.flatMap((manifest, index) => manifestComplaints(manifest, `${field}[${index}]`));
  return [...size, ...each, ...duplicateComplaints(list, field)];
}

const executorComplaints = (spec: unknown, field: string): Complaint[] => {
  const executor = memberOf(spec, 'executor');
  if (!isJsonObject(executor) || isJsonObject(memberOf(executor, 'subject', 'serviceAccount'))) return [];
  return [{ field: `${field}.executor`, message: 'executor service account can not be nil' }];
};

const clusterComplaints = (object: JsonObject): Complaint[] => {
  const configs = memberOf(object, 'spec', 'managedClusterClientConfigs');
  if (!Array.isArray(configs)) return [];
  return configs.flatMap((config, index) =>
    text(memberOf(config, 'url')).startsWith('https://')
      ? []
      : [{ field: `spec.managedClusterClientConfigs[${index}].url`, message: 'the url must start with https://' }],
  );
};

const bindingComplaints = (object: JsonObject): Complaint[] => {
  const [name, set] = [memberOf(object, 'metadata', 'name'), memberOf(object, 'spec', 'clusterSet')];
  if (name === set) return [];
  return [{ field: 'spec.clusterSet', message: `must equal the name of the binding, "${text(name)}"` }];
};

/** What OCM's admission webhooks would refuse, as far as it can be known without the hub. */
export function complaintsOf(type: Pick<ResourceType, 'kind'>, object: JsonObject): Complaint[] {
  switch (type.kind) {
    case 'ManifestWork':
      return [
        ...workloadComplaints(memberOf(object, 'spec', 'workload', 'manifests'), 'spec.workload.manifests'),
        ...executorComplaints(object.spec, 'spec'),
      ];
    case 'ManifestWorkReplicaSet': {
      const template = memberOf(object, 'spec', 'manifestWorkTemplate');
      return [
        ...workloadComplaints(
          memberOf(template, 'workload', 'manifests'),
          'spec.manifestWorkTemplate.workload.manifests',
        ),
        ...executorComplaints(template, 'spec.manifestWorkTemplate'),
      ];
    }
    case 'ManagedCluster':
      return clusterComplaints(object);
    case 'ManagedClusterSetBinding':
      return bindingComplaints(object);
    default:
      return [];
  }
}
