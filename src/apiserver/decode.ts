import type { Unstructured } from '../api/meta.js';
import { apiVersionOf, type ResourceType } from '../api/resource.js';
import { isJsonObject, type JsonObject } from '../apimachinery/json.js';
import { duplicateFields } from './duplicate-fields.js';
import { decodeProtobuf } from './protobuf/decode.js';
import { WireError } from './protobuf/wire.js';
import { badRequest, unsupportedMediaType } from './status-error.js';

const JSON_TYPES = new Set(['application/json', 'application/yaml', '']);

export interface Parsed {
  readonly value: unknown;
  /** Paths of members that occur more than once; the last one counts. */
  readonly duplicates: readonly string[];
}

/** JSON, which is also YAML: bodies in YAML's own notation are refused, there is no YAML parser in the server. */
export function parseJson(bytes: Buffer, contentType: string, what: string): Parsed {
  const text = bytes.toString();
  try {
    const value: unknown = JSON.parse(text);
    return { value, duplicates: duplicateFields(text, value) };
  } catch (error) {
    if (contentType.includes('yaml')) {
      throw unsupportedMediaType(`${what}: this server reads ${contentType} only in JSON notation; send JSON`);
    }
    throw badRequest(`${what}: json parse error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export interface Decoded {
  readonly object: Unstructured;
  readonly duplicates: readonly string[];
}

/** The object of a create or update, of the type the URL says. */
export function decodeObject(bytes: Buffer, contentType: string, type: ResourceType): Decoded {
  if (contentType === PROTOBUF) return { object: checkObject(parseProtobuf(bytes), type), duplicates: [] };
  if (!JSON_TYPES.has(contentType)) {
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ${PROTOBUF}`,
    );
  }
  const { value, duplicates } = parseJson(
    bytes,
    contentType,
    `the object provided is unrecognized (must be of type ${type.kind})`,
  );
  return { object: checkObject(value, type), duplicates };
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

/** Fills in what a body may leave out and refuses what belongs to another kind. */
export function checkObject(value: unknown, type: ResourceType): Unstructured {
  if (!isJsonObject(value)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${type.kind}): it is not a JSON object`);
  }
  const { apiVersion = '', kind: named = '', metadata, ...rest } = value;
  const expected = apiVersionOf(type);
  if (apiVersion !== '' && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (named !== '' && named !== type.kind) {
    throw badRequest(`the kind in the data (${named}) does not match the expected kind (${type.kind})`);
  }
  if (metadata !== undefined && metadata !== null && !isJsonObject(metadata)) {
    throw badRequest(`${type.kind} in version "${type.version}": metadata must be an object`);
  }
  // The types of its members are checked with the schema, before anything reads them.
  return { apiVersion: expected, kind: type.kind, metadata: (metadata ?? {}) as Unstructured['metadata'], ...rest };
}
