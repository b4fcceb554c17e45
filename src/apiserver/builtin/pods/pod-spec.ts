import { labelKeyProblems } from '../../../apimachinery/names.js';
import type { Cause } from '../../status-error.js';
import { duplicate, forbiddenField, invalidValue, misnamed, oneOf, oneOfRequired, required } from '../checks/causes.js';
import { validateAnnotations, validateLabel, validateLabels, validateSubdomain } from '../checks/name-checks.js';
import { validateAffinity } from './affinity.js';
import { validateContainers, validateInitContainers } from './containers.js';
import { validateDns, validateHostAliases } from './dns.js';
import type { PodSpec, PodTemplate } from './pod-shape.js';
import { validateSpread, validateTolerations } from './scheduling.js';
import { validatePodSecurityContext } from './security.js';
import { validateVolumes } from './volumes.js';

export const validatePodTemplate = (template: PodTemplate | undefined, field: string): Cause[] => [
  ...validateLabels(template?.metadata?.labels ?? {}, `${field}.labels`),
  ...validateAnnotations(template?.metadata?.annotations ?? {}, `${field}.annotations`),
  ...validatePodSpec(template?.spec ?? {}, `${field}.spec`, false),
  ...(template?.spec?.ephemeralContainers?.length
    ? [forbiddenField(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
    : []),
];

const RESTARTS = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

export function validatePodSpec(spec: PodSpec, field: string, isPod: boolean): Cause[] {
  const volumes = validateVolumes(spec.volumes ?? [], `${field}.volumes`);
  return [
    ...(spec.terminationGracePeriodSeconds === undefined ? [required(`${field}.terminationGracePeriodSeconds`)] : []),
    ...volumes.causes,
    ...validateContainers(spec, volumes.good, `${field}.containers`),
    ...validateInitContainers(spec, volumes.good, `${field}.initContainers`),
    ...hostPortProblems(spec, `${field}.containers`, isPod),
    ...oneOfRequired(spec.restartPolicy, RESTARTS, `${field}.restartPolicy`),
    ...oneOfRequired(spec.dnsPolicy, DNS_POLICIES, `${field}.dnsPolicy`),
    ...validateLabels(spec.nodeSelector ?? {}, `${field}.nodeSelector`),
    ...validatePodSecurityContext(spec, `${field}.securityContext`),
    ...validateAffinity(spec.affinity, `${field}.affinity`),
    ...validateDns(spec, `${field}.dnsConfig`),
    ...gateProblems(spec, field),
    ...validateSpread(spec.topologySpreadConstraints ?? [], `${field}.topologySpreadConstraints`),
    ...nameProblems(spec, field),
    ...deadlineProblems(spec, `${field}.activeDeadlineSeconds`),
    ...validateTolerations(spec.tolerations ?? [], `${field}.tolerations`),
    ...validateHostAliases(spec, `${field}.hostAliases`),
    ...oneOf(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], `${field}.preemptionPolicy`),
    ...oneOf(spec.os?.name, ['linux', 'windows'], `${field}.os`),
  ];
}

/** In a template the port of the node may still be missing. */
function hostPortProblems({ hostNetwork, containers = [] }: PodSpec, field: string, isPod: boolean): Cause[] {
  if (!hostNetwork) return [];
  const why = 'must match `containerPort` when `hostNetwork` is true';
  return containers.flatMap(({ ports = [] }, container) =>
    ports.flatMap(({ hostPort = 0, containerPort }, port) =>
      (isPod || hostPort !== 0) && hostPort !== containerPort
        ? [invalidValue(`${field}[${container}].ports[${port}].hostPort`, hostPort, why)]
        : [],
    ),
  );
}

function gateProblems({ readinessGates = [], schedulingGates = [] }: PodSpec, field: string): Cause[] {
  const seen = new Set<string>();
  return [
    ...readinessGates.flatMap(({ conditionType }, index) =>
      misnamed(`${field}.readinessGates[${index}].conditionType`, conditionType, labelKeyProblems),
    ),
    ...schedulingGates.flatMap(({ name }, index) => {
      const at = `${field}.schedulingGates[${index}]`;
      const doubled = seen.has(name) ? [duplicate(at, name)] : [];
      seen.add(name);
      return [...misnamed(at, name, labelKeyProblems), ...doubled];
    }),
  ];
}

const NAMES = [
  ['serviceAccountName', validateSubdomain],
  ['nodeName', validateSubdomain],
  ['hostname', validateLabel],
  ['subdomain', validateLabel],
  ['priorityClassName', validateSubdomain],
  ['runtimeClassName', validateSubdomain],
] as const;

const nameProblems = (spec: PodSpec, field: string): Cause[] =>
  NAMES.flatMap(([member, rule]) => {
    const name = spec[member];
    return name === undefined || (name === '' && member !== 'runtimeClassName') ? [] : rule(name, `${field}.${member}`);
  });

const LAST_SECOND = 2 ** 31 - 1;

const deadlineProblems = ({ activeDeadlineSeconds: deadline }: PodSpec, field: string): Cause[] =>
  deadline === undefined || (deadline >= 1 && deadline <= LAST_SECOND)
    ? []
    : [invalidValue(field, deadline, `must be between 1 and ${LAST_SECOND}, inclusive`)];
