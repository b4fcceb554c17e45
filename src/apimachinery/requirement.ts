import { goShown } from './go-text.js';
import { memberOf } from './json.js';
import { labelKeyProblems, labelValueProblems } from './names.js';

export type Labels = Readonly<Record<string, string>>;

export type Operator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** The message is Kubernetes' own. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

const invalid = (field: string, value: unknown, detail: string): string =>
  `${field}: Invalid value: ${goShown(value)}: ${detail}`;

function keyProblems(key: string, field = 'key'): string[] {
  const errors = labelKeyProblems(key);
  return errors.length === 0 ? [] : [invalid(field, key, errors.join('; '))];
}

function countProblem(operator: Operator, values: readonly string[], empty: null | readonly []): string[] {
  const shown = values.length === 0 ? empty : values;
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length > 0
        ? []
        : [invalid('values', shown, "for 'in', 'notin' operators, values set can't be empty")];
    case 'exists':
    case '!':
      return values.length === 0
        ? []
        : [invalid('values', shown, 'values set must be empty for exists and does not exist')];
    case 'gt':
    case 'lt':
      return integerProblems(values);
    default:
      return values.length === 1
        ? []
        : [invalid('values', shown, 'exact-match compatibility requires one single value')];
  }
}

function integerProblems(values: readonly string[]): string[] {
  if (values.length !== 1) {
    return [invalid('values', values, "for 'Gt', 'Lt' operators, exactly one value is required")];
  }
  return values
    .filter((value) => integerOf(value) === undefined)
    .map((value) => invalid('values[0]', value, "for 'Gt', 'Lt' operators, the value must be an integer"));
}

function integerOf(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value === BigInt.asIntN(64, value) ? value : undefined;
}

/** As the parser of selectors does, which knows no field. */
export const checkKey = (key: string): void => checkNone(keyProblems(key, '<nil>'));

function checkNone(problems: readonly string[]): void {
  if (problems.length > 0)
    throw new SelectorError(problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`);
}

/** Checks as Kubernetes does; throws `SelectorError`. `empty` is how a message shows that there are no values. */
export function requirement(
  key: string,
  operator: Operator,
  given: readonly string[],
  empty: null | readonly [] = null,
): Requirement {
  const valueProblems = given.flatMap((value, index) => {
    const errors = labelValueProblems(value);
    return errors.length === 0 ? [] : [invalid(`values[${index}][${key}]`, value, errors.join('; '))];
  });
  checkNone([...keyProblems(key), ...countProblem(operator, given, empty), ...valueProblems]);
  return { key, operator, values: [...new Set(given)].sort() };
}

export function testOf({ key, operator, values }: Requirement): (labels: Labels) => boolean {
  const [only] = values;
  const set = new Set(values);
  // An inherited member such as `constructor` is not a label.
  const valueIn = (labels: Labels): string | undefined => memberOf(labels, key);
  switch (operator) {
    case '=':
    case '==':
      return (labels) => valueIn(labels) === only;
    case '!=':
      return (labels) => valueIn(labels) !== only;
    case 'in':
      return (labels) => set.has(valueIn(labels) as string);
    case 'notin':
      return (labels) => !set.has(valueIn(labels) as string);
    case 'exists':
      return (labels) => Object.hasOwn(labels, key);
    case '!':
      return (labels) => !Object.hasOwn(labels, key);
    case 'gt':
    case 'lt':
      return (labels) => isBeyond(integerOf(valueIn(labels)), operator, integerOf(only));
  }
}

const isBeyond = (value: bigint | undefined, operator: 'gt' | 'lt', limit: bigint | undefined): boolean =>
  value !== undefined && limit !== undefined && (operator === 'gt' ? value > limit : value < limit);

const SYMBOLS = { '=': '=', '==': '==', '!=': '!=', gt: '>', lt: '<' } as const;

export function print({ key, operator, values }: Requirement): string {
  if (operator === 'exists') return key;
  if (operator === '!') return `!${key}`;
  if (operator === 'in' || operator === 'notin') return `${key} ${operator} (${values.join(',')})`;
  return `${key}${SYMBOLS[operator]}${values.join('')}`;
}
