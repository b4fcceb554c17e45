import {
  type Address,
  addressText,
  isInside,
  isMapped,
  masked,
  type Prefix,
  parseAddress,
  parsePrefix,
  parseSloppily,
} from '../../../apimachinery/address.js';
import { goQuoted } from '../../../apimachinery/go-text.js';
import type { Cause } from '../../status-error.js';
import { invalidValue } from './causes.js';

/** What was there before is taken, however it is written. */
export function validateAddress(text: string, field: string, before: readonly string[] = []): Cause[] {
  const problem = before.includes(text) ? undefined : addressProblem(text);
  return problem === undefined ? [] : [invalidValue(field, text, problem)];
}

function addressProblem(text: string): string | undefined {
  if (!parseSloppily(text)) return 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
  const address = parseAddress(text);
  if (!address) return 'must not have leading 0s';
  return isMapped(address) ? 'must not be an IPv4-mapped IPv6 address' : undefined;
}

export function validateCidr(text: string, field: string, before: readonly string[] = []): Cause[] {
  const problem = before.includes(text) ? undefined : cidrProblem(text);
  return problem === undefined ? [] : [invalidValue(field, text, problem)];
}

function cidrProblem(text: string): string | undefined {
  const prefix = parsePrefix(text);
  if (!prefix) return 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  const [written = '', length = ''] = text.split('/');
  const address = parseAddress(written);
  if (!address || /^0\d/.test(length)) return 'must not have leading 0s in IP or prefix length';
  if (isMapped(address)) return 'must not have an IPv4-mapped IPv6 address';
  return masked(prefix).value === prefix.address.value ? undefined : 'must not have bits set beyond the prefix length';
}

const network = (text: string): Prefix => {
  const prefix = parsePrefix(text);
  if (!prefix) throw new Error(`${text} is no network`);
  return prefix;
};

const isIn = (address: Address, networks: readonly Prefix[]): boolean => networks.some((one) => isInside(address, one));

const UNSPECIFIED = [network('0.0.0.0/32'), network('::/128')];
const SPECIAL: readonly (readonly [networks: readonly Prefix[], why: string])[] = [
  [[network('127.0.0.0/8'), network('::1/128')], 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [[network('169.254.0.0/16'), network('fe80::/10')], 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [
    [network('224.0.0.0/24'), network('ff02::/16')],
    'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
  ],
];

/** An address somebody can be reached at. */
export function validateEndpointAddress(text: string, field: string): Cause[] {
  const address = parseSloppily(text);
  if (!address) return [invalidValue(field, text, 'must be a valid IP address')];
  const problems = [
    ...(isIn(address, UNSPECIFIED) ? [`may not be unspecified (${text})`] : []),
    ...SPECIAL.flatMap(([networks, why]) => (isIn(address, networks) ? [why] : [])),
  ];
  return problems.map((problem) => invalidValue(field, text, problem));
}

/** Of an address that is taken, but better written otherwise. */
export function addressWarnings(text: string, field: string): string[] {
  const sloppy = parseSloppily(text);
  if (!sloppy) return [];
  const address = parseAddress(text);
  const usual = addressText(sloppy);
  if (!address || isMapped(address)) {
    return [`${field}: non-standard IP address ${goQuoted(text)} is invalid: use ${goQuoted(usual)}`];
  }
  if (address.bits === 32 || usual === text) return [];
  return [`${field}: IPv6 address ${goQuoted(text)} should be in RFC 5952 canonical format (${goQuoted(usual)})`];
}

export function cidrWarnings(text: string, field: string): string[] {
  const prefix = parsePrefix(text);
  if (!prefix) return [];
  const usual = `${addressText(masked(prefix))}/${prefix.length}`;
  const { address } = prefix;
  const single = `${addressText(address)}/${address.bits}`;
  const warnings =
    masked(prefix).value === address.value
      ? []
      : [
          `${field}: CIDR value ${goQuoted(text)} is ambiguous in this context (should be ${goQuoted(usual)} or ${goQuoted(single)}?)`,
        ];
  const [written = '', length = ''] = text.split('/');
  const strict = parseAddress(written);
  if (!strict || isMapped(strict) || /^0\d/.test(length)) {
    warnings.push(`${field}: non-standard CIDR value ${goQuoted(text)} is invalid: use ${goQuoted(usual)}`);
  }
  if (warnings.length > 0 || address.bits === 32 || usual === text) return warnings;
  return [`${field}: IPv6 CIDR value ${goQuoted(text)} should be in RFC 5952 canonical format (${goQuoted(usual)})`];
}
