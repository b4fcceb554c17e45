import type { Unstructured } from '../../api/meta.js';
import { apiVersionOf } from '../../api/resource.js';
import { goKind, goQuoted } from '../../apimachinery/go-text.js';
import { isJsonObject, type JsonObject } from '../../apimachinery/json.js';
import { depthFault } from '../../apimachinery/json-depth.js';
import { jsonFault } from '../../apimachinery/json-fault.js';
import { decodeProtobuf } from '../protobuf/decode.js';
import { WireError } from '../protobuf/wire.js';
import { badRequest, StatusError, unsupportedMediaType } from '../status-error.js';
import { type Duplicate, duplicateFields } from './duplicate-fields.js';
import { type Expected, type Knows, typedObject, versionOf, WrongType } from './typed-body.js';

export const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/yaml', '']);

export interface Parsed {
  readonly value: unknown;
  /** Members that occur more than once; the last one counts. */
  readonly duplicates: readonly Duplicate[];
}

/** JSON, which is also YAML: bodies in YAML's own notation are refused, there is no YAML parser in the server. */
export function parseJson(bytes: Buffer, contentType: string, told: (fault: string) => string): Parsed {
  const text = bytes.toString();
  const deep = depthFault(text);
  if (deep !== undefined) throw badRequest(told(deep));
  try {
    const value: unknown = JSON.parse(text);
    return { value, duplicates: duplicateFields(text, value) };
  } catch (error) {
    if (contentType.includes('yaml')) {
      throw unsupportedMediaType(told(`this server reads ${contentType} only in JSON notation; send JSON`));
    }
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(told(jsonFault(bytes)));
  }
}

export interface Decoded {
  readonly object: Unstructured;
  readonly duplicates: readonly Duplicate[];
}

/** The object of a create or update, of the type the URL says. */
export function decodeObject(
  bytes: Buffer,
  contentType: string,
  type: Expected,
  knows: Knows,
  lenient = false,
): Decoded {
  if (contentType === PROTOBUF) return { object: typedBody(parseProtobuf(bytes), bytes, type, knows), duplicates: [] };
  if (!JSON_TYPES.has(contentType)) throw refusedMediaType();
  const { value, duplicates } = parseJson(
    bytes,
    contentType,
    (fault) => `${unrecognized(type)}: ${UNREADABLE}: ${fault}${describe(bytes)}`,
  );
  return { object: typedBody(value, bytes, type, knows, lenient), duplicates };
}

export function refusedMediaType(): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ${PROTOBUF}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

const unrecognized = ({ kind }: Expected): string => `the object provided is unrecognized (must be of type ${kind})`;
export const UNREADABLE = "couldn't get version/kind; json parse error";
const GO_TYPE =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** Why something has no type. */
export const cannotBeTyped = (value: unknown): string =>
  `json: cannot unmarshal ${goKind(value)} into Go value of type ${GO_TYPE}`;

function typedBody(value: unknown, bytes: Buffer, type: Expected, knows: Knows, lenient = false): Unstructured {
  // Null is an object without members to Go.
  const object = value === null ? {} : value;
  if (!isJsonObject(object)) {
    throw badRequest(`${unrecognized(type)}: ${UNREADABLE}: ${cannotBeTyped(object)}${describe(bytes)}`);
  }
  try {
    return typedObject(object, type, knows, () => bytes.toString());
  } catch (error) {
    if (!(error instanceof WrongType)) throw error;
    // A decoder that need not be strict is asked in another way, and its answer is worded in another.
    if (/^couldn't get/.test(error.message) || (!(lenient && type.custom) && /^Object 'Kind'/.test(error.message))) {
      throw badRequest(`${unrecognized(type)}: ${error.message}${describe(bytes)}`);
    }
    const said = String(object.apiVersion || (type.custom && object.kind ? '' : apiVersionOf(type)));
    const what = `${object.kind || type.kind} in version ${goQuoted(versionOf(said))}`;
    throw badRequest(`${what} cannot be handled as a ${type.kind}: ${error.message}`);
  }
}

const SHOWN_BYTES = 30;

/** The beginning of a body, as text when it looks like JSON. */
function describe(bytes: Buffer): string {
  if (bytes.length === 0) return ' (<empty>)';
  const encoding = bytes[0] === '{'.charCodeAt(0) ? 'utf8' : 'hex';
  const shown = bytes.subarray(0, SHOWN_BYTES);
  const text = encoding === 'hex' ? shown.toString(encoding) : cutText(shown);
  return ` (${text}${bytes.length > SHOWN_BYTES ? ' ...' : ''})`;
}

/** UTF-8 that was cut within a character ends, as Go writes it, with a mark for each byte that is left of it. */
function cutText(bytes: Buffer): string {
  const begin = bytes.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
  const lead = bytes[begin] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  const left = bytes.length - begin;
  return left < length ? bytes.toString('utf8', 0, begin) + '\ufffd'.repeat(left) : bytes.toString();
}

/** kubectl since 1.31 sends built-in kinds in this encoding. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

export function parseProtobuf(bytes: Buffer): JsonObject {
  try {
    return decodeProtobuf(bytes);
  } catch (error) {
    if (error instanceof WireError || error instanceof SyntaxError) {
      throw badRequest(`the protobuf in the body cannot be read: ${error.message}`);
    }
    throw error;
  }
}
