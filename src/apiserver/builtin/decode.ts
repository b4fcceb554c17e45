import type { ObjectMeta, Unstructured } from '../../api/meta.js';
import { goKind } from '../../apimachinery/go-text.js';
import { microTimeProblem, timeProblem } from '../../apimachinery/go-time.js';
import { mapUnlessSame } from '../../apimachinery/json.js';
import { quantityOrUndefined } from '../../apimachinery/quantity.js';
import { base64Fault } from './base64.js';
import { type Field, fieldsOf } from './schema.js';

type Json = Record<string, unknown>;

/**
 * What Kubernetes makes of a client's JSON when it reads it into the types of a built-in kind: a value of the wrong type is
 * refused in its words, nulls and empty lists and maps are as good as absent. Unknown fields are left alone.
 */
export const decode = (model: string, object: Unstructured): Unstructured =>
  decodeModel(model, object, []) as Unstructured; // an object went in, and only members of it are dropped

/** Of a custom object, where an empty list of owners is as good as none. */
export function decodeMetadata(metadata: ObjectMeta): ObjectMeta {
  const { managedFields, ...rest } = decodeModel('V1ObjectMeta', metadata, []) as ObjectMeta; // as above
  return managedFields === undefined || managedFields.length === 0 ? rest : { ...rest, managedFields };
}

/** The JSON has another type than the field; the message is that of Go's JSON decoder. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
  /** What Kubernetes says when it reads the value not from JSON, but from what a strategic merge patch made. */
  readonly converted: string | undefined;

  constructor(message: string, converted?: string) {
    super(message);
    this.converted = converted;
  }
}

type Fields = ReadonlyMap<string, Field>;
const fields = new Map<string, Fields>();

function knownFields(model: string): Fields {
  const known = fields.get(model) ?? new Map(fieldsOf(model).map((field) => [field.name, field]));
  fields.set(model, known);
  return known;
}

function decodeModel(model: string, value: Json, path: readonly string[]): Json {
  let result = value;
  const known = knownFields(model);
  // In the order of the body: the first misfit is told.
  for (const [name, before] of Object.entries(value)) {
    const field = known.get(name);
    if (!field) continue;
    const { code, required } = field;
    const after = decodeValue(code, before, { model, path: [...path, name] });
    if (after === before && !isEmpty(code, after)) continue;
    if (result === value) result = { ...value };
    // An empty list of owners is a wish: to forget them.
    const stays = name === 'managedFields' ? Array.isArray(before) : required && after !== undefined;
    if (isEmpty(code, after) && !stays) delete result[name];
    else result[name] = after;
  }
  return result;
}

/** Where a value was found: the innermost struct and the way to it, as Go's decoder tells it. */
interface Place {
  readonly model: string;
  readonly path: readonly string[];
}

function decodeValue(code: string, value: unknown, place: Place): unknown {
  if (value === null || value === undefined) return undefined;
  if (code.startsWith('[')) {
    if (!Array.isArray(value)) throw misfit(code, value, place);
    const inner = code.slice(1);
    // A null among structs is an empty one.
    const blank = /^[A-Z]/.test(inner) ? {} : null;
    return mapUnlessSame(value, (item) => decodeValue(inner, item, place) ?? blank);
  }
  if (code.startsWith('{')) return decodeMap(code, value, place);
  if (code === 'q') return decodeQuantity(value, place);
  if (code === 'y') return decodeBytes(value, place);
  if ((code === 't' || code === 'm') && typeof value === 'string') return decodeTime(code, value);
  const check = CHECKS[code];
  if (check) {
    if (!check(value)) throw misfit(code, value, place);
    return value;
  }
  if (!isObject(value)) throw misfit(code, value, place);
  return decodeModel(code, value, place.path);
}

function decodeTime(code: string, text: string): string {
  const problem = code === 'm' ? microTimeProblem(text) : timeProblem(text);
  if (problem !== undefined) throw new Misfit(problem);
  return text;
}

/** Base64, or a list of the bytes. */
function decodeBytes(value: unknown, place: Place): string {
  if (Array.isArray(value)) return Buffer.from(value.map((item) => byteOf(item, place))).toString('base64');
  if (typeof value !== 'string') throw misfit('y', value, place);
  const fault = base64Fault(value);
  if (fault === undefined) return value;
  const problem = `illegal base64 data at input byte ${fault}`;
  throw new Misfit(problem, `error decoding from json: ${problem}`);
}

function byteOf(item: unknown, place: Place): number {
  if (item === null) return 0;
  if (typeof item === 'number' && Number.isInteger(item) && item >= 0 && item < 256) return item;
  throw misfit('u', item, place);
}

const QUANTITY = "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** `0.5` and `1024Mi` are kept as `500m` and `1Gi`. */
function decodeQuantity(value: unknown, place: Place): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw misfit('q', value, place);
  const quantity = quantityOrUndefined(String(value).trim());
  if (!quantity) throw new Misfit(`quantities must match the regular expression ${QUANTITY}`);
  return quantity.toString();
}

function decodeMap(code: string, value: unknown, place: Place): unknown {
  if (!isObject(value)) throw misfit(code, value, place);
  const names = Object.keys(value);
  const decoded = mapUnlessSame(
    names.map((name) => value[name]),
    (item) => decodeValue(code.slice(1), item, place) ?? EMPTY_VALUES[code.slice(1)],
  );
  return decoded.every((item, index) => item === value[names[index] ?? ''])
    ? value
    : Object.fromEntries(names.map((name, index) => [name, decoded[index]]));
}

/** A null in a map is Go's zero value. */
const EMPTY_VALUES: Readonly<Record<string, unknown>> = { s: '', y: '', b: false, i: 0, l: 0, n: 0 };

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (code: string, value: unknown): boolean =>
  value === undefined ||
  (code.startsWith('[') && Array.isArray(value) && value.length === 0) ||
  (code.startsWith('{') && isObject(value) && Object.keys(value).length === 0);

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  s: (value) => typeof value === 'string',
  y: (value) => typeof value === 'string',
  i: (value) => Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31,
  l: (value) => Number.isInteger(value),
  n: (value) => typeof value === 'number',
  b: (value) => typeof value === 'boolean',
  t: (value) => typeof value === 'string',
  m: (value) => typeof value === 'string',
  x: (value) => typeof value === 'string' || Number.isInteger(value),
  a: () => true,
};

function misfit(code: string, value: unknown, { model, path }: Place): Misfit {
  return new Misfit(
    `json: cannot unmarshal ${describe(code, value)} into Go struct field ${goName(model)}.${path.join('.')} of type ${goType(code)}`,
    conversionProblem(code, value),
  );
}

function conversionProblem(code: string, value: unknown): string {
  const type = goType(code);
  const from = convertedFrom(value);
  if (code.startsWith('[') || code === 'y') return `cannot restore slice from ${from}`;
  if (code.startsWith('{')) return `cannot restore map from ${from}`;
  if (code.length > 1) return `cannot restore struct from: ${from}`;
  if (code === 'x') return `json: cannot unmarshal ${goKind(value)} into Go value of type int32`;
  const convertible = (code === 's' && from === 'int64') || ((code === 'i' || code === 'l') && from === 'float64');
  return convertible ? `cannot convert ${from} to ${type}` : `unrecognized type: ${type}`;
}

function convertedFrom(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (isObject(value)) return 'map';
  return typeof value === 'number' ? (Number.isInteger(value) ? 'int64' : 'float64') : goKind(value);
}

function describe(code: string, value: unknown): string {
  // Go names the number only when it is one that does not fit.
  return typeof value === 'number' && (code === 'i' || code === 'l') ? `number ${value}` : goKind(value);
}

const goName = (model: string): string =>
  model.replace(
    /^(Core|Events|Discovery|Rbac|Authentication|Admissionregistration|Apiextensions)?V\d(alpha\d|beta\d)?/,
    '',
  );

const GO_TYPES: Readonly<Record<string, string>> = {
  s: 'string',
  i: 'int32',
  l: 'int64',
  n: 'float64',
  b: 'bool',
  y: '[]uint8',
  u: 'uint8',
  t: 'v1.Time',
  m: 'string',
  x: 'intstr.IntOrString',
  q: 'resource.Quantity',
};

function goType(code: string): string {
  if (code.startsWith('[')) return `[]${goType(code.slice(1))}`;
  if (code.startsWith('{')) return code === '{q' ? 'v1.ResourceList' : `map[string]${goType(code.slice(1))}`;
  return GO_TYPES[code] ?? `v1.${goName(code)}`;
}
