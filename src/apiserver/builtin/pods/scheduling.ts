import { labelKeyProblems, labelValueProblems } from '../../../apimachinery/names.js';
import type { Cause } from '../../status-error.js';
import { duplicate, invalidValue, misnamed, oneOf, positive, required, unsupported } from '../checks/causes.js';
import { validateLabelSelector } from '../checks/label-selectors.js';
import { validateLabelKeys } from './affinity.js';
import type { SpreadConstraint, Toleration } from './pod-shape.js';

export const validateTolerations = (tolerations: readonly Toleration[], field: string): Cause[] =>
  tolerations.flatMap((toleration, index) => tolerationProblems(toleration, `${field}[${index}]`));

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const ALL_KEYS = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';

function tolerationProblems(toleration: Toleration, field: string): Cause[] {
  const { key = '', operator = '', effect = '', tolerationSeconds } = toleration;
  return [
    ...(key ? misnamed(`${field}.key`, key, labelKeyProblems) : []),
    ...(key === '' && operator !== 'Exists' ? [invalidValue(`${field}.operator`, operator, ALL_KEYS)] : []),
    ...(tolerationSeconds !== undefined && effect !== 'NoExecute'
      ? [invalidValue(`${field}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")]
      : []),
    ...operatorProblems(toleration, `${field}.operator`),
    ...(effect === '' ? [] : oneOf(effect, EFFECTS, `${field}.effect`)),
  ];
}

function operatorProblems({ operator = '', value = '' }: Toleration, field: string): Cause[] {
  if (operator === 'Equal' || operator === '') {
    const problems = labelValueProblems(value);
    return problems.length === 0 ? [] : [invalidValue(field, value, problems.join(';'))];
  }
  if (operator === 'Exists') {
    return value === '' ? [] : [invalidValue(field, value, "value must be empty when `operator` is 'Exists'")];
  }
  const compares = operator === 'Lt' || operator === 'Gt';
  return [unsupported(field, operator, compares ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists'])];
}

export const validateSpread = (constraints: readonly SpreadConstraint[], field: string): Cause[] =>
  constraints.flatMap((constraint, index) => {
    const at = `${field}[${index}]`;
    return [
      ...constraintProblems(constraint, at),
      ...(constraints.slice(index + 1).some((other) => isSame(other, constraint))
        ? [
            duplicate(
              `${at}.{topologyKey, whenUnsatisfiable}`,
              `{${constraint.topologyKey}, ${constraint.whenUnsatisfiable}}`,
            ),
          ]
        : []),
    ];
  });

const isSame = (one: SpreadConstraint, other: SpreadConstraint): boolean =>
  one.topologyKey === other.topologyKey && one.whenUnsatisfiable === other.whenUnsatisfiable;

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const POLICIES = ['Honor', 'Ignore'];

const constraintProblems = (constraint: SpreadConstraint, field: string): Cause[] => [
  ...positive(constraint.maxSkew, `${field}.maxSkew`),
  ...(constraint.topologyKey ? [] : [required(`${field}.topologyKey`, 'can not be empty')]),
  ...oneOf(constraint.whenUnsatisfiable, ACTIONS, `${field}.whenUnsatisfiable`),
  ...domainProblems(constraint, `${field}.minDomains`),
  ...oneOf(constraint.nodeAffinityPolicy, POLICIES, `${field}.nodeAffinityPolicy`),
  ...oneOf(constraint.nodeTaintsPolicy, POLICIES, `${field}.nodeTaintsPolicy`),
  ...validateLabelKeys(constraint, field),
  ...validateLabelSelector(constraint.labelSelector, `${field}.labelSelector`),
];

function domainProblems({ minDomains, whenUnsatisfiable }: SpreadConstraint, field: string): Cause[] {
  if (minDomains === undefined) return [];
  const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
  return [
    ...positive(minDomains, field),
    ...(whenUnsatisfiable === 'DoNotSchedule' ? [] : [invalidValue(field, minDomains, why)]),
  ];
}
