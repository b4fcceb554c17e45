import type { Cause } from '../../status-error.js';
import { duplicate, invalidValue, oneOf, required, unsupported } from '../checks/causes.js';
import { descending } from '../checks/paths.js';
import type { PodSecurityContext, PodSpec, SeccompProfile, SecurityContext } from './pod-shape.js';

const LAST_ID = 2 ** 31 - 1;

const idProblems = (id: number | undefined, field: string): Cause[] =>
  id === undefined || (id >= 0 && id <= LAST_ID)
    ? []
    : [invalidValue(field, id, `must be between 0 and ${LAST_ID}, inclusive`)];

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function seccompProblems(profile: SeccompProfile | undefined, field: string): Cause[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const at = `${field}.localhostProfile`;
  const known =
    type === ''
      ? [required(`${field}.type`, 'type is required when seccompProfile is set')]
      : oneOf(type, PROFILES, `${field}.type`);
  if (type !== 'Localhost') {
    const { type: Type, localhostProfile: LocalhostProfile } = profile;
    const why = 'can only be set when seccomp type is Localhost';
    return localhostProfile === undefined ? known : [...known, invalidValue(at, { Type, LocalhostProfile }, why)];
  }
  return localhostProfile === undefined
    ? [...known, required(at, 'must be set when seccomp type is Localhost')]
    : [...known, ...descending(localhostProfile, at)];
}

function appArmorProblems(profile: SeccompProfile | undefined, field: string): Cause[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const at = `${field}.localhostProfile`;
  if (type === '') return [required(`${field}.type`, 'type is required when appArmorProfile is set')];
  if (!PROFILES.includes(type)) return [unsupported(`${field}.type`, type, PROFILES)];
  if (type === 'Localhost') {
    return localhostProfile?.trim() ? [] : [required(at, 'must be set when AppArmor type is Localhost')];
  }
  return localhostProfile === undefined
    ? []
    : [invalidValue(at, localhostProfile, 'can only be set when AppArmor type is Localhost')];
}

export function validateSecurityContext(context: SecurityContext | undefined, field: string): Cause[] {
  if (!context) return [];
  return [
    ...idProblems(context.runAsUser, `${field}.runAsUser`),
    ...idProblems(context.runAsGroup, `${field}.runAsGroup`),
    ...procMountProblems(context.procMount, `${field}.procMount`),
    ...seccompProblems(context.seccompProfile, `${field}.seccompProfile`),
    ...escalationProblems(context, field),
    ...appArmorProblems(context.appArmorProfile, `${field}.appArmorProfile`),
  ];
}

const procMountProblems = (procMount: string | undefined, field: string): Cause[] => [
  ...oneOf(procMount, ['Default', 'Unmasked'], field),
  ...(procMount === 'Unmasked' ? [invalidValue(field, procMount, '`hostUsers` must be false to use `Unmasked`')] : []),
];

function escalationProblems(context: SecurityContext, field: string): Cause[] {
  if (context.allowPrivilegeEscalation !== false) return [];
  const why = 'cannot set `allowPrivilegeEscalation` to false and';
  return [
    ...(context.privileged ? [invalidValue(field, context, `${why} \`privileged\` to true`)] : []),
    ...(context.capabilities?.add ?? [])
      .filter((capability) => capability === 'CAP_SYS_ADMIN')
      .map(() => invalidValue(field, context, `${why} \`capabilities.Add\` CAP_SYS_ADMIN`)),
  ];
}

export function validatePodSecurityContext({ securityContext, ...spec }: PodSpec, field: string): Cause[] {
  if (!securityContext) return [];
  return [
    ...idProblems(securityContext.fsGroup, `${field}.fsGroup`),
    ...idProblems(securityContext.runAsUser, `${field}.runAsUser`),
    ...idProblems(securityContext.runAsGroup, `${field}.runAsGroup`),
    ...(securityContext.supplementalGroups ?? []).flatMap((group, index) =>
      idProblems(group, `${field}.supplementalGroups[${index}]`),
    ),
    ...(spec.shareProcessNamespace && spec.hostPID
      ? [
          invalidValue(
            `${field}.shareProcessNamespace`,
            true,
            'ShareProcessNamespace and HostPID cannot both be enabled',
          ),
        ]
      : []),
    ...sysctlProblems(securityContext, spec, `${field}.sysctls`),
    ...policyProblems(securityContext, field),
  ];
}

const SYSCTL = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const LONGEST_SYSCTL = 253;

function sysctlProblems(
  { sysctls = [] }: PodSecurityContext,
  spec: Omit<PodSpec, 'securityContext'>,
  field: string,
): Cause[] {
  const names = sysctls.map(({ name }) => name.replaceAll('/', '.'));
  return sysctls.flatMap(({ name }, index) => {
    const at = `${field}[${index}].name`;
    const why = `must have at most ${LONGEST_SYSCTL} characters and match regex ${SYSCTL}`;
    if (name === '') return [required(at)];
    return [
      ...(name.length <= LONGEST_SYSCTL && new RegExp(SYSCTL).test(name) ? [] : [invalidValue(at, name, why)]),
      ...(names.indexOf(names[index] ?? '') < index ? [duplicate(at, name)] : []),
      ...(spec.hostNetwork && names[index]?.startsWith('net.')
        ? [invalidValue(at, name, "may not be specified when 'hostNetwork' is true")]
        : []),
    ];
  });
}

const policyProblems = (context: PodSecurityContext, field: string): Cause[] => [
  ...oneOf(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], `${field}.fsGroupChangePolicy`),
  ...seccompProblems(context.seccompProfile, `${field}.seccompProfile`),
  ...appArmorProblems(context.appArmorProfile, `${field}.appArmorProfile`),
  ...oneOf(context.supplementalGroupsPolicy, ['Merge', 'Strict'], `${field}.supplementalGroupsPolicy`),
  ...oneOf(context.seLinuxChangePolicy, ['MountOption', 'Recursive'], `${field}.seLinuxChangePolicy`),
];
