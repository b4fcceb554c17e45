import type { Unstructured } from '../../../api/meta.js';
import type { Cause } from '../../status-error.js';
import {
  addressWarnings,
  cidrWarnings,
  validateAddress,
  validateCidr,
  validateEndpointAddress,
} from '../checks/addresses.js';
import { duplicate, forbiddenField, invalidValue, oneOf, required } from '../checks/causes.js';
import {
  validateLabel,
  validateLabels,
  validatePort,
  validatePortNumber,
  validateQualifiedName,
  validateSubdomain,
} from '../checks/name-checks.js';
import { specOf, typed } from '../model/typed.js';
import { validateAddressChange, validateAddresses } from './service-addresses.js';
import {
  HEADLESS,
  hasHealthCheck,
  isExternal,
  isHeadless,
  isLoadBalancer,
  type ServicePort,
  type ServiceSpec,
  TRAFFIC_POLICIES,
} from './service-spec.js';

const MAX_AFFINITY_SECONDS = 86_400;
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'";

export function validateService(object: Unstructured, before: Unstructured | undefined): Cause[] {
  const spec = specOf<ServiceSpec>(object);
  const old = before && typed<ServiceSpec>(before.spec ?? {});
  return [
    ...(old ? validateChange(spec, old) : []),
    ...validateType(spec),
    ...(spec.ports ?? []).flatMap((port, at) => validatePortOf(spec, port, at)),
    ...validateLabels(spec.selector ?? {}, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateAddresses(spec, old),
    ...validateExternalAddresses(spec, old),
    ...oneOf(spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], 'spec.type'),
    ...validateNodePorts(spec),
    ...validateDuplicates(spec.ports ?? []),
    ...validateSourceRanges(object, before),
    ...validateBalancing(spec),
    ...validateTraffic(spec),
  ];
}

function validateChange(spec: ServiceSpec, old: ServiceSpec): Cause[] {
  const stays = isLoadBalancer(spec) && isLoadBalancer(old);
  return [
    ...validateAddressChange(spec, old),
    ...(stays && spec.loadBalancerClass !== old.loadBalancerClass
      ? [invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set')]
      : []),
    ...(hasHealthCheck(spec) && hasHealthCheck(old) && spec.healthCheckNodePort !== old.healthCheckNodePort
      ? [forbiddenField('spec.healthCheckNodePort', 'field is immutable')]
      : []),
  ];
}

function validateType(spec: ServiceSpec): Cause[] {
  const { type, ports = [], clusterIPs = [] } = spec;
  const withoutPorts =
    ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName' ? [required('spec.ports')] : [];
  if (type === 'ExternalName') return [...withoutPorts, ...validateExternalName(spec)];
  return isHeadless(spec) && (type === 'LoadBalancer' || type === 'NodePort')
    ? [
        ...withoutPorts,
        invalidValue('spec.clusterIPs[0]', clusterIPs[0], `may not be set to 'None' for ${type} services`),
      ]
    : withoutPorts;
}

function validateExternalName({
  clusterIPs = [],
  ipFamilies = [],
  ipFamilyPolicy,
  externalName,
}: ServiceSpec): Cause[] {
  const why = 'may not be set for ExternalName services';
  const cname = (externalName ?? '').replace(/\.$/, '');
  return [
    ...(clusterIPs.length > 0 ? [forbiddenField('spec.clusterIPs', why)] : []),
    ...(ipFamilies.length > 0 ? [forbiddenField('spec.ipFamilies', why)] : []),
    ...(ipFamilyPolicy === undefined ? [] : [forbiddenField('spec.ipFamilyPolicy', why)]),
    ...(cname === '' ? [required('spec.externalName')] : validateSubdomain(cname, 'spec.externalName')),
  ];
}

function validatePortOf({ ports = [] }: ServiceSpec, port: ServicePort, index: number): Cause[] {
  const at = `spec.ports[${index}]`;
  const { name = '', appProtocol } = port;
  const isDoubled = ports.findIndex((other) => other.name === name) < index;
  return [
    ...(ports.length > 1 && name === '' ? [required(`${at}.name`)] : []),
    ...(name === '' ? [] : validateLabel(name, `${at}.name`)),
    ...(name !== '' && isDoubled ? [duplicate(`${at}.name`, name)] : []),
    ...validatePortNumber(port.port ?? 0, `${at}.port`),
    ...oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`),
    ...validatePort(port.targetPort ?? 0, `${at}.targetPort`),
    ...(appProtocol === undefined ? [] : validateQualifiedName(appProtocol, `${at}.appProtocol`)),
  ];
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): Cause[] {
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 0;
  return [
    ...oneOf(sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity'),
    ...(sessionAffinity === 'ClientIP' && (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS)
      ? [
          invalidValue(
            'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
            seconds,
            `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`,
          ),
        ]
      : []),
  ];
}

const validateExternalAddresses = ({ externalIPs = [] }: ServiceSpec, old: ServiceSpec | undefined): Cause[] =>
  externalIPs.flatMap((ip, at) => {
    const malformed = validateAddress(ip, `spec.externalIPs[${at}]`, old?.externalIPs);
    return malformed.length > 0 ? malformed : validateEndpointAddress(ip, `spec.externalIPs[${at}]`);
  });

function validateNodePorts({ type, ports = [] }: ServiceSpec): Cause[] {
  const keys = ports.map(({ protocol, nodePort }) => `${protocol}/${nodePort}`);
  return ports.flatMap(({ nodePort }, at) => {
    const field = `spec.ports[${at}].nodePort`;
    if (!nodePort) return [];
    return [
      ...(type === 'ClusterIP' ? [forbiddenField(field, "may not be used when `type` is 'ClusterIP'")] : []),
      ...(keys.indexOf(keys[at] ?? '') < at ? [duplicate(field, nodePort)] : []),
    ];
  });
}

function validateDuplicates(ports: readonly ServicePort[]): Cause[] {
  const keys = ports.map(({ protocol, port }) => `${protocol}/${port}`);
  return ports.flatMap(({ protocol, port }, at) =>
    keys.indexOf(keys[at] ?? '') < at ? [duplicate(`spec.ports[${at}]`, goPort(protocol, port))] : [],
  );
}

/** A port of which only these are known, as Go shows it. */
const goPort = (Protocol = '', Port = 0) => ({
  Name: '',
  Protocol,
  AppProtocol: null,
  Port,
  TargetPort: 0,
  NodePort: 0,
});

function validateSourceRanges(object: Unstructured, before: Unstructured | undefined): Cause[] {
  const spec = specOf<ServiceSpec>(object);
  const { loadBalancerSourceRanges: ranges = [] } = spec;
  const known = (typed<ServiceSpec>(before?.spec ?? {}).loadBalancerSourceRanges ?? []).map((range) => range.trim());
  const misplaced = (field: string): Cause[] => (isLoadBalancer(spec) ? [] : [forbiddenField(field, ONLY_BALANCED)]);
  if (ranges.length > 0) {
    const field = 'spec.LoadBalancerSourceRanges';
    return [
      ...misplaced(field),
      ...ranges.flatMap((range, at) => validateCidr(range.trim(), `${field}[${at}]`, known)),
    ];
  }
  const annotation = object.metadata.annotations?.[SOURCE_RANGES];
  if (annotation === undefined) return [];
  const field = `metadata.annotations[${SOURCE_RANGES}]`;
  const isNew = before?.metadata.annotations?.[SOURCE_RANGES] !== annotation && annotation.trim() !== '';
  const listed = isNew ? annotation.trim().split(',') : [];
  return [...misplaced(field), ...listed.flatMap((range) => validateCidr(range.trim(), field))];
}

function validateBalancing(spec: ServiceSpec): Cause[] {
  const { loadBalancerClass, allocateLoadBalancerNodePorts } = spec;
  if (isLoadBalancer(spec)) {
    return loadBalancerClass === undefined ? [] : validateQualifiedName(loadBalancerClass, 'spec.loadBalancerClass');
  }
  return [
    ...(allocateLoadBalancerNodePorts === undefined
      ? []
      : [forbiddenField('spec.allocateLoadBalancerNodePorts', ONLY_BALANCED)]),
    ...(loadBalancerClass === undefined ? [] : [forbiddenField('spec.loadBalancerClass', ONLY_BALANCED)]),
  ];
}

function validateTraffic(spec: ServiceSpec): Cause[] {
  const { externalTrafficPolicy, internalTrafficPolicy, healthCheckNodePort, trafficDistribution } = spec;
  const outside = 'spec.externalTrafficPolicy';
  const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return [
    ...(isExternal(spec)
      ? oneOf(externalTrafficPolicy, TRAFFIC_POLICIES, outside)
      : externalTrafficPolicy
        ? [invalidValue(outside, externalTrafficPolicy, 'may only be set for externally-accessible services')]
        : []),
    ...(healthCheckNodePort && !hasHealthCheck(spec)
      ? [invalidValue('spec.healthCheckNodePort', healthCheckNodePort, why)]
      : []),
    ...oneOf(internalTrafficPolicy, TRAFFIC_POLICIES, 'spec.internalTrafficPolicy'),
    ...oneOf(trafficDistribution, ['PreferClose', 'PreferSameZone', 'PreferSameNode'], 'spec.trafficDistribution'),
  ];
}

const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';

export function serviceWarnings(object: Unstructured): string[] {
  const spec = specOf<ServiceSpec>(object);
  const { type, externalIPs = [], loadBalancerIP, loadBalancerSourceRanges = [], clusterIPs = [] } = spec;
  const isBare = type === 'ClusterIP' && spec.clusterIP === HEADLESS;
  return [
    ...(object.metadata.annotations?.[TOPOLOGY_HINTS] === undefined
      ? []
      : [`annotation ${TOPOLOGY_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`]),
    ...(isHeadless(spec) ? [] : clusterIPs.flatMap((ip, at) => addressWarnings(ip, `spec.clusterIPs[${at}]`))),
    ...(isBare ? headlessWarnings(spec) : []),
    ...externalIPs.flatMap((ip, at) => addressWarnings(ip, `spec.externalIPs[${at}]`)),
    ...(externalIPs.length > 0 && !isBare && type !== 'ExternalName'
      ? ['spec.externalIPs is deprecated and may no longer be implemented in some clusters']
      : []),
    ...(loadBalancerIP ? addressWarnings(loadBalancerIP, 'spec.loadBalancerIP') : []),
    ...loadBalancerSourceRanges.flatMap((range, at) => cidrWarnings(range, `spec.loadBalancerSourceRanges[${at}]`)),
    ...(type === 'ExternalName' && externalIPs.length > 0
      ? ['spec.externalIPs is ignored when spec.type is "ExternalName"']
      : []),
    ...(type !== 'ExternalName' && spec.externalName
      ? ['spec.externalName is ignored when spec.type is not "ExternalName"']
      : []),
    ...(spec.trafficDistribution === 'PreferClose'
      ? ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']
      : []),
  ];
}

const headlessWarnings = ({ loadBalancerIP, externalIPs = [], sessionAffinity }: ServiceSpec): string[] =>
  [
    ...(loadBalancerIP ? ['loadBalancerIP'] : []),
    ...(externalIPs.length > 0 ? ['externalIPs'] : []),
    ...(sessionAffinity === 'None' ? [] : ['SessionAffinity']),
  ].map((field) => `spec.${field} is ignored for headless services`);
