import { type Quantity, quantityOrUndefined } from '../../../apimachinery/quantity.js';
import type { Cause } from '../../status-error.js';
import { invalidValue } from './causes.js';
import { validateQualifiedName } from './name-checks.js';

/** Amounts by the name of a resource. */
export type Amounts = Readonly<Record<string, string>>;

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
];
const LIMITED = ['requests', 'limits'].flatMap((prefix) => COMPUTE.map((name) => `${prefix}.${name}`));

const CONTAINER: ReadonlySet<string> = new Set(COMPUTE);
const QUOTA: ReadonlySet<string> = new Set([...COMPUTE, ...COUNTED, ...LIMITED, 'requests.storage']);
const STANDARD: ReadonlySet<string> = new Set([...QUOTA, 'storage']);
const WHOLE: ReadonlySet<string> = new Set(COUNTED);

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
export const isQuotaResource = (name: string): boolean =>
  QUOTA.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');

export function validateResourceName(name: string, field: string): Cause[] {
  const malformed = validateQualifiedName(name, field);
  if (malformed.length > 0 || name.includes('/')) return malformed;
  const isStandard = STANDARD.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');
  return isStandard ? [] : [invalidValue(field, name, 'must be a standard resource type or fully qualified')];
}

export function validateContainerResourceName(name: string, field: string): Cause[] {
  const about = validateResourceName(name, field);
  if (!name.includes('/')) {
    const isKnown = CONTAINER.has(name) || isHugePages(name);
    return isKnown ? about : [...about, invalidValue(field, name, 'must be a standard resource for containers')];
  }
  const isExtended =
    name.includes('kubernetes.io/') ||
    (!name.startsWith('requests.') && validateQualifiedName(`requests.${name}`, field).length === 0);
  return isExtended ? about : [...about, invalidValue(field, name, "doesn't follow extended resource name standard")];
}

export const validateQuotaResourceName = (name: string, field: string): Cause[] => [
  ...validateResourceName(name, field),
  ...(name.includes('/') || isQuotaResource(name)
    ? []
    : [invalidValue(field, name, 'must be a standard resource for quota')]),
];

/** An amount `decode` has read. */
export function amountOf(text: string): Quantity {
  const quantity = quantityOrUndefined(text);
  if (!quantity) throw new Error(`${text} is no quantity`);
  return quantity;
}

export function validateAmount(name: string, text: string, field: string): Cause[] {
  const amount = amountOf(text);
  return [
    ...(amount.sign() === -1 ? [invalidValue(field, text, 'must be greater than or equal to 0')] : []),
    ...(isWhole(name) && amount.milliValue() % 1000n !== 0n ? [invalidValue(field, text, 'must be an integer')] : []),
  ];
}

const isWhole = (name: string): boolean =>
  WHOLE.has(name) || (name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.'));
