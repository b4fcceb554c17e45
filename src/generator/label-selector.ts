import type { LabelSelectorSpec, SelectorRequirement } from '../api/selector.js';
import { Refusal } from './refusal.js';

export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Compiles a selector as the API server would when it lists; refuses what the API server would refuse. */
export function labelTest({ matchLabels = {}, matchExpressions = [] }: LabelSelectorSpec): LabelTest {
  const tests = [
    ...Object.entries(matchLabels).map(([key, value]) => requirement({ key, operator: 'In', values: [value] })),
    ...matchExpressions.map(requirement),
  ];
  return (labels) => tests.every((matches) => matches(labels));
}

function requirement({ key, operator, values = [] }: SelectorRequirement): LabelTest {
  check(isQualifiedName(key), `labelSelector: ${JSON.stringify(key)} is not a label key`);
  for (const value of values) check(VALUE.test(value), `labelSelector: ${JSON.stringify(value)} is not a label value`);
  const wanted = new Set(values);
  switch (operator) {
    case 'In':
    case 'NotIn': {
      check(values.length > 0, `labelSelector: operator ${operator} of ${key} needs values`);
      const isIn: LabelTest = (labels) => {
        const value = labels[key];
        return value !== undefined && wanted.has(value);
      };
      return operator === 'In' ? isIn : (labels) => !isIn(labels);
    }
    case 'Exists':
    case 'DoesNotExist':
      check(values.length === 0, `labelSelector: operator ${operator} of ${key} takes no values`);
      return (labels) => (labels[key] !== undefined) === (operator === 'Exists');
    default:
      throw new Refusal(
        400,
        `labelSelector: ${JSON.stringify(operator)} is not one of In, NotIn, Exists, DoesNotExist`,
      );
  }
}

function check(ok: boolean, message: string): void {
  if (!ok) throw new Refusal(400, message);
}

function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  return NAME.test(key.slice(slash + 1)) && (prefix === undefined || (prefix.length <= 253 && PREFIX.test(prefix)));
}
