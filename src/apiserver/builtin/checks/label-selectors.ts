import { labelKeyProblems, labelValueProblems } from '../../../apimachinery/names.js';
import type { Cause } from '../../status-error.js';
import type { LabelSelectorSpec, Labels } from '../model/typed.js';
import { forbiddenField, invalidValue, required } from './causes.js';
import { validateLabels } from './name-checks.js';

type Requirement = NonNullable<LabelSelectorSpec['matchExpressions']>[number];

/** What is wrong with a selector inside an object; one that was there before may have values no label has. */
export function validateLabelSelector(selector: LabelSelectorSpec | undefined, field: string): Cause[] {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return [
    ...validateLabels(matchLabels, `${field}.matchLabels`),
    ...matchExpressions.flatMap((one, at) => validateRequirement(one, `${field}.matchExpressions[${at}]`)),
  ];
}

function validateRequirement({ key, operator, values = [] }: Requirement, field: string): Cause[] {
  return [
    ...validateOperator(operator, values, field),
    ...labelKeyProblems(key).map((problem) => invalidValue(`${field}.key`, key, problem)),
    ...values.flatMap((value, at) =>
      labelValueProblems(value).map((problem) => invalidValue(`${field}.values[${at}]`, value, problem)),
    ),
  ];
}

export function validateOperator(operator: string, values: readonly string[], field: string): Cause[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0
        ? []
        : [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? []
        : [forbiddenField(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return [invalidValue(`${field}.operator`, operator, 'not a valid selector operator')];
  }
}

const sortedMembers = <T>(map: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Labels as messages show them. */
export const shownLabels = (labels: Labels | undefined): Labels | null => (labels ? sortedMembers(labels) : null);

/** A selector as messages show it. */
export function shownSelector(selector: LabelSelectorSpec | undefined): LabelSelectorSpec | null {
  if (!selector) return null;
  const { matchLabels, matchExpressions } = selector;
  return {
    ...(matchLabels ? { matchLabels: sortedMembers(matchLabels) } : {}),
    ...(matchExpressions
      ? {
          matchExpressions: matchExpressions.map(({ key, operator, values }) => ({
            key,
            operator,
            ...(values ? { values } : {}),
          })),
        }
      : {}),
  };
}

export const isEmptySelector = ({ matchLabels, matchExpressions }: LabelSelectorSpec): boolean =>
  Object.keys(matchLabels ?? {}).length + (matchExpressions ?? []).length === 0;
