import type { ObjectMeta, Unstructured } from '../../../api/meta.js';
import { isInt64 } from '../../../apimachinery/go-text.js';
import { microTimeProblem, timeProblem } from '../../../apimachinery/go-time.js';
import { mapUnlessSame } from '../../../apimachinery/json.js';
import { quantityOrUndefined } from '../../../apimachinery/quantity.js';
import type { Origin } from '../../kind.js';
import { base64Fault } from './base64.js';
import { wayTo } from './go-types.js';
import { Misfit, misfit, type Place, unreadable } from './misfit.js';
import { type Field, fieldsOf } from './schema.js';
import { isTold } from './told.js';
import { withZeros } from './zero-members.js';
import { isZeroScalar, NULL_LISTS, zeroOf } from './zeros.js';

type Json = Record<string, unknown>;

/**
 * What Kubernetes makes of a client's JSON when it reads it into the types of a built-in kind: a value of the wrong type is
 * refused in its words; nulls, empty lists and maps and zeros are as good as absent, where its types do not keep them; what they
 * always have is there. Unknown fields are left alone.
 */
export const decode = (model: string, object: Unstructured, origin: Origin = 'json'): Unstructured =>
  read(model, object, origin) as Unstructured; // an object went in, and only members of it are dropped

/** Of a custom object, where an empty list of owners is as good as none. */
export function decodeMetadata(metadata: ObjectMeta): ObjectMeta {
  const { managedFields, ...rest } = read('V1ObjectMeta', metadata, 'json') as ObjectMeta; // as above
  return managedFields === undefined || managedFields.length === 0 ? rest : { ...rest, managedFields };
}

function read(model: string, object: Json, origin: Origin): Json {
  const misfits: Misfit[] = [];
  const result = decodeModel(model, object, { path: [], misfits, origin });
  const [first] = misfits;
  if (first) throw first;
  return result;
}

/** What is read, and how far: JSON that does not fit is told at the end, unless a later value cannot be read at all. */
interface Reading extends Pick<Place, 'path' | 'origin'> {
  readonly misfits: Misfit[];
}

type Site = Reading & Place;

type Fields = ReadonlyMap<string, Field>;
const fields = new Map<string, Fields>();

function knownFields(model: string): Fields {
  const known = fields.get(model) ?? new Map(fieldsOf(model).map((field) => [field.name, field]));
  fields.set(model, known);
  return known;
}

function decodeModel(model: string, value: Json, { path, misfits, origin }: Reading): Json {
  let result = value;
  const known = knownFields(model);
  // In the order of the body: the first misfit is told.
  for (const [name, before] of Object.entries(value)) {
    const field = known.get(name);
    if (!field) continue;
    const { required } = field;
    const code = model === SCHEMA ? schemaCode(field, before) : field.code;
    const after = decodeValue(code, before, { model, path: [...path, ...wayTo(model, name)], misfits, origin });
    const isLeft = isZeroScalar(after) && zeroOf(model, name) === 'left';
    if (after === before && !isLeft && !isEmpty(code, after)) continue;
    if (result === value) result = { ...value };
    // An empty list of owners is a wish: to forget them.
    const isKept = (required && !NULL_LISTS.has(`${model}.${name}`)) || isTold(model, name);
    const stays = name === 'managedFields' ? Array.isArray(before) : isKept && after !== undefined;
    if (isLeft || (isEmpty(code, after) && !stays)) delete result[name];
    else result[name] = after;
  }
  return withZeros(model, result);
}

const SCHEMA = 'V1JSONSchemaProps';
const SCHEMA_OR_OTHER: readonly string[] = ['items', 'additionalProperties', 'additionalItems'];

/** Some members of a schema are a schema, or else a list of them or a boolean. */
function schemaCode({ name, code }: Field, value: unknown): string {
  if (!SCHEMA_OR_OTHER.includes(name)) return code;
  if (isObject(value)) return SCHEMA;
  if (name === 'items') return Array.isArray(value) ? `[${SCHEMA}` : code;
  if (value === null || typeof value === 'boolean') return code;
  throw new Misfit('boolean or JSON schema expected');
}

function decodeValue(code: string, value: unknown, site: Site): unknown {
  if (value === null || value === undefined) return undefined;
  if (code.startsWith('[')) {
    if (!Array.isArray(value)) return refuse(code, value, site);
    const inner = code.slice(1);
    // A null among structs is an empty one.
    const blank = /^[A-Z]/.test(inner) ? withZeros(inner, {}) : EMPTY_VALUES[inner];
    return mapUnlessSame(value, (item) => decodeValue(inner, item, site) ?? blank);
  }
  if (code.startsWith('{')) return decodeMap(code, value, site);
  const decoder = DECODERS[code];
  if (decoder) return decoder(value, site);
  const check = CHECKS[code];
  if (check) return check(value) ? value : (convertedNumber(code, value, site) ?? refuse(code, value, site));
  return isObject(value) ? decodeModel(code, value, site) : refuse(code, value, site);
}

function refuse(code: string, value: unknown, site: Site): undefined {
  tell(misfit(code, value, site), site);
}

function tell(problem: Misfit, { misfits, origin }: Site): undefined {
  if (origin === 'merged') throw problem;
  misfits.push(problem);
}

/** A whole number that is converted, not read, keeps the bits the field has room for; one beyond all integers is the least. */
function convertedNumber(code: string, value: unknown, { origin }: Site): number | undefined {
  if (origin === 'json' || (code !== 'i' && code !== 'l') || !isWhole(value)) return undefined;
  const whole = isInt64(value) ? BigInt(value) : -(2n ** 63n);
  return Number(code === 'i' ? BigInt.asIntN(32, whole) : whole);
}

/** Types that read themselves: of what they cannot read, Kubernetes tells at once. */
const DECODERS: Readonly<Record<string, (value: unknown, site: Site) => unknown>> = {
  t: (value, site) => decodeTime(value, site, timeProblem),
  m: (value, site) => decodeTime(value, site, microTimeProblem),
  q: decodeQuantity,
  x: decodeNumberOrText,
  y: decodeBytes,
};

function decodeTime(value: unknown, site: Site, problemOf: (text: string) => string | undefined): string {
  if (typeof value !== 'string') throw unreadable('string', value, site);
  const problem = problemOf(value);
  if (problem !== undefined) throw new Misfit(problem);
  return value;
}

function decodeNumberOrText(value: unknown, site: Site): unknown {
  if (typeof value === 'string' || isInt32(value)) return value;
  throw unreadable('int32', value, site);
}

/** Base64, or a list of the bytes. */
function decodeBytes(value: unknown, site: Site): string | undefined {
  if (Array.isArray(value)) return Buffer.from(value.map((item) => byteOf(item, site))).toString('base64');
  if (typeof value !== 'string') return refuse('y', value, site);
  const fault = base64Fault(value);
  if (fault === undefined) return value;
  const problem = `illegal base64 data at input byte ${fault}`;
  return tell(new Misfit(site.origin === 'merged' ? `error decoding from json: ${problem}` : problem), site);
}

function byteOf(item: unknown, site: Site): number {
  if (item === null) return 0;
  if (typeof item === 'number' && Number.isInteger(item) && item >= 0 && item < 256) return item;
  refuse('u', item, site);
  return 0;
}

const QUANTITY = "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** `0.5` and `1024Mi` are kept as `500m` and `1Gi`. */
function decodeQuantity(value: unknown): string {
  const isScalar = typeof value === 'string' || typeof value === 'number';
  const quantity = isScalar ? quantityOrUndefined(String(value).trim()) : undefined;
  if (quantity) return quantity.toString();
  const problem = `quantities must match the regular expression ${QUANTITY}`;
  throw new Misfit(problem);
}

function decodeMap(code: string, value: unknown, site: Site): unknown {
  if (!isObject(value)) return refuse(code, value, site);
  const names = Object.keys(value);
  const decoded = mapUnlessSame(
    names.map((name) => value[name]),
    (item) => decodeValue(code.slice(1), item, site) ?? EMPTY_VALUES[code.slice(1)],
  );
  return decoded.every((item, index) => item === value[names[index] ?? ''])
    ? value
    : Object.fromEntries(names.map((name, index) => [name, decoded[index]]));
}

/** A null in a map or list is Go's zero value. */
const EMPTY_VALUES: Readonly<Record<string, unknown>> = { s: '', y: '', b: false, i: 0, l: 0, n: 0 };

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (code: string, value: unknown): boolean =>
  value === undefined ||
  (code.startsWith('[') && Array.isArray(value) && value.length === 0) ||
  (code.startsWith('{') && isObject(value) && Object.keys(value).length === 0);

const isWhole = (value: unknown): value is number => Number.isInteger(value);

const isInteger = (value: unknown, end: number): boolean =>
  Number.isInteger(value) && Number(value) >= -end && Number(value) < end;

const isInt32 = (value: unknown): boolean => isInteger(value, 2 ** 31);

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  s: (value) => typeof value === 'string',
  i: isInt32,
  l: (value) => isInteger(value, 2 ** 63),
  n: (value) => typeof value === 'number',
  b: (value) => typeof value === 'boolean',
  a: () => true,
};
