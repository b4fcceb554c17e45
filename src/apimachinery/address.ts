import { isIP, isIPv4 } from 'node:net';

/** An IP address as its number. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const dotted = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');

/** RFC 5952: the longest run of zero groups, of two at least, becomes `::`. */
function compressed(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt((7 - at) * 16)) & 0xffffn).toString(16));
  const runs = [...groups.join(':').matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)].map(([run]) => run);
  const longest = runs.sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return groups.join(':');
  const text = groups.join(':');
  const at = text.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}

export const addressText = ({ bits, value }: Address): string => (bits === 32 ? dotted(value) : compressed(value));

/** IPv4 in the form of IPv6. */
export const isMapped = ({ bits, value }: Address): boolean => bits === 128 && value >> 32n === 0xffffn;

export function parseAddress(text: string): Address | undefined {
  if (isIP(text) === 0 || text.includes('%')) return undefined;
  if (!isIPv4(text)) return { bits: 128, value: sixteenBytes(text) };
  return { bits: 32, value: text.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n) };
}

function sixteenBytes(text: string): bigint {
  const plain = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = plain.split('::');
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== ''));
  const missing = tail === undefined ? 0 : 8 - (before?.length ?? 0) - (after?.length ?? 0);
  const groups = [...(before ?? []), ...Array<string>(missing).fill('0'), ...(after ?? [])];
  return groups.reduce((value, group) => (value << 16n) + BigInt(Number.parseInt(group, 16)), 0n);
}

/** Leading zeros of the parts of an IPv4 address, which Kubernetes once took. */
export const withoutLeadingZeros = (address: string): string => address.replace(/(^|\.)0+(?=\d)/g, '$1');

/** As Kubernetes read addresses before it was strict. */
export const parseSloppily = (text: string): Address | undefined => {
  const address = parseAddress(text.includes(':') ? text : withoutLeadingZeros(text));
  return address && isMapped(address) ? { bits: 32, value: address.value & 0xffffffffn } : address;
};

export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

/** A network in CIDR notation, read as sloppily as its address. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, written = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = parseSloppily(written);
  const length = Number(digits);
  const bits = written.includes(':') ? 128 : 32;
  if (!address || length > bits) return undefined;
  return { address, length: address.bits === bits ? length : Math.max(0, length - 96) };
}

/** The first address of a network. */
export function masked({ address, length }: Prefix): Address {
  const rest = BigInt(address.bits - length);
  return { bits: address.bits, value: (address.value >> rest) << rest };
}

export const isInside = (inner: Address, { address, length }: Prefix): boolean =>
  inner.bits === address.bits &&
  inner.value >> BigInt(address.bits - length) === address.value >> BigInt(address.bits - length);
