import { compareValues, contains, isEqual } from './equality.js';
import { type Cost, type Declaration, declare, perElement, sizeAt } from './library.js';
import { durationOf } from './time.js';
import { CelError, type CelList, Duration, noSuchOverload, Uint, type Value } from './value.js';

function sum(list: CelList): Value {
  let total: Value | undefined;
  for (const item of list) total = total === undefined ? item : plus(total, item);
  return total ?? 0n;
}

function plus(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (a + b !== BigInt.asIntN(64, a + b)) throw new CelError('integer overflow');
    return a + b;
  }
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a instanceof Uint && b instanceof Uint) return new Uint(a.value + b.value);
  if (a instanceof Duration && b instanceof Duration) return durationOf(a.nanos + b.nanos);
  throw noSuchOverload();
}

function extreme(list: CelList, name: 'min' | 'max'): Value {
  let best: Value | undefined;
  for (const item of list) {
    const order = best === undefined ? 0 : compareValues(item, best);
    if (best === undefined || (name === 'min' ? order < 0 : order > 0)) best = item;
  }
  if (best === undefined) throw new CelError(`${name} called on empty list`);
  return best;
}

function isSorted(list: CelList): boolean {
  for (let at = 1; at < list.size; at += 1) if (compareValues(list.at(at - 1), list.at(at)) > 0) return false;
  return true;
}

function indexOf(list: CelList, wanted: Value): bigint {
  for (let at = 0; at < list.size; at += 1) if (isEqual(list.at(at), wanted)) return BigInt(at);
  return -1n;
}

function lastIndexOf(list: CelList, wanted: Value): bigint {
  for (let at = list.size - 1; at >= 0; at -= 1) if (isEqual(list.at(at), wanted)) return BigInt(at);
  return -1n;
}

const SUMMABLE = ['int', 'uint', 'double', 'duration'];
const COMPARABLE = [...SUMMABLE, 'bool', 'string', 'bytes', 'timestamp'];

/** Kubernetes' list library. */
export const LISTS: readonly Declaration[] = [
  ...SUMMABLE.map((type) => declare(`(list(${type})).sum(): ${type}`, sum, perElement)),
  ...COMPARABLE.flatMap((type) => [
    declare(`(list(${type})).isSorted(): bool`, isSorted, perElement),
    declare(`(list(${type})).min(): ${type}`, (list: CelList) => extreme(list, 'min'), perElement),
    declare(`(list(${type})).max(): ${type}`, (list: CelList) => extreme(list, 'max'), perElement),
  ]),
  declare('(list(A)).indexOf(A): int', indexOf, perElement),
  declare('(list(A)).lastIndexOf(A): int', lastIndexOf, perElement),
];

const containsAll = (list: CelList, wanted: CelList): boolean => [...wanted].every((item) => contains(list, item));

const product: Cost = (args) => 1 + sizeAt(args, 0) * sizeAt(args, 1);

export const SETS: readonly Declaration[] = [
  declare('sets.contains(list(A), list(A)): bool', containsAll, product),
  declare(
    'sets.equivalent(list(A), list(A)): bool',
    (a: CelList, b: CelList) => containsAll(a, b) && containsAll(b, a),
    (args) => 1 + 2 * sizeAt(args, 0) * sizeAt(args, 1),
  ),
  declare(
    'sets.intersects(list(A), list(A)): bool',
    (a: CelList, b: CelList) => [...a].some((item) => contains(b, item)),
    product,
  ),
];
