import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { invalidValue, nonNegative, oneOf } from '../checks/causes.js';
import { validateConditions } from '../checks/conditions.js';
import { validateLabelSelector } from '../checks/label-selectors.js';
import { type Condition, type LabelSelectorSpec, specOf, statusOf } from '../model/typed.js';

type Amount = number | string;

interface Spec {
  minAvailable?: Amount;
  maxUnavailable?: Amount;
  selector?: LabelSelectorSpec;
  unhealthyPodEvictionPolicy?: string;
}

interface Status {
  conditions: Condition[];
  disruptionsAllowed: number;
  currentHealthy: number;
  desiredHealthy: number;
  expectedPods: number;
}

export const disruptionBudget: Strategy = {
  checksMetadataLast: true,
  validate(object) {
    const spec = specOf<Spec>(object);
    return [
      ...(spec.minAvailable === undefined || spec.maxUnavailable === undefined
        ? []
        : [invalidValue('spec', goSpec(spec), 'minAvailable and maxUnavailable cannot be both set')]),
      ...validateAmount(spec.minAvailable, 'spec.minAvailable'),
      ...validateAmount(spec.maxUnavailable, 'spec.maxUnavailable'),
      ...validateLabelSelector(spec.selector, 'spec.selector'),
      ...oneOf(spec.unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget'], 'spec.unhealthyPodEvictionPolicy'),
    ];
  },
  validateStatus(object) {
    const {
      conditions = [],
      disruptionsAllowed,
      currentHealthy,
      desiredHealthy,
      expectedPods,
    } = statusOf<Status>(object);
    const numbers = { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods };
    return [
      ...validateConditions(conditions, 'status.conditions'),
      ...Object.entries(numbers).flatMap(([name, value]) => nonNegative(value, `status.${name}`)),
    ];
  },
};

/** As Go shows it. */
const goSpec = ({ minAvailable, selector, maxUnavailable, unhealthyPodEvictionPolicy }: Spec) => ({
  MinAvailable: minAvailable ?? null,
  Selector: selector ?? null,
  MaxUnavailable: maxUnavailable ?? null,
  UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
});

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** A number of pods, or a share of them. */
function validateAmount(amount: Amount | undefined, field: string): Cause[] {
  if (typeof amount !== 'string') return nonNegative(amount, field);
  if (!/^\d+%$/.test(amount)) return [invalidValue(field, amount, PERCENT)];
  return Number.parseInt(amount, 10) > 100 ? [invalidValue(field, amount, 'must not be greater than 100%')] : [];
}
