import { labelKeyProblems } from '../../../apimachinery/names.js';
import { type Quantity, quantityOrUndefined } from '../../../apimachinery/quantity.js';
import type { Cause } from '../../status-error.js';
import { forbiddenField, invalidValue, misnamed, notFoundField, required } from '../checks/causes.js';
import type { Quantities, Resources } from './pod-shape.js';

const OF_CONTAINERS = ['cpu', 'memory', 'ephemeral-storage'];

/** Names without a domain that mean something somewhere. */
const STANDARD: ReadonlySet<string> = new Set([
  ...OF_CONTAINERS,
  ...OF_CONTAINERS.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
]);

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && labelKeyProblems(`requests.${name}`).length === 0;
const mayOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

export function validateResources(resources: Resources | undefined, field: string): Cause[] {
  if (!resources) return [];
  const { limits = {}, requests = {}, claims = [] } = resources;
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  return [
    ...quantityProblems(limits, `${field}.limits`),
    ...Object.keys(requests).flatMap((name) => requestProblems(name, resources, field)),
    ...(names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')
      ? [forbiddenField(field, 'HugePages require cpu or memory')]
      : []),
    ...claims.map(({ name }, index) =>
      name === ''
        ? required(`${field}.claims[${index}]`)
        : notFoundField(
            `${field}.claims[${index}]`,
            name,
            'must be one of the names in pod.spec.resourceClaims which is empty',
          ),
    ),
  ];
}

const quantityProblems = (quantities: Quantities, field: string): Cause[] =>
  Object.entries(quantities).flatMap(([name, value]) => {
    const at = `${field}[${name}]`;
    return [...nameProblems(name, at), ...amountProblems(name, quantityOf(value), at)];
  });

const quantityOf = (value: string | number | undefined): Quantity | undefined =>
  value === undefined ? undefined : quantityOrUndefined(String(value));

function requestProblems(name: string, { limits = {}, requests = {} }: Resources, field: string): Cause[] {
  const at = `${field}.requests`;
  const [value, limit] = [quantityOf(requests[name]), quantityOf(limits[name])];
  return [...quantityProblems({ [name]: requests[name] ?? '' }, at), ...beyondLimit(name, value, limit, field)];
}

function beyondLimit(name: string, value: Quantity | undefined, limit: Quantity | undefined, field: string): Cause[] {
  if (!value) return [];
  if (!limit) {
    const why = 'Limit must be set for non overcommitable resources';
    return mayOvercommit(name) ? [] : [required(`${field}.limits`, why)];
  }
  const difference = value.compare(limit);
  if (difference !== 0 && !mayOvercommit(name)) {
    return [invalidValue(`${field}.requests`, value.toString(), `must be equal to ${name} limit of ${limit}`)];
  }
  if (difference <= 0) return [];
  return [
    invalidValue(`${field}.requests`, value.toString(), `must be less than or equal to ${name} limit of ${limit}`),
  ];
}

function nameProblems(name: string, field: string): Cause[] {
  const unqualified = misnamed(field, name, labelKeyProblems);
  if (name.split('/').length === 1) {
    const standard = STANDARD.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');
    const why = 'must be a standard resource type or fully qualified';
    return [
      ...unqualified,
      ...(unqualified.length === 0 && !standard ? [invalidValue(field, name, why)] : []),
      ...(OF_CONTAINERS.includes(name) || isHugePages(name)
        ? []
        : [invalidValue(field, name, 'must be a standard resource for containers')]),
    ];
  }
  return isNative(name) || isExtended(name)
    ? unqualified
    : [...unqualified, invalidValue(field, name, "doesn't follow extended resource name standard")];
}

function amountProblems(name: string, value: Quantity | undefined, field: string): Cause[] {
  if (!value) return [];
  return [
    ...(value.sign() < 0 ? [invalidValue(field, value.toString(), 'must be greater than or equal to 0')] : []),
    ...(isExtended(name) && value.milliValue() % 1000n !== 0n
      ? [invalidValue(field, value.toString(), 'must be an integer')]
      : []),
  ];
}
