import { labelKeyProblems, labelValueProblems } from '../../../apimachinery/names.js';
import type { Cause } from '../../status-error.js';
import { forbiddenField, invalidValue, misnamed, required } from '../checks/causes.js';
import { validateLabelSelector, validateOperator } from '../checks/label-selectors.js';
import { validateLabel, validateSubdomain } from '../checks/name-checks.js';
import type { LabelSelectorSpec } from '../model/typed.js';
import type { Affinity, AffinityTerm, NodeRequirement, NodeTerm, PodAffinity } from './pod-shape.js';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export function validateAffinity(affinity: Affinity | undefined, field: string): Cause[] {
  if (!affinity) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  return [
    ...(nodeAffinity ? nodeAffinityProblems(nodeAffinity, `${field}.nodeAffinity`) : []),
    ...(podAffinity ? podAffinityProblems(podAffinity, `${field}.podAffinity`) : []),
    ...(podAntiAffinity ? podAffinityProblems(podAntiAffinity, `${field}.podAntiAffinity`) : []),
  ];
}

function nodeAffinityProblems(affinity: NonNullable<Affinity['nodeAffinity']>, field: string): Cause[] {
  const { [REQUIRED]: needed, [PREFERRED]: wished = [] } = affinity;
  const at = `${field}.${REQUIRED}.nodeSelectorTerms`;
  return [
    ...(needed && !needed.nodeSelectorTerms?.length ? [required(at, 'must have at least one node selector term')] : []),
    ...(needed?.nodeSelectorTerms ?? []).flatMap((term, index) => termProblems(term, `${at}[${index}]`, true)),
    ...wished.flatMap(({ weight, preference }, index) => [
      ...weightProblems(weight, `${field}.${PREFERRED}[${index}].weight`),
      ...termProblems(preference, `${field}.${PREFERRED}[${index}].preference`, false),
    ]),
  ];
}

const weightProblems = (weight: number, field: string): Cause[] =>
  weight > 0 && weight <= 100 ? [] : [invalidValue(field, weight, 'must be in the range 1-100')];

/** A wish may name values no label has. */
const termProblems = (
  { matchExpressions = [], matchFields = [] }: NodeTerm,
  field: string,
  strict: boolean,
): Cause[] => [
  ...matchExpressions.flatMap((one, index) => expressionProblems(one, `${field}.matchExpressions[${index}]`, strict)),
  ...matchFields.flatMap((one, index) => fieldProblems(one, `${field}.matchFields[${index}]`)),
];

function expressionProblems({ key, operator, values = [] }: NodeRequirement, field: string, strict: boolean): Cause[] {
  const isComparison = operator === 'Gt' || operator === 'Lt';
  const single = "must be specified single value when `operator` is 'Lt' or 'Gt'";
  return [
    ...(isComparison
      ? values.length === 1
        ? []
        : [required(`${field}.values`, single)]
      : validateOperator(operator, values, field)),
    ...misnamed(`${field}.key`, key, labelKeyProblems),
    ...(strict
      ? values.flatMap((value, index) => misnamed(`${field}.values[${index}]`, value, labelValueProblems))
      : []),
  ];
}

function fieldProblems({ key, operator, values = [] }: NodeRequirement, field: string): Cause[] {
  const known = operator === 'In' || operator === 'NotIn';
  const single = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
  return [
    ...(known ? [] : [invalidValue(`${field}.operator`, operator, 'not a valid selector operator')]),
    ...(known && values.length !== 1 ? [required(`${field}.values`, single)] : []),
    ...(key === 'metadata.name'
      ? values.flatMap((value, index) => validateSubdomain(value, `${field}.values[${index}]`))
      : [invalidValue(`${field}.key`, key, 'not a valid field selector key')]),
  ];
}

const podAffinityProblems = (
  { [REQUIRED]: needed = [], [PREFERRED]: wished = [] }: PodAffinity,
  field: string,
): Cause[] => [
  ...needed.flatMap((term, index) => podTermProblems(term, `${field}.${REQUIRED}[${index}]`)),
  ...wished.flatMap(({ weight, podAffinityTerm }, index) => [
    ...weightProblems(weight, `${field}.${PREFERRED}[${index}].weight`),
    ...podTermProblems(podAffinityTerm, `${field}.${PREFERRED}[${index}].podAffinityTerm`),
  ]),
];

const podTermProblems = (term: AffinityTerm, field: string): Cause[] => [
  ...validateLabelSelector(term.labelSelector, `${field}.labelSelector`),
  ...validateLabelSelector(term.namespaceSelector, `${field}.namespaceSelector`),
  ...(term.namespaces ?? []).flatMap((name) => validateLabel(name, `${field}.namespace`)),
  ...validateLabelKeys(term, field),
  ...(term.topologyKey ? [] : [required(`${field}.topologyKey`, 'can not be empty')]),
  ...misnamed(`${field}.topologyKey`, term.topologyKey, labelKeyProblems),
];

interface Keyed {
  labelSelector?: LabelSelectorSpec;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

/** Keys whose values a pod brings along. */
export function validateLabelKeys(
  { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: Keyed,
  field: string,
): Cause[] {
  return [
    ...keyProblems(matchLabelKeys, labelSelector, `${field}.matchLabelKeys`),
    ...keyProblems(mismatchLabelKeys, labelSelector, `${field}.mismatchLabelKeys`),
    ...(labelSelector ? doubledKeys(matchLabelKeys, labelSelector, field) : []),
    ...matchLabelKeys.flatMap((key, index) =>
      mismatchLabelKeys.includes(key)
        ? [
            invalidValue(
              `${field}.matchLabelKeys[${index}]`,
              key,
              'exists in both matchLabelKeys and mismatchLabelKeys',
            ),
          ]
        : [],
    ),
  ];
}

function keyProblems(keys: readonly string[], selector: LabelSelectorSpec | undefined, field: string): Cause[] {
  if (keys.length === 0) return [];
  if (!selector) return [forbiddenField(field, 'must not be specified when labelSelector is not set')];
  return keys.flatMap((key, index) => misnamed(`${field}[${index}]`, key, labelKeyProblems));
}

function doubledKeys(keys: readonly string[], selector: LabelSelectorSpec, field: string): Cause[] {
  const seen = new Set(Object.keys(selector.matchLabels ?? {}));
  return (selector.matchExpressions ?? []).flatMap(({ key }) => {
    const isDoubled = keys.includes(key) && seen.has(key);
    seen.add(key);
    const why = 'exists in both matchLabelKeys and labelSelector';
    return isDoubled ? [invalidValue(`${field}[${keys.lastIndexOf(key)}]`, key, why)] : [];
  });
}
