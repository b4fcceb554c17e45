export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const NANO = 10n ** 9n;
const MAX = 2n ** 63n - 1n;

const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_SUFFIX = new Map(Object.entries(DECIMAL).map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_SUFFIX = ['', ...Object.keys(BINARY)];

const FORMAT_MESSAGE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** Away from zero: whoever asked for some gets some. */
function divideUp(value: bigint, by: bigint): bigint {
  const quotient = magnitude(value) / by + (value % by === 0n ? 0n : 1n);
  return value < 0n ? -quotient : quotient;
}

/** An exact amount; what is finer than a billionth was rounded away from zero when it was read. */
export class Quantity {
  readonly format: QuantityFormat;
  readonly #nano: bigint;

  /** `nano` counts billionths. */
  constructor(nano: bigint, format: QuantityFormat) {
    this.#nano = nano;
    this.format = format;
  }

  compare(other: Quantity): -1 | 0 | 1 {
    return this.#nano < other.#nano ? -1 : this.#nano > other.#nano ? 1 : 0;
  }

  equals(other: Quantity): boolean {
    return this.#nano === other.#nano;
  }

  /** -1, 0 or 1. */
  sign(): -1 | 0 | 1 {
    return this.#nano < 0n ? -1 : this.#nano > 0n ? 1 : 0;
  }

  /** Keeps this format, or takes the other's when this is zero. */
  add(other: Quantity): Quantity {
    return new Quantity(this.#nano + other.#nano, this.#nano === 0n ? other.format : this.format);
  }

  sub(other: Quantity): Quantity {
    return new Quantity(this.#nano - other.#nano, this.#nano === 0n ? other.format : this.format);
  }

  isInteger(): boolean {
    return this.#nano % NANO === 0n;
  }

  /** Whole units, rounded away from zero. */
  value(): bigint {
    return divideUp(this.#nano, NANO);
  }

  /** Thousandths, rounded away from zero. */
  milliValue(): bigint {
    return divideUp(this.#nano, NANO / 1000n);
  }

  /** Without anything finer than a thousandth, rounded away from zero. */
  roundedToMilli(): Quantity {
    return new Quantity(this.milliValue() * (NANO / 1000n), this.format);
  }

  toNumber(): number {
    return Number(this.#nano / NANO) + Number(this.#nano % NANO) / Number(NANO);
  }

  /** Canonical: no fraction, the largest suffix that allows it. */
  toString(): string {
    const kibibyte = 1024n * NANO;
    const isBinary = this.format === 'BinarySI' && this.isInteger() && magnitude(this.#nano) >= kibibyte;
    return isBinary ? printBinary(this.#nano / NANO) : printDecimal(this.#nano, this.format === 'DecimalExponent');
  }

  toJSON(): string {
    return this.toString();
  }
}

function printBinary(value: bigint): string {
  let rest = value;
  let power = 0;
  while (power < BINARY_SUFFIX.length - 1 && rest % 1024n === 0n) {
    rest /= 1024n;
    power += 1;
  }
  return `${rest}${BINARY_SUFFIX[power]}`;
}

function printDecimal(nano: bigint, asExponent: boolean): string {
  if (nano === 0n) return '0';
  let rest = nano;
  let exponent = -9;
  while (rest % 1000n === 0n && (asExponent || exponent < 18)) {
    rest /= 1000n;
    exponent += 3;
  }
  if (!asExponent) return `${rest}${DECIMAL_SUFFIX.get(exponent)}`;
  return exponent === 0 ? `${rest}` : `${rest}e${exponent}`;
}

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

function suffixOf(text: string): Suffix {
  const decimal = Object.hasOwn(DECIMAL, text) ? DECIMAL[text] : undefined;
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = Object.hasOwn(BINARY, text) ? BINARY[text] : undefined;
  if (binary !== undefined) return { base: 2, exponent: binary, format: 'BinarySI' };
  if (/^[eE][+-]?[0-9]{1,4}$/.test(text)) {
    return { base: 10, exponent: Number(text.slice(1)), format: 'DecimalExponent' };
  }
  throw new QuantityError("unable to parse quantity's suffix");
}

/** Reads `500m`, `1.5Gi`, `2e3`; throws `QuantityError`. */
export function parseQuantity(text: string): Quantity {
  const parts = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  if (!parts || text === '') throw new QuantityError(FORMAT_MESSAGE);
  const [, sign, whole = '', fraction = '', suffixText = ''] = parts;
  const suffix = suffixOf(suffixText);
  const nano = cap(toNano(whole, fraction, suffix), suffix);
  const isFractionOfBinary = suffix.format === 'BinarySI' && nano < NANO && nano > 0n;
  return new Quantity(sign === '-' ? -nano : nano, isFractionOfBinary ? 'DecimalSI' : suffix.format);
}

/** Undefined when the text is not a quantity. */
export function quantityOrUndefined(text: string): Quantity | undefined {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** Billionths, rounded up. */
function toNano(whole: string, fraction: string, { base, exponent }: Suffix): bigint {
  // Nothing before the suffix is zero, as in Kubernetes.
  const digits = BigInt(whole + fraction || 0);
  const scale = (base === 10 ? exponent : 0) - fraction.length + 9;
  const multiplied = base === 2 ? digits << BigInt(exponent) : digits;
  return scale >= 0 ? multiplied * 10n ** BigInt(scale) : divideUp(multiplied, 10n ** BigInt(-scale));
}

/** Kubernetes caps only what has a binary suffix. */
const cap = (nano: bigint, { base }: Suffix): bigint => (base === 2 && nano > MAX * NANO ? MAX * NANO : nano);
