import { quantityOrUndefined } from '../../../apimachinery/quantity.js';
import type { Cause } from '../../status-error.js';
import { invalidValue, oneOf, required, unsupported } from '../checks/causes.js';

interface Policy {
  type: string;
  value: number;
  periodSeconds: number;
}

interface Rules {
  stabilizationWindowSeconds?: number;
  selectPolicy?: string;
  policies?: Policy[];
  tolerance?: string;
}

export interface Behavior {
  scaleUp?: Rules;
  scaleDown?: Rules;
}

const PERIOD = 15;
const MAX_PERIOD = 1800;
const MAX_WINDOW = 3600;

const UP: Rules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: PERIOD },
    { type: 'Percent', value: 100, periodSeconds: PERIOD },
  ],
};
const DOWN: Rules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD }] };

/** Who says something of the behavior gets the usual for the rest. */
export const completedBehavior = ({ scaleUp, scaleDown }: Behavior): Behavior => ({
  scaleUp: { ...UP, ...scaleUp },
  scaleDown: { ...DOWN, ...scaleDown },
});

export const validateBehavior = ({ scaleUp, scaleDown }: Behavior): Cause[] => [
  ...(scaleUp ? validateRules(scaleUp, 'spec.behavior.scaleUp') : []),
  ...(scaleDown ? validateRules(scaleDown, 'spec.behavior.scaleDown') : []),
];

function validateRules({ stabilizationWindowSeconds: window = 0, ...rules }: Rules, field: string): Cause[] {
  const { selectPolicy, policies = [], tolerance } = rules;
  const about = (why: string): Cause => invalidValue(`${field}.stabilizationWindowSeconds`, window, why);
  return [
    ...(window < 0 ? [about('must be greater than or equal to zero')] : []),
    ...(window > MAX_WINDOW ? [about(`must be less than or equal to ${MAX_WINDOW}`)] : []),
    ...oneOf(selectPolicy, ['Disabled', 'Max', 'Min'], `${field}.selectPolicy`),
    ...(policies.length === 0 ? [required(`${field}.policies`, 'must specify at least one Policy')] : []),
    ...policies.flatMap((policy, at) => validatePolicy(policy, `${field}.policies[${at}]`)),
    ...(tolerance !== undefined && quantityOrUndefined(tolerance)?.sign() === -1
      ? [invalidValue(`${field}.tolerance`, tolerance, 'must be greater than or equal to 0')]
      : []),
  ];
}

function validatePolicy({ type, value, periodSeconds }: Policy, field: string): Cause[] {
  const types = ['Percent', 'Pods'];
  const period = `${field}.periodSeconds`;
  return [
    ...(types.includes(type) ? [] : [unsupported(`${field}.type`, type, types)]),
    ...(value <= 0 ? [invalidValue(`${field}.value`, value, 'must be greater than zero')] : []),
    ...(periodSeconds <= 0 ? [invalidValue(period, periodSeconds, 'must be greater than zero')] : []),
    ...(periodSeconds > MAX_PERIOD
      ? [invalidValue(period, periodSeconds, `must be less than or equal to ${MAX_PERIOD}`)]
      : []),
  ];
}
