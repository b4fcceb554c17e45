import { isIP } from 'node:net';
import { addressText, isMapped, parseAddress } from '../address.js';
import { type Declaration, declare, readingAt, sizeAt, traversal } from './library.js';
import { CelError, Opaque } from './value.js';

class Ip extends Opaque {
  readonly celType = 'net.IP';
  readonly bits: 32 | 128;
  readonly value: bigint;

  constructor(bits: 32 | 128, value: bigint) {
    super();
    this.bits = bits;
    this.value = value;
  }

  equals(other: Opaque): boolean {
    return other instanceof Ip && other.bits === this.bits && other.value === this.value;
  }

  isIn(prefix: bigint, length: number): boolean {
    return this.value >> BigInt(this.bits - length) === prefix;
  }

  override toString(): string {
    return addressText(this);
  }
}

class Cidr extends Opaque {
  readonly celType = 'net.CIDR';
  readonly ip: Ip;
  readonly length: number;

  constructor(ip: Ip, length: number) {
    super();
    this.ip = ip;
    this.length = length;
  }

  equals(other: Opaque): boolean {
    return other instanceof Cidr && other.length === this.length && other.ip.equals(this.ip);
  }

  masked(): Cidr {
    const rest = BigInt(this.ip.bits - this.length);
    return new Cidr(new Ip(this.ip.bits, (this.ip.value >> rest) << rest), this.length);
  }

  contains(ip: Ip): boolean {
    return ip.bits === this.ip.bits && ip.isIn(this.ip.value >> BigInt(this.ip.bits - this.length), this.length);
  }

  override toString(): string {
    return `${this.ip}/${this.length}`;
  }
}

function parseIp(text: string): Ip | undefined {
  const address = parseAddress(text);
  return address && !isMapped(address) ? new Ip(address.bits, address.value) : undefined;
}

function ipOf(text: string): Ip {
  const ip = parseIp(text);
  if (ip) return ip;
  const shown = JSON.stringify(text);
  if (isIP(text) === 6 && !text.includes('%')) throw new CelError(`IPv4-mapped IPv6 address ${shown} is not allowed`);
  throw new CelError(
    `IP Address ${shown} parse error during conversion from string: ParseAddr(${shown}): unable to parse IP`,
  );
}

function parseCidr(text: string): Cidr | undefined {
  const [, address = '', length = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const ip = parseIp(address);
  return ip && Number(length) <= ip.bits ? new Cidr(ip, Number(length)) : undefined;
}

function cidrOf(text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr) throw new CelError(`network address parse error during conversion from string: ${JSON.stringify(text)}`);
  return cidr;
}

const isLoopback = (ip: Ip): boolean => (ip.bits === 32 ? ip.isIn(127n, 8) : ip.value === 1n);
const isUnspecified = (ip: Ip): boolean => ip.value === 0n;
const isLinkLocalUnicast = (ip: Ip): boolean => (ip.bits === 32 ? ip.isIn(0xa9fen, 16) : ip.isIn(0xfe80n >> 6n, 10));
const isLinkLocalMulticast = (ip: Ip): boolean =>
  ip.bits === 32 ? ip.isIn(0xe00000n, 24) : ip.isIn(0xff0n, 12) && ((ip.value >> 112n) & 15n) === 2n;
const isMulticast = (ip: Ip): boolean => (ip.bits === 32 ? ip.isIn(14n, 4) : ip.isIn(255n, 8));
const isBroadcast = (ip: Ip): boolean => ip.bits === 32 && ip.value === 0xffffffffn;
const isGlobalUnicast = (ip: Ip): boolean =>
  !isBroadcast(ip) && !isUnspecified(ip) && !isLoopback(ip) && !isMulticast(ip) && !isLinkLocalUnicast(ip);

function isCanonical(text: string): boolean {
  return ipOf(text).toString() === text;
}

const containsCidr = (outer: Cidr, inner: Cidr): boolean =>
  outer.length <= inner.length && outer.contains(inner.masked().ip);

export const IPS: readonly Declaration[] = [
  declare('ip(string): net.IP', ipOf, traversal),
  declare('isIP(string): bool', (text: string) => parseIp(text) !== undefined, traversal),
  declare('ip.isCanonical(string): bool', isCanonical, (args) => Math.ceil(sizeAt(args, 0) * 0.2)),
  declare('string(net.IP): string', String),
  declare('(net.IP).family(): int', (ip: Ip) => (ip.bits === 32 ? 4n : 6n)),
  declare('(net.IP).isUnspecified(): bool', isUnspecified),
  declare('(net.IP).isLoopback(): bool', isLoopback),
  declare('(net.IP).isLinkLocalMulticast(): bool', isLinkLocalMulticast),
  declare('(net.IP).isLinkLocalUnicast(): bool', isLinkLocalUnicast),
  declare('(net.IP).isGlobalUnicast(): bool', isGlobalUnicast),
];

export const CIDRS: readonly Declaration[] = [
  declare('cidr(string): net.CIDR', cidrOf, traversal),
  declare('isCIDR(string): bool', (text: string) => parseCidr(text) !== undefined, traversal),
  declare('string(net.CIDR): string', String),
  declare(
    '(net.CIDR).containsIP(string): bool',
    (cidr: Cidr, text: string) => cidr.contains(ipOf(text)),
    (args) => 1 + readingAt(args, 1),
  ),
  declare('(net.CIDR).containsIP(net.IP): bool', (cidr: Cidr, ip: Ip) => cidr.contains(ip)),
  declare(
    '(net.CIDR).containsCIDR(string): bool',
    (cidr: Cidr, text: string) => containsCidr(cidr, cidrOf(text)),
    (args) => 3 + readingAt(args, 1),
  ),
  declare('(net.CIDR).containsCIDR(net.CIDR): bool', containsCidr),
  declare('(net.CIDR).ip(): net.IP', (cidr: Cidr) => cidr.ip),
  declare('(net.CIDR).masked(): net.CIDR', (cidr: Cidr) => cidr.masked()),
  declare('(net.CIDR).prefixLength(): int', (cidr: Cidr) => BigInt(cidr.length)),
];
