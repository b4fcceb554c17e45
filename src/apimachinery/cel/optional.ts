import { type Declaration, declare } from './library.js';
import { CelList, CelMap, Duration, Optional, Timestamp, Uint, type Value } from './value.js';

function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  return (value instanceof Duration || value instanceof Timestamp) && value.nanos === 0n;
}

export const OPTIONAL: readonly Declaration[] = [
  declare('optional.of(A): optional(A)', Optional.of),
  declare('optional.ofNonZeroValue(A): optional(A)', (value: Value) =>
    isZero(value) ? Optional.none : Optional.of(value),
  ),
  declare('optional.none(): optional(A)', () => Optional.none),
  declare('(optional(A)).hasValue(): bool', (optional: Optional) => optional.hasValue),
  declare('(optional(A)).value(): A', (optional: Optional) => optional.value),
  declare('(optional(A)).or(optional(A)): optional(A)', (a: Optional, b: Optional) => (a.hasValue ? a : b)),
  declare('(optional(A)).orValue(A): A', (a: Optional, b: Value) => (a.hasValue ? a.value : b)),
];
