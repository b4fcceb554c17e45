import type { Unstructured } from '../../../api/meta.js';
import { type Condition, typed } from '../model/typed.js';
import {
  AGE,
  addresses,
  age,
  type Column,
  CREATED_AT,
  items,
  joined,
  member,
  number,
  selectorOf,
  spec,
  status,
  text,
  time,
} from './column.js';

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

function eventSource(object: Unstructured): string {
  const source = object.source ?? object.deprecatedSource;
  const component = member(source, 'component') || object.reportingComponent || object.reportingController;
  return [component, member(source, 'host') || object.reportingInstance].filter(Boolean).join(', ');
}

function firstSeen(object: Unstructured, now: Date): string {
  const first = time(object.firstTimestamp) ?? time(object.deprecatedFirstTimestamp) ?? time(object.eventTime);
  return first ? age(first, now) : '<unknown>';
}

const EVENT: readonly Column[] = [
  text('Last Seen', eventAge),
  text('Type', (object) => object.type),
  text('Reason', (object) => object.reason),
  text('Object', eventSubject),
  text('Subobject', (object) => member(object.involvedObject ?? object.regarding, 'fieldPath') ?? '', 1),
  text('Source', eventSource, 1),
  text('Message', (object) => String(object.message ?? object.note ?? '').trim()),
  text('First Seen', firstSeen, 1),
  text('Count', (object) => number(member(object.series, 'count') ?? object.count ?? object.deprecatedCount ?? 1), 1),
  text('Name', ({ metadata }) => metadata.name, 1),
];

const nodeRoles = ({ metadata }: Unstructured): string =>
  joined(
    Object.keys(metadata.labels ?? {}).flatMap((label) => /^node-role\.kubernetes\.io\/(.+)$/.exec(label)?.[1] ?? []),
  );

const nodeAddress = (object: Unstructured, type: string): unknown => {
  const found = items(status(object).addresses).find((one) => member(one, 'type') === type);
  return member(found, 'address') ?? '<none>';
};

function nodeStatus(object: Unstructured): string {
  const ready = (typed<Condition[] | undefined>(status(object).conditions) ?? []).find(({ type }) => type === 'Ready');
  const word = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec(object).unschedulable === true ? `${word},SchedulingDisabled` : word;
}

const quota = (object: Unstructured, prefix: RegExp): string => {
  const { hard } = status(object);
  const used = typed<Record<string, unknown> | undefined>(status(object).used) ?? {};
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

const SHOWN_ENDPOINTS = 3;

/** Every address with every port. */
function endpointsOf({ subsets }: Unstructured): string {
  const all = items(subsets).flatMap((subset) => {
    const ports = items(member(subset, 'ports')).map((port) => `:${String(member(port, 'port'))}`);
    const ips = items(member(subset, 'addresses')).map((address) => String(member(address, 'ip')));
    return ports.length === 0
      ? ips
      : ports.flatMap((port) => ips.map((ip) => `${ip.includes(':') ? `[${ip}]` : ip}${port}`));
  });
  const rest = all.length > SHOWN_ENDPOINTS ? ` + ${all.length - SHOWN_ENDPOINTS} more...` : '';
  return `${joined(all.slice(0, SHOWN_ENDPOINTS))}${rest}`;
}

export const CORE_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  ConfigMap: [text('Data', ({ data, binaryData }) => sizeOf(data) + sizeOf(binaryData)), AGE],
  Secret: [text('Type', ({ type }) => type), text('Data', ({ data }) => sizeOf(data)), AGE],
  ServiceAccount: [AGE],
  Namespace: [text('Status', (object) => status(object).phase), AGE],
  Node: [
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    AGE,
    text('Version', (object) => member(status(object).nodeInfo, 'kubeletVersion') ?? ''),
    text('Internal-IP', (object) => nodeAddress(object, 'InternalIP'), 1),
    text('External-IP', (object) => nodeAddress(object, 'ExternalIP'), 1),
    ...Object.entries({
      'OS-Image': 'osImage',
      'Kernel-Version': 'kernelVersion',
      'Container-Runtime': 'containerRuntimeVersion',
    }).map(([name, info]) => text(name, (object) => member(status(object).nodeInfo, info) || '<unknown>', 1)),
  ],
  Service: [
    text('Type', (object) => spec(object).type),
    text('Cluster-IP', (object) => spec(object).clusterIP ?? '<none>'),
    text('External-IP', externalIp),
    text('Port(s)', servicePorts),
    AGE,
    text('Selector', selectorOf, 1),
  ],
  Endpoints: [text('Endpoints', endpointsOf), AGE],
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
  ResourceQuota: [
    text('Request', (object) => quota(object, /^(?!limits\.)/)),
    text('Limit', (object) => quota(object, /^limits\./)),
    AGE,
  ],
  LimitRange: [CREATED_AT],
};
