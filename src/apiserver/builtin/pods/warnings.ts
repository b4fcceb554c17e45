import { goQuoted } from '../../../apimachinery/go-text.js';
import { quantityOrUndefined } from '../../../apimachinery/quantity.js';
import type { Labels } from '../model/typed.js';
import type {
  Affinity,
  AffinityTerm,
  Container,
  ContainerPort,
  PodSpec,
  PodTemplate,
  Quantities,
  Volume,
} from './pod-shape.js';

/** What writers of a pod, or of a template of one, are warned of. */
export const podWarnings = (spec: PodSpec, annotations: Labels, prefix: string): string[] => [
  ...labelWarnings(spec, `${prefix}spec`),
  ...annotationWarnings(annotations, `${prefix}metadata.annotations`),
  ...(spec.volumes ?? []).flatMap((volume, index) => volumeWarnings(volume, `${prefix}spec.volumes[${index}]`)),
  ...repeated(spec, `${prefix}spec`),
  ...byteWarnings(spec.overhead, `${prefix}spec.overhead`),
  ...placed(spec, `${prefix}spec`).flatMap(([container, at]) => containerWarnings(container, at)),
  ...portWarnings(spec, `${prefix}spec`),
  ...graceWarnings(spec, `${prefix}spec`),
  ...affinityWarnings(spec.affinity ?? {}, `${prefix}spec.affinity`),
];

export const templateWarnings = (template: PodTemplate | undefined, field: string): string[] =>
  podWarnings(template?.spec ?? {}, template?.metadata?.annotations ?? {}, `${field}.`);

/** In the order Kubernetes visits them. */
const placed = ({ initContainers = [], containers = [] }: PodSpec, field: string): (readonly [Container, string])[] => [
  ...initContainers.map((container, index) => [container, `${field}.initContainers[${index}]`] as const),
  ...containers.map((container, index) => [container, `${field}.containers[${index}]`] as const),
];

const RENAMED_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

const labelWarnings = ({ nodeSelector = {}, topologySpreadConstraints = [] }: PodSpec, field: string): string[] => [
  ...Object.keys(nodeSelector).flatMap((key) =>
    RENAMED_LABELS[key] ? [`${field}.nodeSelector[${key}]: ${RENAMED_LABELS[key]}`] : [],
  ),
  ...topologySpreadConstraints.flatMap(({ topologyKey, labelSelector }, index) => {
    const at = `${field}.topologySpreadConstraints[${index}]`;
    const renamed = RENAMED_LABELS[topologyKey];
    return [
      ...(renamed ? [`${at}.topologyKey: ${topologyKey} is ${renamed}`] : []),
      ...(labelSelector ? [] : [`${at}.labelSelector: a null labelSelector results in matching no pod`]),
    ];
  }),
];

const OLD_ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

const annotationWarnings = (annotations: Labels, field: string): string[] =>
  Object.entries(OLD_ANNOTATIONS).flatMap(([key, why]) =>
    Object.hasOwn(annotations, key) ? [`${field}[${key}]: ${why}`] : [],
  );

const OLD_VOLUMES: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

const volumeWarnings = (volume: Volume, field: string): string[] =>
  Object.entries(OLD_VOLUMES).flatMap(([source, why]) => (volume[source] ? [`${field}.${source}: ${why}`] : []));

function repeated({ hostAliases = [], imagePullSecrets = [] }: PodSpec, field: string): string[] {
  const names = imagePullSecrets.map(({ name = '' }) => name);
  const addresses = hostAliases.map(({ ip }) => ip);
  return [
    ...addresses.flatMap((ip, index) =>
      addresses.indexOf(ip) < index ? [`${field}.hostAliases[${index}].ip: duplicate ip ${goQuoted(ip)}`] : [],
    ),
    ...names.flatMap((name, index) =>
      names.indexOf(name) < index ? [`${field}.imagePullSecrets[${index}].name: duplicate name ${goQuoted(name)}`] : [],
    ),
    ...names.flatMap((name, index) =>
      name === '' ? [`${field}.imagePullSecrets[${index}].name: invalid empty name ""`] : [],
    ),
  ];
}

/** Bytes are whole; `100m` of memory was meant to be megabytes. */
const byteWarnings = (quantities: Quantities = {}, field: string): string[] =>
  ['memory', 'ephemeral-storage'].flatMap((name) => {
    const value = quantityOrUndefined(String(quantities[name] ?? 0));
    if (!value || value.milliValue() % 1000n === 0n) return [];
    return [`${field}[${name}]: fractional byte value ${goQuoted(value.toString())} is invalid, must be an integer`];
  });

const containerWarnings = ({ resources = {}, env = [] }: Container, field: string): string[] => [
  ...['memory', 'ephemeral-storage'].flatMap((name) =>
    (['limits', 'requests'] as const).flatMap((part) => {
      const value = resources[part]?.[name];
      return value === undefined ? [] : byteWarnings({ [name]: value }, `${field}.resources.${part}`);
    }),
  ),
  ...env.flatMap(({ name, value = '', valueFrom }, index) => {
    const hides = env.findIndex((other) => other.name === name) < index;
    const extended = !valueFrom && value !== `$(${name})` && value.includes(`$(${name})`);
    return hides && !extended
      ? [
          `${field}.env[${index}]: hides previous definition of ${goQuoted(name)}, which may be dropped when using apply`,
        ]
      : [];
  }),
];

type PlacedPort = readonly [port: ContainerPort, field: string];

function portWarnings(spec: PodSpec, field: string): string[] {
  const ports = placed(spec, field).flatMap(([{ ports: own = [] }, at]) =>
    own.map((port, index): PlacedPort => [port, `${at}.ports[${index}]`]),
  );
  return [...ports.flatMap((one, index) => conflicts(one, ports.slice(0, index))), ...sharedNames(ports)];
}

function conflicts([port, field]: PlacedPort, before: readonly PlacedPort[]): string[] {
  const { hostPort = 0, hostIP = '' } = port;
  return before
    .filter(([other]) => other.containerPort === port.containerPort && other.protocol === port.protocol)
    .flatMap(([{ hostPort: otherPort = 0, hostIP: otherIP = '' }, at]) => {
      if (hostIP === otherIP && hostPort === otherPort) return [`${field}: duplicate port definition with ${at}`];
      if (hostPort === 0 || otherPort === 0) return [`${field}: overlapping port definition with ${at}`];
      const ambiguous = hostPort === otherPort && (hostIP === '') !== (otherIP === '');
      return ambiguous ? [`${field}: dangerously ambiguous port definition with ${at}`] : [];
    });
}

const sharedNames = (ports: readonly PlacedPort[]): string[] =>
  ports.flatMap(([{ name }, field], index) => {
    const other = name ? ports.slice(0, index).find(([port]) => port.name === name)?.[1] : undefined;
    if (!name || !other) return [];
    const effect = `services and probes that select ports by name will use ${other}`;
    return [`${field}: duplicate port name ${goQuoted(name)} with ${other}, ${effect}`];
  });

const graceWarnings = ({ terminationGracePeriodSeconds: grace }: PodSpec, field: string): string[] =>
  grace !== undefined && grace < 0
    ? [`${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
    : [];

const affinityWarnings = (affinity: Affinity, field: string): string[] =>
  (['podAffinity', 'podAntiAffinity'] as const).flatMap((name) => {
    const {
      requiredDuringSchedulingIgnoredDuringExecution: needed = [],
      preferredDuringSchedulingIgnoredDuringExecution: wished = [],
    } = affinity[name] ?? {};
    const at = `${field}.${name}`;
    return [
      ...needed.flatMap((term, index) =>
        selectsNothing(term, `${at}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`),
      ),
      ...wished.flatMap(({ podAffinityTerm }, index) =>
        selectsNothing(
          podAffinityTerm,
          `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm`,
        ),
      ),
    ];
  });

const selectsNothing = ({ labelSelector }: AffinityTerm, field: string): string[] =>
  labelSelector ? [] : [`${field}.labelSelector: a null labelSelector results in matching no pod`];
