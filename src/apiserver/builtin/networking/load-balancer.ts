import { parseSloppily } from '../../../apimachinery/address.js';
import type { Cause } from '../../status-error.js';
import { validateAddress } from '../checks/addresses.js';
import { forbiddenField, invalidValue, oneOf, required } from '../checks/causes.js';
import { validateSubdomain } from '../checks/name-checks.js';

export interface Ingress {
  ip?: string;
  ipMode?: string;
  hostname?: string;
}

/** What a load balancer is reached at. */
export interface LoadBalancerStatus {
  ingress?: Ingress[];
}

export const ingressesOf = (status: { loadBalancer?: LoadBalancerStatus } | undefined): readonly Ingress[] =>
  status?.loadBalancer?.ingress ?? [];

const addressesOf = (ingresses: readonly Ingress[]): readonly string[] => ingresses.flatMap(({ ip }) => ip ?? []);

/** The parts a service and an ingress have in common. */
export const validateIngresses = (
  ingresses: readonly Ingress[],
  before: readonly Ingress[],
  more: (ingress: Ingress, field: string) => Cause[] = () => [],
): Cause[] =>
  ingresses.flatMap((ingress, at) => {
    const field = `status.loadBalancer.ingress[${at}]`;
    const { ip, hostname } = ingress;
    return [
      ...(ip ? validateAddress(ip, `${field}.ip`, addressesOf(before)) : []),
      ...more(ingress, field),
      ...(hostname ? validateHostname(hostname, `${field}.hostname`) : []),
    ];
  });

const validateHostname = (hostname: string, field: string): Cause[] => [
  ...validateSubdomain(hostname, field),
  ...(parseSloppily(hostname) ? [invalidValue(field, hostname, 'must be a DNS name, not an IP address')] : []),
];

export function validateMode({ ip, ipMode }: Ingress, field: string): Cause[] {
  const at = `${field}.ipMode`;
  if (ipMode === undefined) return ip ? [required(at, 'must be specified when `ip` is set')] : [];
  return ip ? oneOf(ipMode, ['Proxy', 'VIP'], at) : [forbiddenField(at, 'may not be specified when `ip` is not set')];
}
