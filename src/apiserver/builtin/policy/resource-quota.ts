import { equalJson } from '../../../apimachinery/json.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { invalidValue, required } from '../checks/causes.js';
import { type Amounts, isQuotaResource, validateAmount, validateQuotaResourceName } from '../checks/resource-names.js';
import { specOf, statusOf, typed } from '../model/typed.js';

interface Requirement {
  scopeName: string;
  operator: string;
  values?: string[];
}

interface Spec {
  hard?: Amounts;
  scopes?: string[];
  scopeSelector?: { matchExpressions?: Requirement[] };
}

interface Status {
  hard: Amounts;
  used: Amounts;
}

export const resourceQuota: Strategy = {
  validate(object, before) {
    const spec = specOf<Spec>(object);
    const { hard = {}, scopes = [], scopeSelector } = spec;
    const was = typed<Spec | undefined>(before?.spec)?.scopes ?? [];
    const isChanged = before !== undefined && !equalJson([...new Set(scopes)].sort(), [...new Set(was)].sort());
    return [
      ...validateAmounts(hard, 'spec.hard'),
      ...validateScopes(scopes, Object.keys(hard)),
      ...validateSelector(scopeSelector?.matchExpressions ?? [], spec),
      ...(isChanged ? [invalidValue('spec.scopes', scopes.length > 0 ? scopes : null, 'field is immutable')] : []),
    ];
  },
  validateStatus(object) {
    const { hard = {}, used = {} } = statusOf<Status>(object);
    return [...validateAmounts(hard, 'status.hard'), ...validateAmounts(used, 'status.used')];
  },
};

const validateAmounts = (amounts: Amounts, field: string): Cause[] =>
  Object.entries(amounts).flatMap(([name, amount]) => [
    ...validateQuotaResourceName(name, `${field}[${name}]`),
    ...validateAmount(name, amount, `${field}[${name}]`),
  ]);

const POD_RESOURCES = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];

/** What each scope may limit. */
const SCOPES: Readonly<Record<string, (resource: string) => boolean>> = {
  Terminating: (resource) => POD_RESOURCES.includes(resource),
  NotTerminating: (resource) => POD_RESOURCES.includes(resource),
  NotBestEffort: (resource) => POD_RESOURCES.includes(resource),
  PriorityClass: (resource) => POD_RESOURCES.includes(resource),
  CrossNamespacePodAffinity: (resource) => POD_RESOURCES.includes(resource),
  BestEffort: (resource) => resource === 'pods',
  VolumeAttributesClass: (resource) => resource === 'persistentvolumeclaims' || resource === 'requests.storage',
};

const misapplied = (scope: string, resources: readonly string[]): readonly string[] =>
  resources.filter((resource) => isQuotaResource(resource) && SCOPES[scope]?.(resource) === false);

const conflicts = (scopes: readonly string[]): boolean[] =>
  [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ].flatMap((pair) => (pair.every((scope) => scopes.includes(scope)) ? [true] : []));

function validateScopes(scopes: readonly string[], resources: readonly string[]): Cause[] {
  const about = (why: string): Cause => invalidValue('spec.scopes', scopes, why);
  return [
    ...scopes.flatMap((scope) => [
      ...(scope in SCOPES ? [] : [about('unsupported scope')]),
      ...misapplied(scope, resources).map(() => about('unsupported scope applied to resource')),
    ]),
    ...conflicts(scopes).map(() => about('conflicting scopes')),
  ];
}

const EXISTING = /^(Not)?(BestEffort|Terminating)$|^CrossNamespacePodAffinity$/;
const MUST_EXIST =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

function validateSelector(requirements: readonly Requirement[], { hard = {}, scopes, scopeSelector }: Spec): Cause[] {
  const field = 'spec.scopeSelector.matchExpressions';
  const shown = { MatchExpressions: goRequirements(scopeSelector?.matchExpressions ?? []) };
  return [
    ...requirements.flatMap(({ scopeName, operator, values = [] }) => [
      ...(scopeName in SCOPES ? [] : [invalidValue(`${field}.scopeName`, scopeName, 'unsupported scope')]),
      ...misapplied(scopeName, Object.keys(hard)).map(() =>
        invalidValue(field, shown, 'unsupported scope applied to resource'),
      ),
      ...(EXISTING.test(scopeName) && operator !== 'Exists'
        ? [invalidValue(`${field}.operator`, operator, MUST_EXIST)]
        : []),
      ...validateOperator(operator, values, field),
    ]),
    ...conflicts(requirements.map(({ scopeName }) => scopeName)).map(() =>
      invalidValue(field, scopes ?? null, 'conflicting scopes'),
    ),
  ];
}

/** As Go shows them. */
const goRequirements = (requirements: readonly Requirement[]) =>
  requirements.map(({ scopeName, operator, values }) => ({
    ScopeName: scopeName,
    Operator: operator,
    Values: values ?? null,
  }));

function validateOperator(operator: string, values: readonly string[], field: string): Cause[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0
        ? []
        : [
            required(
              `${field}.values`,
              "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
            ),
          ];
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? []
        : [
            invalidValue(
              `${field}.values`,
              values,
              "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
            ),
          ];
    default:
      return [invalidValue(`${field}.operator`, operator, 'not a valid selector operator')];
  }
}
