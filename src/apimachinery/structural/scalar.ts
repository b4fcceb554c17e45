import { RE2JS } from 're2js';
import { goQuoted } from '../go-text.js';
import { equalJson } from '../json.js';
import { type FieldError, invalid, notSupported, tooLong, typeInvalid } from './field-error.js';
import type { Node } from './node.js';

const isInt64 = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 2 ** 63;

/** The JSON type as Kubernetes names it in messages; a number without a fraction is an integer. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return isInt64(value) ? 'integer' : 'number';
  return typeof value;
}

const NUMERIC_FORMAT: Readonly<Record<string, string>> = { integer: 'int64', number: 'float64' };

/** The message about a value of the wrong type, or undefined. A null is right where the schema is nullable. */
export function checkType(value: unknown, node: Node, path: () => string): FieldError | undefined {
  const { types, format } = node;
  if (value === null && (node.nullable || types.length === 0)) return undefined;
  const actual = jsonTypeOf(value);
  const blamesFormat = format !== undefined && value !== null && actual !== 'string' && actual !== 'array';
  if (types.includes(actual) || (actual === 'integer' && types.includes('number'))) return undefined;
  if (types.length === 0 && !blamesFormat) return undefined;
  // Where a text has a format, Kubernetes takes a list as well.
  if (format && actual === 'array' && !types.some((type) => type in NUMERIC_FORMAT)) return undefined;
  const at = path();
  const expected = blamesFormat ? format.name : types.join(',');
  const found = blamesFormat ? (NUMERIC_FORMAT[actual] ?? '') : actual;
  return typeInvalid(at, found, `${at} in body must be of type ${expected}: ${JSON.stringify(found)}`);
}

interface Pattern {
  readonly expression: RE2JS;
  /** Most strings under a pattern are few and repeat: reasons, statuses, names of kinds. */
  readonly known: Map<string, boolean>;
}

const MAX_KNOWN = 500;
const PATTERNS = new Map<string, Pattern>();

function patternOf(source: string): Pattern {
  const known = PATTERNS.get(source);
  if (known) return known;
  const pattern: Pattern = { expression: RE2JS.compile(source), known: new Map() };
  PATTERNS.set(source, pattern);
  return pattern;
}

function isFound(source: string, text: string): boolean {
  const { expression, known } = patternOf(source);
  const before = known.get(text);
  if (before !== undefined) return before;
  const found = expression.matcher(text).find();
  if (known.size >= MAX_KNOWN) known.clear();
  if (text.length < 100) known.set(text, found);
  return found;
}

// Kubernetes counts code points; only a string with surrogate pairs has fewer of them than its length.
const lengthOf = (text: string): number => (/[\ud800-\udfff]/.test(text) ? [...text].length : text.length);

/** The first of maxLength, minLength and pattern that fails, and the format. */
export function checkString(text: string, node: Node, path: () => string, errors: FieldError[]): void {
  const { minLength, maxLength, pattern } = node.schema;
  if (maxLength !== undefined && text.length > maxLength && lengthOf(text) > maxLength) {
    errors.push(tooLong(path(), maxLength));
  } else if (minLength !== undefined && lengthOf(text) < minLength) {
    errors.push(invalid(path(), text, `${path()} in body should be at least ${minLength} chars long`));
  } else if (pattern && !isFound(pattern, text)) {
    errors.push(invalid(path(), text, `${path()} in body should match '${pattern}'`));
  }
  if (node.format && !node.format.accepts(text)) {
    const detail = `${path()} in body must be of type ${node.schema.format}: ${goQuoted(text)}`;
    errors.push(typeInvalid(path(), text, detail));
  }
}

const MAX_INT32 = 2 ** 31 - 1;
const MAX_FLOAT = 3.4028234663852886e38;

function isInRange(value: number, type: string | undefined, format: string | undefined): boolean {
  if (type === 'integer')
    return isInt64(value) && (format !== 'int32' || (value >= -MAX_INT32 - 1 && value <= MAX_INT32));
  return format !== 'float' || Math.abs(value) <= MAX_FLOAT;
}

export function checkNumber(value: number, node: Node, path: () => string, errors: FieldError[]): void {
  const { minimum, maximum, multipleOf, exclusiveMinimum, exclusiveMaximum } = node.schema;
  const type = node.types.length === 1 ? node.types[0] : undefined;
  if (!isInRange(value, type, node.format?.name)) {
    const format = node.format ? `with format ${node.format.name}` : '(default format)';
    errors.push(invalid('', '', `Checked value must be of type ${type} ${format} in ${path()}`));
  }
  const say = (detail: string): number => errors.push(invalid(path(), value, `${path()} in body should be ${detail}`));
  if (multipleOf !== undefined) checkMultiple(value, multipleOf, path, errors);
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    say(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    say(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  }
}

function checkMultiple(value: number, multipleOf: number, path: () => string, errors: FieldError[]): void {
  // Kubernetes divides whole numbers by whole numbers: of a factor it takes the whole part then.
  const factor = isInt64(value) ? Math.trunc(multipleOf) : multipleOf;
  if (factor <= 0) {
    errors.push(invalid(path(), factor, `factor MultipleOf declared for ${path()} must be positive: ${factor}`));
  } else if (!isMultiple(value, factor)) {
    errors.push(invalid(path(), value, `${path()} in body should be a multiple of ${factor}`));
  }
}

// 0.3 is a multiple of 0.1 although the quotient of the two doubles need not be whole.
function isMultiple(value: number, factor: number): boolean {
  if (isInt64(value) && Number.isInteger(factor)) return value % factor === 0;
  const quotient = factor < 1 ? (1 / factor) * value : value / factor;
  const whole = Math.trunc(quotient);
  if (quotient === whole) return Math.abs(quotient) <= Number.MAX_SAFE_INTEGER;
  return Math.abs(quotient - whole) / (Math.abs(quotient) + Math.abs(whole)) < 1e-9;
}

/** Kubernetes looks for a number among whole ones without its fraction. */
const isListed = (value: unknown, one: unknown): boolean =>
  equalJson(one, value) ||
  (typeof value === 'number' && typeof one === 'number' && isInt64(one) && Math.trunc(value) === one);

export function checkEnum(value: unknown, node: Node, path: () => string): FieldError | undefined {
  const allowed = node.schema.enum;
  if (!allowed || allowed.length === 0 || (value !== null && allowed.some((one) => isListed(value, one))))
    return undefined;
  return notSupported(path(), value, allowed);
}
