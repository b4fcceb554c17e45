import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { TerminalError } from '../control/errors.js';
import { terminal, transient } from './failure.js';

/** Which addresses a repository URL may lead to. Public ones always may. */
export interface AddressPolicy {
  /** Loopback and private networks too; link-local and metadata addresses stay refused. */
  readonly allowPrivate: boolean;
  /** Networks in CIDR form that are allowed whatever they are. */
  readonly allowed: readonly string[];
}

const listOf = (cidrs: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix = ''] = cidr.split('/');
    const family = isIP(network);
    const bits = prefix === '' ? (family === 6 ? 128 : 32) : Number(prefix);
    if (family === 0 || !Number.isInteger(bits) || bits < 0 || bits > (family === 6 ? 128 : 32)) {
      throw new TerminalError(`"${cidr}" is not a network in CIDR form such as 10.0.0.0/8`);
    }
    list.addSubnet(network, bits, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
};

const NEVER = listOf([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '192.0.0.0/24',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
  '2002::/16',
  '2001::/32',
]);
const PRIVATE = listOf([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
]);

/** `::ffff:10.0.0.1` and `64:ff9b::10.0.0.1` reach 10.0.0.1. */
const unwrap = (address: string): string => {
  const full = expand(address);
  const embedded =
    full &&
    (full.slice(0, 6).join() === '0,0,0,0,0,65535' ||
      full.slice(0, 6).join() === '100,65435,0,0,0,0' ||
      (full.slice(0, 6).every((part) => part === 0) && (full[6] ?? 0) > 0));
  if (!embedded) return address;
  const [high = 0, low = 0] = full.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
};

/** The eight groups of an IPv6 address; undefined for IPv4. */
const expand = (address: string): number[] | undefined => {
  if (isIP(address) !== 6) return undefined;
  const host = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
  const [head = '', tail] = host.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right].map((part) =>
    Number.parseInt(part, 16),
  );
};

const inside = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Builds the policy once; throws on a malformed network. The result says why an address is refused, or undefined. */
export function addressRule({ allowPrivate, allowed }: AddressPolicy): (address: string) => string | undefined {
  const exceptions = listOf(allowed);
  return (address) => {
    const plain = unwrap(address);
    if (inside(exceptions, plain) || inside(exceptions, address)) return undefined;
    if (inside(NEVER, plain) || inside(NEVER, address)) return 'is a link-local, metadata or reserved address';
    if (allowPrivate || !(inside(PRIVATE, plain) || inside(PRIVATE, address))) return undefined;
    return 'is a loopback or private address';
  };
}

/** Resolves a host name once, so that what was checked is what is connected to. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export const resolveHost: Resolve = async (host) => {
  if (isIP(host)) return [host];
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
};

/** All addresses of the host; throws when one of them is refused: an attacker could steer which one is used. */
export async function permittedAddresses(
  host: string,
  rule: (address: string) => string | undefined,
  resolve: Resolve,
): Promise<readonly string[]> {
  const addresses = await resolve(host).catch((error: unknown) => {
    throw transient('Unreachable', `spec.url: host ${host} cannot be resolved`, error);
  });
  if (addresses.length === 0) throw transient('Unreachable', `spec.url: host ${host} has no address`);
  for (const address of addresses) {
    const refusal = rule(address);
    if (refusal) {
      throw terminal(
        'InvalidSpec',
        `spec.url: host ${host} resolves to ${address}, which ${refusal}; start the hub with --allow-private-git to allow its network`,
      );
    }
  }
  return addresses;
}
