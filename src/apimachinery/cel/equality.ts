import type { StructuralSchema } from '../structural/schema.js';
import {
  CelList,
  CelMap,
  Duration,
  noSuchOverload,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './value.js';

/** Numbers are equal across types; values of different types are unequal, never an error. */
export function isEqual(a: Value, b: Value): boolean {
  if (a === b) return true;
  const [left, right] = [numberOf(a), numberOf(b)];
  // Mixed bigint and number compare exactly in JavaScript.
  // biome-ignore lint/suspicious/noDoubleEquals: equality across int and double is wanted
  if (left !== undefined && right !== undefined) return left == right;
  if (a instanceof CelList) return b instanceof CelList && areListsEqual(a, b);
  if (a instanceof CelMap) return b instanceof CelMap && areMapsEqual(a, b);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.type === b.type;
  if (a instanceof Optional) return b instanceof Optional && areOptionalsEqual(a, b);
  return a instanceof Opaque && b instanceof Opaque && a.celType === b.celType && a.equals(b);
}

export const numberOf = (value: Value): number | bigint | undefined =>
  typeof value === 'number' || typeof value === 'bigint' ? value : value instanceof Uint ? value.value : undefined;

const areOptionalsEqual = (a: Optional, b: Optional): boolean =>
  a.hasValue && b.hasValue ? isEqual(a.value, b.value) : a.hasValue === b.hasValue;

function areListsEqual(a: CelList, b: CelList): boolean {
  if (a.size !== b.size) return false;
  const schema = a.schema ?? b.schema;
  const kind = schema?.['x-kubernetes-list-type'];
  if (kind === 'set' || kind === 'map')
    return [...a].every((item) => partnerOf(item, b, schema) !== undefined && contains(b, item));
  for (let index = 0; index < a.size; index += 1) if (!isEqual(a.at(index), b.at(index))) return false;
  return true;
}

export function contains(list: CelList, wanted: Value): boolean {
  for (const item of list) if (isEqual(item, wanted)) return true;
  return false;
}

function areMapsEqual(a: CelMap, b: CelMap): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const [left, right] = [a.get(key), b.get(key)];
    if (left === undefined || right === undefined || !isEqual(left, right)) return false;
  }
  return true;
}

/** The item of a set or list map that stands for the same thing. */
export function partnerOf(item: Value, list: CelList, schema: StructuralSchema | undefined): Value | undefined {
  const keys = schema?.['x-kubernetes-list-map-keys'];
  for (const other of list) {
    if (keys && item instanceof CelMap && other instanceof CelMap) {
      if (keys.every((key) => isEqual(item.get(key) ?? null, other.get(key) ?? null))) return other;
    } else if (isEqual(item, other)) return other;
  }
  return undefined;
}

/** Negative, zero or positive. Throws for values without an order. */
export function compareValues(a: Value, b: Value): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined)
    return left < right ? -1 : left > right ? 1 : left === right ? 0 : mixed(left, right);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return compareBigints(a.nanos, b.nanos);
  if (a instanceof Duration && b instanceof Duration) return compareBigints(a.nanos, b.nanos);
  throw noSuchOverload();
}

/** Equal numbers of different types, or a NaN, which is neither more nor less than anything. */
// biome-ignore lint/suspicious/noDoubleEquals: equality across int and double is wanted
const mixed = (left: number | bigint, right: number | bigint): number => (left == right ? 0 : Number.NaN);

const compareBigints = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** By code points, as Go compares UTF-8; JavaScript would compare UTF-16 units. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
