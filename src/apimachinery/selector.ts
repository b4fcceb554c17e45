import { goQuoted } from './go-text.js';
import { memberOf } from './json.js';
import {
  type Labels,
  type Operator,
  print,
  type Requirement,
  requirement,
  SelectorError,
  testOf,
} from './requirement.js';
import { readRequirements } from './selector-grammar.js';

/** `metav1.LabelSelector`. */
export interface LabelSelectorObject {
  readonly matchLabels?: Labels | null | undefined;
  readonly matchExpressions?:
    | readonly {
        readonly key: string;
        readonly operator: string;
        readonly values?: readonly string[] | null | undefined;
      }[]
    | null
    | undefined;
}

export interface LabelSelector {
  /** By key; all must hold. */
  readonly requirements: readonly Requirement[];
  matches(labels: Labels | null | undefined): boolean;
  /** The canonical text; parsing it gives an equal selector. A selector that matches nothing has none and prints as `<nothing>`. */
  toString(): string;
}

export const NOTHING: LabelSelector = Object.freeze({
  requirements: [],
  matches: () => false,
  toString: () => '<nothing>',
});

export const EVERYTHING: LabelSelector = selectorOf([]);

/** Reads `a=b,c!=d,e in (x,y),!f,g`. Throws `SelectorError`. */
export const parseLabelSelector = (text: string): LabelSelector => selectorOf(readRequirements(text));

/** Absent selects nothing, `{}` everything. Throws `SelectorError`. */
export function labelSelectorFrom(selector: LabelSelectorObject | null | undefined): LabelSelector {
  if (!selector) return NOTHING;
  const { matchLabels, matchExpressions } = selector;
  return selectorOf([
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => requirement(key, '=', [value])),
    ...(matchExpressions ?? []).map(({ key, operator, values }) =>
      requirement(key, operatorNamed(operator), values ?? []),
    ),
  ]);
}

const OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

function operatorNamed(name: string): Operator {
  const operator = memberOf(OPERATORS, name);
  if (!operator) throw new SelectorError(`${goQuoted(name)} is not a valid label selector operator`);
  return operator;
}

function selectorOf(unsorted: readonly Requirement[]): LabelSelector {
  const requirements = [...unsorted].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const tests = requirements.map(testOf);
  return Object.freeze({
    requirements,
    matches: (labels: Labels | null | undefined) => {
      for (const test of tests) if (!test(labels ?? {})) return false;
      return true;
    },
    toString: () => requirements.map(print).join(','),
  });
}
