import type { Cause } from '../../status-error.js';
import { invalidValue, nonNegative, oneOf, required, tooLong, unsupported } from '../checks/causes.js';
import { validateSubdomain } from '../checks/name-checks.js';
import type { LabelSelectorSpec } from '../model/typed.js';
import type { PodTemplate } from '../pods/pod-shape.js';
import { validatePodTemplate } from '../pods/pod-spec.js';
import { type PodFailurePolicy, validatePodFailurePolicy } from './job-failure-policy.js';
import { type SuccessPolicy, validateSuccessPolicy } from './job-success-policy.js';

export interface JobSpec {
  completions?: number;
  parallelism?: number;
  activeDeadlineSeconds?: number;
  backoffLimit?: number;
  ttlSecondsAfterFinished?: number;
  backoffLimitPerIndex?: number;
  maxFailedIndexes?: number;
  completionMode?: string;
  suspend?: boolean;
  managedBy?: string;
  manualSelector?: boolean;
  selector?: LabelSelectorSpec;
  template?: PodTemplate;
  podFailurePolicy?: PodFailurePolicy;
  podReplacementPolicy?: string;
  successPolicy?: SuccessPolicy;
}

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

export const validateJobSpec = (spec: JobSpec, field: string): Cause[] => [
  ...COUNTS.flatMap((name) => nonNegative(spec[name], `${field}.${name}`)),
  ...(spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined
    ? [required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')]
    : []),
  ...(spec.managedBy === undefined ? [] : managerProblems(spec.managedBy, `${field}.managedBy`)),
  ...oneOf(spec.completionMode, ['NonIndexed', 'Indexed'], `${field}.completionMode`),
  ...indexProblems(spec, field),
  ...(spec.podFailurePolicy ? validatePodFailurePolicy(spec.podFailurePolicy, spec, `${field}.podFailurePolicy`) : []),
  ...successProblems(spec, `${field}.successPolicy`),
  ...replacementProblems(spec, `${field}.podReplacementPolicy`),
  ...validatePodTemplate(spec.template, `${field}.template`),
  ...restartProblems(spec, `${field}.template.spec.restartPolicy`),
];

const LONGEST_MANAGER = 63;

function managerProblems(name: string, field: string): Cause[] {
  if (name === '') return [required(field)];
  const [domain = '', path = '', ...rest] = name.split('/');
  const tooLongProblems = Buffer.byteLength(name) > LONGEST_MANAGER ? [tooLong(field, LONGEST_MANAGER)] : [];
  if (domain === '' || path === '') {
    const why = 'must be a domain-prefixed path (such as "acme.io/foo")';
    return [invalidValue(field, name, why), ...tooLongProblems];
  }
  const isPath = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test([path, ...rest].join('/'));
  return [
    ...validateSubdomain(domain, field),
    ...(isPath ? [] : [invalidValue(field, [path, ...rest].join('/'), 'Invalid path')]),
    ...tooLongProblems,
  ];
}

const MOST_PARALLEL = 100_000;

function indexProblems(spec: JobSpec, field: string): Cause[] {
  const { completionMode, completions, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex } = spec;
  if (completionMode !== 'Indexed') {
    return Object.entries({ backoffLimitPerIndex, maxFailedIndexes }).flatMap(([name, value]) =>
      (completionMode === undefined || completionMode === 'NonIndexed') && value !== undefined
        ? [invalidValue(`${field}.${name}`, value, 'requires indexed completion mode')]
        : [],
    );
  }
  const most = `must be less than or equal to ${MOST_PARALLEL} when completion mode is Indexed`;
  const more = 'must be less than or equal to completions';
  return [
    ...(completions === undefined ? [required(`${field}.completions`, 'when completion mode is Indexed')] : []),
    ...(parallelism > MOST_PARALLEL ? [invalidValue(`${field}.parallelism`, parallelism, most)] : []),
    ...(completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions
      ? [invalidValue(`${field}.maxFailedIndexes`, maxFailedIndexes, more)]
      : []),
  ];
}

function successProblems({ successPolicy, completionMode, completions = 0 }: JobSpec, field: string): Cause[] {
  if (!successPolicy) return [];
  if (completionMode === 'Indexed') return validateSuccessPolicy(successPolicy, completions, field);
  const Rules = (successPolicy.rules ?? []).map(({ succeededIndexes = null, succeededCount = null }) => ({
    SucceededIndexes: succeededIndexes,
    SucceededCount: succeededCount,
  }));
  return [invalidValue(field, { Rules }, 'requires indexed completion mode')];
}

const replacementProblems = ({ podFailurePolicy, podReplacementPolicy }: JobSpec, field: string): Cause[] =>
  oneOf(podReplacementPolicy, podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'], field);

const ENDS = ['OnFailure', 'Never'];

function restartProblems({ template, podFailurePolicy }: JobSpec, field: string): Cause[] {
  const policy = template?.spec?.restartPolicy ?? '';
  if (policy === 'Always' || policy === '') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (!ENDS.includes(policy)) return [unsupported(field, policy, ENDS)];
  return podFailurePolicy && policy !== 'Never'
    ? [invalidValue(field, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    : [];
}
