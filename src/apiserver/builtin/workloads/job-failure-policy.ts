import { labelKeyProblems } from '../../../apimachinery/names.js';
import type { Cause } from '../../status-error.js';
import {
  duplicate,
  invalidPart,
  invalidValue,
  misnamed,
  oneOf,
  required,
  tooMany,
  unsupported,
} from '../checks/causes.js';
import { containersOf } from '../pods/complete.js';
import type { PodTemplate } from '../pods/pod-shape.js';

interface OnExitCodes {
  containerName?: string;
  operator: string;
  values?: number[];
}

interface Rule {
  action: string;
  onExitCodes?: OnExitCodes;
  onPodConditions?: { type: string; status?: string }[];
}

export interface PodFailurePolicy {
  rules?: Rule[];
}

interface Owner {
  template?: PodTemplate;
  backoffLimitPerIndex?: number;
}

const MOST_RULES = 20;
const MOST_VALUES = 255;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

const listed = (values: readonly string[]): string =>
  `valid values: [${values.map((value) => JSON.stringify(value)).join(' ')}]`;

export const validatePodFailurePolicy = ({ rules = [] }: PodFailurePolicy, job: Owner, field: string): Cause[] => [
  ...(rules.length > MOST_RULES ? [tooMany(`${field}.rules`, rules.length, MOST_RULES)] : []),
  ...rules.flatMap((rule, index) => ruleProblems(rule, job, `${field}.rules[${index}]`)),
];

function ruleProblems({ action, onExitCodes, onPodConditions = [] }: Rule, job: Owner, field: string): Cause[] {
  const both = 'specifying both OnExitCodes and OnPodConditions is not supported';
  const none = 'specifying one of OnExitCodes and OnPodConditions is required';
  const hasConditions = onPodConditions.length > 0;
  return [
    ...actionProblems(action, job, `${field}.action`),
    ...(onExitCodes ? exitProblems(onExitCodes, job, `${field}.onExitCodes`) : []),
    ...onPodConditions.flatMap(({ type, status = '' }, index) => {
      const at = `${field}.onPodConditions[${index}]`;
      const statuses = ['False', 'True', 'Unknown'];
      return [
        ...misnamed(`${at}.type`, type, labelKeyProblems),
        ...(status === '' ? [required(`${at}.status`, listed(statuses))] : oneOf(status, statuses, `${at}.status`)),
      ];
    }),
    ...(onExitCodes && hasConditions ? [invalidPart(field, both)] : []),
    ...(onExitCodes || hasConditions ? [] : [invalidPart(field, none)]),
  ];
}

function actionProblems(action: string, { backoffLimitPerIndex }: Owner, field: string): Cause[] {
  if (action === '') return [required(field, listed(ACTIONS))];
  if (action === 'FailIndex' && backoffLimitPerIndex === undefined) {
    return [invalidValue(field, action, 'requires the backoffLimitPerIndex to be set')];
  }
  return ACTIONS.includes(action) ? [] : [unsupported(field, action, ACTIONS)];
}

function exitProblems({ containerName, operator, values = [] }: OnExitCodes, job: Owner, field: string): Cause[] {
  const names = containersOf(job.template?.spec ?? {}).map(({ name }) => name);
  const operators = ['In', 'NotIn'];
  const unknown = 'must be one of the container or initContainer names in the pod template';
  return [
    ...(operator === ''
      ? [required(`${field}.operator`, listed(operators))]
      : oneOf(operator, operators, `${field}.operator`)),
    ...(containerName !== undefined && !names.includes(containerName)
      ? [invalidValue(`${field}.containerName`, containerName, unknown)]
      : []),
    ...valueProblems(values, operator, `${field}.values`),
  ];
}

const valueProblems = (values: readonly number[], operator: string, field: string): Cause[] => [
  ...(values.length === 0 ? [invalidValue(field, null, 'at least one value is required')] : []),
  ...(values.length > MOST_VALUES ? [tooMany(field, values.length, MOST_VALUES)] : []),
  ...values.flatMap((value, index) => [
    ...(operator === 'In' && value === 0
      ? [invalidValue(`${field}[${index}]`, value, 'must not be 0 for the In operator')]
      : []),
    ...(values.indexOf(value) < index ? [duplicate(`${field}[${index}]`, value)] : []),
  ]),
  ...(values.some((value, index) => index > 0 && (values[index - 1] ?? 0) > value)
    ? [invalidValue(field, values, 'must be ordered')]
    : []),
];
