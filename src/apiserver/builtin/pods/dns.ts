import { isIP } from 'node:net';
import type { Cause } from '../../status-error.js';
import { invalidValue, misnamed, required } from '../checks/causes.js';
import { validateSubdomain } from '../checks/name-checks.js';
import type { DnsConfig, PodSpec } from './pod-shape.js';

const MOST_SERVERS = 3;
const MOST_SEARCHES = 32;
const LONGEST_SEARCH = 2048;

const addressProblems = (text: string): string[] =>
  isIP(text) === 0 ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'] : [];

export function validateDns({ dnsPolicy, dnsConfig }: PodSpec, field: string): Cause[] {
  if (dnsPolicy === 'None' && !dnsConfig) {
    return [required(field, 'must provide `dnsConfig` when `dnsPolicy` is None')];
  }
  if (dnsPolicy === 'None' && !dnsConfig?.nameservers?.length) {
    const why = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    return [required(`${field}.nameservers`, why)];
  }
  return dnsConfig ? configProblems(dnsConfig, field) : [];
}

function configProblems({ nameservers = [], searches = [], options = [] }: DnsConfig, field: string): Cause[] {
  const list = `${field}.searches`;
  return [
    ...(nameservers.length > MOST_SERVERS
      ? [invalidValue(`${field}.nameservers`, nameservers, `must not have more than ${MOST_SERVERS} nameservers`)]
      : []),
    ...nameservers.flatMap((server, index) => misnamed(`${field}.nameservers[${index}]`, server, addressProblems)),
    ...(searches.length > MOST_SEARCHES
      ? [invalidValue(list, searches, `must not have more than ${MOST_SEARCHES} search paths`)]
      : []),
    ...(searches.join(' ').length > LONGEST_SEARCH
      ? [
          invalidValue(
            list,
            searches,
            `must not have more than ${LONGEST_SEARCH} characters (including spaces) in the search list`,
          ),
        ]
      : []),
    ...searches.flatMap((search, index) => searchProblems(search, `${list}[${index}]`)),
    ...options.flatMap(({ name }, index) =>
      name ? [] : [required(`${field}.options[${index}]`, 'must not be empty')],
    ),
  ];
}

const LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const PATTERN = `${LABEL}(\\.${LABEL})*`;
const SEARCH = new RegExp(`^${PATTERN}$`);
const SEARCH_RULE = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${PATTERN}')`;

/** The domains DNS looks in may have underscores. */
function searchProblems(search: string, field: string): Cause[] {
  if (search === '.') return [];
  const name = search.replace(/\.$/, '');
  return SEARCH.test(name) ? [] : [invalidValue(field, name, SEARCH_RULE)];
}

export const validateHostAliases = ({ hostAliases = [] }: PodSpec, field: string): Cause[] =>
  hostAliases.flatMap(({ ip, hostnames = [] }, index) => [
    ...misnamed(`${field}[${index}].ip`, ip, addressProblems),
    ...hostnames.flatMap((name, at) => validateSubdomain(name, `${field}[${index}].hostnames[${at}]`)),
  ]);
