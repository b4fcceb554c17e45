import type { Unstructured } from '../../../api/meta.js';
import { goQuoted } from '../../../apimachinery/go-text.js';
import { equalJson } from '../../../apimachinery/json.js';
import type { WriteContext } from '../../kind.js';
import { type Cause, invalid, StatusError } from '../../status-error.js';
import { invalidValue } from '../checks/causes.js';
import { specOf, typed } from '../model/typed.js';
import { completeFamilies, keepAddresses } from './service-addresses.js';
import { addressProblem, BASE_ADDRESS, NodePorts, nextAddress } from './service-pools.js';
import {
  HEADLESS,
  hasAddress,
  hasHealthCheck,
  hasNodePorts,
  isExternal,
  isLoadBalancer,
  nodePortsOf,
  type ServicePort,
  type ServiceSpec,
  TRAFFIC_POLICIES,
} from './service-spec.js';

/** Gives a service the addresses and ports it asks for or leaves to the server; throws what it cannot have. */
export function allocateService(draft: Unstructured, before: Unstructured | undefined, context: WriteContext): void {
  const spec = specOf<ServiceSpec>(draft);
  const old = before && typed<ServiceSpec>(before.spec ?? {});
  keepAddresses(spec, old);
  if (old) keepPorts(spec, old);
  const refuse = (causes: readonly Cause[]): void => {
    if (causes.length > 0) throw invalid(SERVICE, draft.metadata.name, causes);
  };
  refuse(completeFamilies(spec, old));
  const others = othersThan(draft, context);
  refuse(allocateAddress(draft, spec, old, others, context));
  const ports = new NodePorts(
    others.flatMap((other) => [
      ...(hasNodePorts(other) ? nodePortsOf(other) : []),
      ...(other.healthCheckNodePort ? [other.healthCheckNodePort] : []),
    ]),
    seedOf(draft),
    context.dryRun,
  );
  if (hasNodePorts(spec)) refuse(old ? updatePorts(spec, old, ports) : createPorts(spec, ports));
  if (hasHealthCheck(spec) && !(old && hasHealthCheck(old))) allocateHealthCheck(spec, ports);
  if (old) dropLeftovers(spec, old);
  // Without an address it means nothing; a wrong one is still refused.
  if (!hasAddress(spec) && TRAFFIC_POLICIES.includes(spec.internalTrafficPolicy ?? ''))
    delete spec.internalTrafficPolicy;
}

const SERVICE = { group: '', plural: 'services', kind: 'Service' };

const seedOf = ({ metadata: { uid, namespace, name } }: Unstructured): string => uid ?? `${namespace}/${name}`;

function othersThan({ metadata }: Unstructured, { local }: WriteContext): readonly ServiceSpec[] {
  const kind = local.kindOf('v1', 'Service');
  const all = kind ? local.list(kind) : [];
  return all
    .filter((other) => other.metadata.name !== metadata.name || other.metadata.namespace !== metadata.namespace)
    .map((other) => typed<ServiceSpec>(other.spec ?? {}));
}

function allocateAddress(
  draft: Unstructured,
  spec: ServiceSpec,
  old: ServiceSpec | undefined,
  others: readonly ServiceSpec[],
  { dryRun }: WriteContext,
): Cause[] {
  if (!hasAddress(spec) || spec.clusterIPs?.[0] === HEADLESS || (old && hasAddress(old))) return [];
  const [wanted = ''] = spec.clusterIPs ?? [];
  const taken = new Set(others.flatMap(({ clusterIPs = [] }) => clusterIPs));
  const shown = [wanted];
  if (wanted !== '') {
    const problem = addressProblem(wanted, taken);
    if (problem !== undefined) return [refusedAddress(shown, ` ${wanted}`, problem)];
  }
  const address = wanted || (dryRun ? BASE_ADDRESS : nextAddress(seedOf(draft), taken));
  // Kubernetes keeps an object of each address, which tells whose it is.
  if (!draft.metadata.name && !dryRun) {
    const why = `IPAddress.networking.k8s.io ${goQuoted(address)} is invalid: spec.parentRef.name: Required value`;
    return [refusedAddress(shown, wanted === '' ? '' : ` ${wanted}`, why)];
  }
  spec.clusterIP = address;
  spec.clusterIPs = [address];
  return [];
}

const refusedAddress = (shown: readonly string[], which: string, why: string): Cause =>
  invalidValue('spec.clusterIPs', shown, `failed to allocate IP${which}: ${why}`);

/** Ports of the same name keep their node ports when a client leaves those out. */
function keepPorts(spec: ServiceSpec, old: ServiceSpec): void {
  if (hasNodePorts(spec) && hasNodePorts(old)) {
    const kept = new Set(nodePortsOf(spec));
    const byName = new Map((old.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]));
    for (const port of spec.ports ?? []) {
      const nodePort = byName.get(port.name ?? '');
      if (!port.nodePort && nodePort && !kept.has(nodePort)) port.nodePort = nodePort;
    }
  }
  if (hasHealthCheck(spec) && hasHealthCheck(old) && old.healthCheckNodePort) {
    spec.healthCheckNodePort ??= old.healthCheckNodePort;
  }
}

const isAllocated = (spec: ServiceSpec): boolean =>
  spec.type === 'NodePort' || (isLoadBalancer(spec) && spec.allocateLoadBalancerNodePorts === true);

const refusedPort = (at: number, nodePort: number, why: string): Cause =>
  invalidValue(`spec.ports[${at}].nodePort`, nodePort, why);

/** One number of several protocols has one node port. */
function createPorts(spec: ServiceSpec, pool: NodePorts): Cause[] {
  const { ports = [] } = spec;
  const given = new Map<number, number>();
  for (const [at, port] of ports.entries()) {
    if (!port.nodePort && !isAllocated(spec)) continue;
    const number = port.port ?? 0;
    const shared = given.get(number);
    const wanted = shared === undefined ? requestedOf(number, ports) : port.nodePort;
    if (wanted && wanted !== shared) {
      const why = pool.take(wanted);
      if (why !== undefined) return [refusedPort(at, wanted, why)];
    }
    port.nodePort = wanted || shared || pool.next();
    if (shared === undefined) given.set(number, port.nodePort);
  }
  return [];
}

const requestedOf = (number: number, ports: readonly ServicePort[]): number | undefined =>
  ports.find(({ port, nodePort }) => port === number && nodePort)?.nodePort;

function updatePorts(spec: ServiceSpec, old: ServiceSpec, pool: NodePorts): Cause[] {
  const had = new Set(nodePortsOf(old));
  const seen = new Set<string>();
  for (const [at, port] of (spec.ports ?? []).entries()) {
    if (!port.nodePort && !isAllocated(spec)) continue;
    if (port.nodePort && !had.has(port.nodePort)) {
      const why = pool.take(port.nodePort);
      if (why !== undefined) return [refusedPort(at, port.nodePort, why)];
      had.add(port.nodePort);
    }
    port.nodePort ??= nextBut(pool, had);
    const key = `{${port.protocol} ${port.nodePort}}`;
    if (seen.has(key)) throw new StatusError(500, '', `duplicate nodePort: ${key}`);
    seen.add(key);
  }
  return [];
}

function nextBut(pool: NodePorts, had: ReadonlySet<number>): number {
  const port = pool.next();
  return had.has(port) ? nextBut(pool, had) : port;
}

function allocateHealthCheck(spec: ServiceSpec, pool: NodePorts): void {
  const wanted = spec.healthCheckNodePort;
  if (!wanted) {
    spec.healthCheckNodePort = pool.next();
    return;
  }
  const why = pool.take(wanted);
  if (why === undefined) return;
  const problem = `failed to allocate requested HealthCheck NodePort ${wanted}: ${why}`;
  throw new StatusError(500, 'InternalError', `Internal error occurred: ${problem}`, {
    causes: [{ reason: '', message: problem, field: '' }],
  });
}

/** What another type of service has no use for goes, unless the client changed it too. */
function dropLeftovers(spec: ServiceSpec, old: ServiceSpec): void {
  if (hasAddress(old) && !hasAddress(spec)) {
    if (spec.clusterIP === old.clusterIP && equalJson(spec.clusterIPs, old.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (equalJson(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  if (hasNodePorts(old) && !hasNodePorts(spec)) {
    const had = new Set(nodePortsOf(old));
    if (nodePortsOf(spec).every((port) => had.has(port))) for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (isExternal(old) && !isExternal(spec)) dropSame(spec, old, 'externalTrafficPolicy');
  if (hasHealthCheck(old) && !hasHealthCheck(spec)) dropSame(spec, old, 'healthCheckNodePort');
  if (!isLoadBalancer(old) || isLoadBalancer(spec)) return;
  dropSame(spec, old, 'allocateLoadBalancerNodePorts');
  dropSame(spec, old, 'loadBalancerClass');
}

function dropSame(spec: ServiceSpec, old: ServiceSpec, member: keyof ServiceSpec): void {
  if (spec[member] === old[member]) delete spec[member];
}
