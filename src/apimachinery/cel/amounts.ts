import { parseQuantity, Quantity, quantityOrUndefined } from '../quantity.js';
import { type Declaration, declare, traversal } from './library.js';
import { CelError, Opaque } from './value.js';

const MAX_INT = 2n ** 63n - 1n;

class QuantityValue extends Opaque {
  readonly celType = 'kubernetes.Quantity';
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  equals(other: Opaque): boolean {
    return other instanceof QuantityValue && this.quantity.equals(other.quantity);
  }
}

function quantityOf(text: string): QuantityValue {
  try {
    return new QuantityValue(parseQuantity(text));
  } catch (error) {
    throw new CelError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const fits = (quantity: Quantity): boolean =>
  quantity.isInteger() && quantity.value() <= MAX_INT && quantity.value() >= -MAX_INT - 1n;

function asInteger({ quantity }: QuantityValue): bigint {
  if (!fits(quantity)) throw new CelError('cannot convert value to integer');
  return quantity.value();
}

const whole = (value: bigint): Quantity => new Quantity(value * 1_000_000_000n, 'DecimalSI');

const Q = 'kubernetes.Quantity';
type Two = (a: QuantityValue, b: QuantityValue) => bigint | boolean | QuantityValue;

export const QUANTITIES: readonly Declaration[] = [
  declare(`quantity(string): ${Q}`, quantityOf, traversal),
  declare('isQuantity(string): bool', (text: string) => quantityOrUndefined(text) !== undefined, traversal),
  // Kubernetes documents a method and declares a function.
  declare(`sign(${Q}): int`, ({ quantity }: QuantityValue) => BigInt(quantity.sign())),
  declare(`(${Q}).isInteger(): bool`, ({ quantity }: QuantityValue) => fits(quantity)),
  declare(`(${Q}).asInteger(): int`, asInteger),
  declare(`(${Q}).asApproximateFloat(): double`, ({ quantity }: QuantityValue) => quantity.toNumber()),
  ...Object.entries<Two>({
    [`isLessThan(${Q}): bool`]: (a, b) => a.quantity.compare(b.quantity) < 0,
    [`isGreaterThan(${Q}): bool`]: (a, b) => a.quantity.compare(b.quantity) > 0,
    [`compareTo(${Q}): int`]: (a, b) => BigInt(a.quantity.compare(b.quantity)),
    [`add(${Q}): ${Q}`]: (a, b) => new QuantityValue(a.quantity.add(b.quantity)),
    [`sub(${Q}): ${Q}`]: (a, b) => new QuantityValue(a.quantity.sub(b.quantity)),
  }).map(([signature, run]) => declare(`(${Q}).${signature}`, run)),
  declare(`(${Q}).add(int): ${Q}`, (a: QuantityValue, b: bigint) => new QuantityValue(a.quantity.add(whole(b)))),
  declare(`(${Q}).sub(int): ${Q}`, (a: QuantityValue, b: bigint) => new QuantityValue(a.quantity.sub(whole(b)))),
];
