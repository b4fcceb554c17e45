import { createHash } from 'node:crypto';
import {
  addressText,
  isInside,
  masked,
  type Prefix,
  parseAddress,
  parsePrefix,
} from '../../../apimachinery/address.js';
import { StatusError } from '../../status-error.js';

/** Where the addresses of services come from. */
export const SERVICE_RANGE = '10.96.0.0/16';

const NODE_PORTS = { first: 30_000, count: 2_768 };
/** The first of a range are for those who ask for them. */
const RESERVED = { addresses: 256, ports: 86 };

/** The first value nobody has, tried from a place that depends on the seed. */
function firstFree<T>(seed: string, size: number, valueAt: (offset: number) => T, isTaken: (value: T) => boolean): T {
  const start = createHash('sha256').update(seed).digest().readUInt32BE(0);
  for (let step = 0; step < size; step++) {
    const value = valueAt((start + step) % size);
    if (!isTaken(value)) return value;
  }
  throw new StatusError(500, 'InternalError', `Internal error occurred: all ${size} values are allocated`);
}

function rangeOf(text: string): Prefix {
  const range = parsePrefix(text);
  if (!range) throw new Error(`${text} is no range of addresses`);
  return range;
}

const RANGE = rangeOf(SERVICE_RANGE);
const SIZE = 2 ** (RANGE.address.bits - RANGE.length);

const addressAt = (offset: number): string =>
  addressText({ bits: RANGE.address.bits, value: masked(RANGE).value + BigInt(offset) });

/** The base of the range: what a dry run shows for an address that would be allocated. */
export const BASE_ADDRESS = addressAt(0);

export const nextAddress = (seed: string, taken: ReadonlySet<string>): string =>
  firstFree(
    seed,
    SIZE - 1 - RESERVED.addresses,
    (offset) => addressAt(offset + RESERVED.addresses),
    (address) => taken.has(address),
  );

/** Why an address cannot be had. */
export function addressProblem(text: string, taken: ReadonlySet<string>): string | undefined {
  const address = parseAddress(text);
  const isEdge = text === BASE_ADDRESS || text === addressAt(SIZE - 1);
  if (!address || isEdge || !isInside(address, RANGE)) return 'the provided network does not match the current range';
  return taken.has(text) ? 'provided IP is already allocated' : undefined;
}

/** Node ports as one write takes them. */
export class NodePorts {
  readonly #taken: Set<number>;
  readonly #seed: string;
  readonly #dryRun: boolean;

  /** In a dry run kube-apiserver does not look at the range. */
  constructor(taken: Iterable<number>, seed: string, dryRun: boolean) {
    this.#taken = new Set(taken);
    this.#seed = seed;
    this.#dryRun = dryRun;
  }

  next(): number {
    const port = firstFree(
      `${this.#seed}/${this.#taken.size}`,
      NODE_PORTS.count - RESERVED.ports,
      (offset) => NODE_PORTS.first + RESERVED.ports + offset,
      (one) => this.#taken.has(one),
    );
    this.#taken.add(port);
    return port;
  }

  /** Why a port cannot be had; it is taken when it can. */
  take(port: number): string | undefined {
    const { first, count } = NODE_PORTS;
    if (!this.#dryRun && (port < first || port >= first + count)) {
      return `provided port is not in the valid range. The range of valid ports is ${first}-${first + count - 1}`;
    }
    if (this.#taken.has(port)) return 'provided port is already allocated';
    this.#taken.add(port);
    return undefined;
  }
}
