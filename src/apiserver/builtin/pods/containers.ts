import type { Cause } from '../../status-error.js';
import { duplicate, forbiddenField, invalidValue, oneOf, oneOfRequired, required } from '../checks/causes.js';
import { validateLabel } from '../checks/name-checks.js';
import { validateEnv, validateEnvFrom } from './env.js';
import type { Container, PodSpec } from './pod-shape.js';
import { hostPortConflicts, validateContainerPorts } from './ports.js';
import { validateProbes } from './probes.js';
import { validateResources } from './resources.js';
import { validateSecurityContext } from './security.js';
import { type Volumes, validateVolumeDevices, validateVolumeMounts } from './volume-mounts.js';

export function validateContainers(spec: PodSpec, volumes: Volumes, field: string): Cause[] {
  const { containers = [] } = spec;
  if (containers.length === 0) return [required(field)];
  const names = new Set<string>();
  return [
    ...containers.flatMap((container, index) => {
      const at = `${field}[${index}]`;
      return [
        ...validateContainer(container, spec, volumes, at),
        ...nameTaken(container, names, at),
        ...validateProbes(container, spec, at),
        ...restartProblems(container, at),
      ];
    }),
    ...hostPortConflicts(containers, field),
  ];
}

export function validateInitContainers(spec: PodSpec, volumes: Volumes, field: string): Cause[] {
  const { containers = [], initContainers = [] } = spec;
  const names = new Set(containers.map(({ name }) => name));
  return initContainers.flatMap((container, index) => {
    const at = `${field}[${index}]`;
    return [
      ...validateContainer(container, spec, volumes, at),
      ...restartProblems(container, at),
      ...nameTaken(container, names, at),
      // Each by itself: they run one after the other.
      ...hostPortConflicts([container], field),
      ...(container.restartPolicy === 'Always' ? validateProbes(container, spec, at) : probesForbidden(container, at)),
    ];
  });
}

function nameTaken({ name }: Container, names: Set<string>, field: string): Cause[] {
  if (names.has(name)) return [duplicate(`${field}.name`, name)];
  if (name) names.add(name);
  return [];
}

const probesForbidden = (container: Container, field: string): Cause[] =>
  (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    .filter((member) => container[member])
    .map((member) =>
      forbiddenField(`${field}.${member}`, 'may not be set for init containers without restartPolicy=Always'),
    );

const RESTARTS = ['Always', 'Never', 'OnFailure'];

function restartProblems({ restartPolicy, restartPolicyRules: rules = [] }: Container, field: string): Cause[] {
  const missing = 'must specify restartPolicy when restart rules are used';
  return [
    ...(restartPolicy === undefined && rules.length > 0 ? [required(`${field}.restartPolicy`, missing)] : []),
    ...oneOf(restartPolicy, RESTARTS, `${field}.restartPolicy`),
    ...rules.flatMap(({ action, exitCodes }, index) => {
      const at = `${field}.restartPolicyRules[${index}]`;
      return [
        ...oneOf(action, ['Restart', 'RestartAllContainers'], `${at}.action`),
        ...(exitCodes
          ? oneOf(exitCodes.operator, ['In', 'NotIn'], `${at}.exitCodes.operator`)
          : [required(`${at}.exitCodes`, 'must be specified')]),
      ];
    }),
  ];
}

const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];

const validateContainer = (container: Container, spec: PodSpec, volumes: Volumes, field: string): Cause[] => [
  ...(container.name ? validateLabel(container.name, `${field}.name`) : [required(`${field}.name`)]),
  ...(container.image ? [] : [required(`${field}.image`)]),
  ...oneOfRequired(container.terminationMessagePolicy, MESSAGE_POLICIES, `${field}.terminationMessagePolicy`),
  ...validateContainerPorts(container.ports ?? [], `${field}.ports`),
  ...validateEnv(container.env ?? [], `${field}.env`),
  ...validateEnvFrom(container.envFrom ?? [], `${field}.envFrom`),
  ...validateVolumeMounts(container, volumes, `${field}.volumeMounts`),
  ...validateVolumeDevices(container, volumes, `${field}.volumeDevices`),
  ...oneOfRequired(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${field}.imagePullPolicy`),
  ...validateResources(container.resources, `${field}.resources`),
  ...resizeProblems(container, spec, `${field}.resizePolicy`),
  ...validateSecurityContext(container.securityContext, `${field}.securityContext`),
];

function resizeProblems({ resizePolicy = [] }: Container, { restartPolicy }: PodSpec, field: string): Cause[] {
  const seen = new Set<string>();
  return resizePolicy.flatMap(({ resourceName, restartPolicy: policy }, index) => {
    const why = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
    const causes = [
      ...(seen.has(resourceName) ? [duplicate(`${field}[${index}]`, resourceName)] : []),
      ...oneOfRequired(resourceName, ['cpu', 'memory'], field),
      ...oneOfRequired(policy, ['NotRequired', 'RestartContainer'], field),
      ...(restartPolicy === 'Never' && policy !== 'NotRequired' ? [invalidValue(field, policy, why)] : []),
    ];
    seen.add(resourceName);
    return causes;
  });
}
