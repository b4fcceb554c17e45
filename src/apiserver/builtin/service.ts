import { createHash } from 'node:crypto';
import type { Unstructured } from '../../api/meta.js';
import type { Strategy, WriteContext } from '../kind.js';
import type { Cause } from '../status-error.js';
import { duplicate, invalidValue, required } from './causes.js';
import { oneOf } from './pod-template.js';
import { specOf, typed } from './typed.js';

interface ServicePort {
  name?: string;
  port?: number;
  protocol?: string;
  targetPort?: number | string;
  nodePort?: number;
}

interface ServiceSpec {
  type?: string;
  clusterIP?: string;
  clusterIPs?: string[];
  ports?: ServicePort[];
  selector?: Record<string, string>;
  sessionAffinity?: string;
  sessionAffinityConfig?: unknown;
  externalName?: string;
  externalTrafficPolicy?: string;
  internalTrafficPolicy?: string;
  ipFamilies?: string[];
  ipFamilyPolicy?: string;
  allocateLoadBalancerNodePorts?: boolean;
}

export const service: Strategy = {
  prepareCreate(draft, context) {
    const spec = specOf<ServiceSpec>(draft);
    complete(spec);
    allocate(draft, spec, context);
  },
  prepareUpdate(draft, before, context) {
    const spec = specOf<ServiceSpec>(draft);
    const old = typed<ServiceSpec>(before.spec ?? {});
    complete(spec);
    if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') keepAllocated(spec, old);
    allocate(draft, spec, context);
  },
  validate(object, before) {
    const spec = specOf<ServiceSpec>(object);
    return [
      ...oneOf(spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], 'spec.type'),
      ...(spec.type === 'ExternalName' && !spec.externalName ? [required('spec.externalName')] : []),
      ...validatePorts(spec),
      ...oneOf(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity'),
      ...clusterIpStays(spec, typed<ServiceSpec | undefined>(before?.spec)),
    ];
  },
};

function complete(spec: ServiceSpec): void {
  for (const port of spec.ports ?? []) {
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') {
      if (port.port !== undefined) port.targetPort = port.port;
    }
  }
  if (spec.sessionAffinity === 'ClientIP') spec.sessionAffinityConfig ??= { clientIP: { timeoutSeconds: 10_800 } };
  if (spec.type === 'ExternalName') return;
  spec.internalTrafficPolicy ??= 'Cluster';
  if (isReachableFromOutside(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}

const isReachableFromOutside = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer';

/** A client that does not send what the server allocated keeps it. */
function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  spec.clusterIP ||= old.clusterIP ?? '';
  spec.clusterIPs ??= old.clusterIPs ?? [];
  spec.ipFamilies ??= old.ipFamilies ?? [];
  spec.ipFamilyPolicy ??= old.ipFamilyPolicy ?? 'SingleStack';
  const nodePorts = new Map((old.ports ?? []).map((port) => [portKey(port), port.nodePort]));
  if (!isReachableFromOutside(spec)) return;
  for (const port of spec.ports ?? []) {
    const nodePort = nodePorts.get(portKey(port));
    if (nodePort !== undefined) port.nodePort ??= nodePort;
  }
}

const portKey = ({ port, protocol = 'TCP' }: ServicePort): string => `${protocol}/${port}`;

function allocate(draft: Unstructured, spec: ServiceSpec, { local }: WriteContext): void {
  if (spec.type === 'ExternalName') return;
  const kind = local.kindOf('v1', 'Service');
  const others = kind ? local.list(kind).map((other) => typed<ServiceSpec>(other.spec ?? {})) : [];
  const seed = draft.metadata.uid ?? `${draft.metadata.namespace}/${draft.metadata.name}`;
  if (!spec.clusterIP) {
    const taken = new Set(others.map(({ clusterIP }) => clusterIP));
    spec.clusterIP = firstFree(
      seed,
      2 ** 16 - 512,
      (offset) => `10.96.${(offset + 256) >> 8}.${(offset + 256) & 255}`,
      taken,
    );
  }
  if (!spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
  if (!spec.ipFamilies?.length) spec.ipFamilies = ['IPv4'];
  spec.ipFamilyPolicy ||= 'SingleStack';
  if (!isReachableFromOutside(spec) || spec.allocateLoadBalancerNodePorts === false) return;
  const takenPorts = new Set(others.flatMap(({ ports = [] }) => ports.map(({ nodePort }) => nodePort)));
  for (const port of spec.ports ?? []) {
    port.nodePort ||= firstFree(`${seed}/${portKey(port)}`, 2768, (offset) => 30_000 + offset, takenPorts);
    takenPorts.add(port.nodePort);
  }
}

/** The first value nobody has, tried from a place that depends on the seed. */
function firstFree<T>(
  seed: string,
  size: number,
  valueAt: (offset: number) => T,
  taken: ReadonlySet<T | undefined>,
): T {
  const start = createHash('sha256').update(seed).digest().readUInt32BE(0);
  for (let step = 0; step < size; step++) {
    const value = valueAt((start + step) % size);
    if (!taken.has(value)) return value;
  }
  throw new Error(`all ${size} values are allocated; delete services that are not needed`);
}

function validatePorts({ ports = [], type, clusterIP }: ServiceSpec): Cause[] {
  if (ports.length === 0) return type === 'ExternalName' || clusterIP === 'None' ? [] : [required('spec.ports')];
  const names = ports.map(({ name }) => name);
  const keys = ports.map(portKey);
  return ports.flatMap((port, index) => {
    const at = `spec.ports[${index}]`;
    return [
      ...(ports.length > 1 && !port.name ? [required(`${at}.name`)] : []),
      ...(port.name && names.indexOf(port.name) < index ? [duplicate(`${at}.name`, port.name)] : []),
      ...validatePortNumber(port.port, `${at}.port`),
      ...oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`),
      ...(keys.indexOf(portKey(port)) < index ? [duplicate(at, { port: port.port, protocol: port.protocol })] : []),
    ];
  });
}

const validatePortNumber = (port: number | undefined, field: string): Cause[] =>
  port !== undefined && port >= 1 && port <= 65535
    ? []
    : [invalidValue(field, port ?? 0, 'must be between 1 and 65535, inclusive')];

const clusterIpStays = (spec: ServiceSpec, old: ServiceSpec | undefined): Cause[] =>
  old?.clusterIP && spec.type !== 'ExternalName' && old.type !== 'ExternalName' && spec.clusterIP !== old.clusterIP
    ? [invalidValue('spec.clusterIPs[0]', [spec.clusterIP], 'may not change once set')]
    : [];
