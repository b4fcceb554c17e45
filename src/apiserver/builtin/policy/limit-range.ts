import { randomUUID } from 'node:crypto';
import type { Unstructured } from '../../../api/meta.js';
import type { Quantity } from '../../../apimachinery/quantity.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { duplicate, forbiddenField, invalidValue, required } from '../checks/causes.js';
import { validateQualifiedName } from '../checks/name-checks.js';
import {
  type Amounts,
  amountOf,
  validateContainerResourceName,
  validateResourceName,
} from '../checks/resource-names.js';
import { specOf } from '../model/typed.js';

interface Limit {
  type: string;
  max?: Amounts;
  min?: Amounts;
  default?: Amounts;
  defaultRequest?: Amounts;
  maxLimitRequestRatio?: Amounts;
}

interface Spec {
  limits?: Limit[] | null;
}

const MEMBERS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];

export const limitRange: Strategy = {
  complete,
  prepareCreate({ metadata }) {
    metadata.name ||= randomUUID();
  },
  validate(object) {
    const limits = specOf<Spec>(object).limits ?? [];
    const types = limits.map(({ type }) => type);
    return limits.flatMap((limit, at) => {
      const field = `spec.limits[${at}]`;
      return [
        ...validateType(limit.type, `${field}.type`),
        ...(types.indexOf(limit.type) < at ? [duplicate(`${field}.type`, limit.type)] : []),
        ...validateNames(limit, field),
        ...validateStorage(limit, field),
        ...namesIn(limit).flatMap((name) => validateAmounts(limit, name, field)),
      ];
    });
  },
};

/** Of a container, what is not said of the usual follows from the bounds. */
function complete(draft: Unstructured): void {
  for (const limit of specOf<Spec>(draft).limits ?? []) {
    if (limit.type !== 'Container') continue;
    const usual = { ...limit.max, ...limit.default };
    const request = { ...limit.min, ...usual, ...limit.defaultRequest };
    if (Object.keys(usual).length > 0) limit.default = usual;
    if (Object.keys(request).length > 0) limit.defaultRequest = request;
  }
}

function validateType(type: string, field: string): Cause[] {
  const malformed = validateQualifiedName(type, field);
  if (malformed.length > 0 || type.includes('/') || TYPES.includes(type)) return malformed;
  return [invalidValue(field, type, 'must be a standard limit type or fully qualified')];
}

const UNUSUAL_OF_PODS: readonly string[] = ['default', 'defaultRequest'];

function validateNames(limit: Limit, field: string): Cause[] {
  const validate =
    limit.type === 'Pod' || limit.type === 'Container' ? validateContainerResourceName : validateResourceName;
  return MEMBERS.flatMap((member) => {
    const names = Object.keys(limit[member] ?? {});
    if (limit.type === 'Pod' && UNUSUAL_OF_PODS.includes(member)) {
      return names.length > 0
        ? [forbiddenField(`${field}.${member}`, "may not be specified when `type` is 'Pod'")]
        : [];
    }
    return names.flatMap((name) => validate(name, `${field}.${member}[${name}]`));
  });
}

function validateStorage({ type, max = {}, min = {} }: Limit, field: string): Cause[] {
  if (type !== 'PersistentVolumeClaim' || 'storage' in max || 'storage' in min) return [];
  return [required(`${field}.limits`, 'either minimum or maximum storage value is required, but neither was provided')];
}

const namesIn = (limit: Limit): readonly string[] => [
  ...new Set(MEMBERS.flatMap((member) => Object.keys(limit[member] ?? {}))),
];

function validateAmounts(limit: Limit, name: string, field: string): Cause[] {
  const isPod = limit.type === 'Pod';
  const of = (member: (typeof MEMBERS)[number]): Quantity | undefined => {
    const text = limit[member]?.[name];
    return text === undefined || (isPod && UNUSUAL_OF_PODS.includes(member)) ? undefined : amountOf(text);
  };
  const [max, min, usual, request, ratio] = [
    of('max'),
    of('min'),
    of('default'),
    of('defaultRequest'),
    of('maxLimitRequestRatio'),
  ];
  const above = (low: Quantity | undefined, high: Quantity | undefined): boolean =>
    low !== undefined && high !== undefined && low.compare(high) > 0;
  const at = (member: string, shown: Quantity | undefined, why: string): Cause =>
    invalidValue(`${field}.${member}[${name}]`, String(shown), why);
  return [
    ...(above(min, max) ? [at('min', min, `min value ${min} is greater than max value ${max}`)] : []),
    ...(above(min, request)
      ? [at('defaultRequest', request, `min value ${min} is greater than default request value ${request}`)]
      : []),
    ...(above(request, max)
      ? [at('defaultRequest', request, `default request value ${request} is greater than max value ${max}`)]
      : []),
    ...(above(request, usual)
      ? [at('defaultRequest', request, `default request value ${request} is greater than default limit value ${usual}`)]
      : []),
    ...(above(min, usual) ? [at('default', min, `min value ${min} is greater than default value ${usual}`)] : []),
    ...(above(usual, max) ? [at('default', max, `default value ${usual} is greater than max value ${max}`)] : []),
    ...(ratio ? validateRatio(ratio, { min, max }, (why) => at('maxLimitRequestRatio', ratio, why)) : []),
    ...(isFixed(name) && usual && request && usual.compare(request) !== 0
      ? [
          at(
            'defaultRequest',
            request,
            `default value ${usual} must equal to defaultRequest value ${request} in ${name}`,
          ),
        ]
      : []),
  ];
}

/** Nobody gets more of it than was asked for. */
const isFixed = (name: string): boolean =>
  name.startsWith('hugepages-') || (name.includes('/') && !name.includes('kubernetes.io/'));

function validateRatio(
  ratio: Quantity,
  { min, max }: { readonly min: Quantity | undefined; readonly max: Quantity | undefined },
  cause: (why: string) => Cause,
): Cause[] {
  const highest = min && max ? max.toNumber() / min.toNumber() : Number.POSITIVE_INFINITY;
  return [
    ...(ratio.compare(amountOf('1')) < 0 ? [cause(`ratio ${ratio} is less than 1`)] : []),
    ...(ratio.toNumber() > highest ? [cause(`ratio ${ratio} is greater than max/min = ${highest.toFixed(6)}`)] : []),
  ];
}
