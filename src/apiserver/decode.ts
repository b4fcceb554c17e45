import type { Unstructured } from '../api/meta.js';
import { apiVersionOf } from '../api/resource.js';
import type { Kind } from './kind.js';
import { badRequest, unsupportedMediaType } from './status-error.js';

const JSON_TYPES = new Set(['application/json', 'application/yaml', '*/*', '']);

/** JSON, which is also YAML: bodies in YAML's own notation are refused, there is no YAML parser in the server. */
export function parseJson(bytes: Buffer, contentType: string, what: string): unknown {
  const text = bytes.toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    if (contentType.includes('yaml')) {
      throw unsupportedMediaType(`${what}: this server reads ${contentType} only in JSON notation; send JSON`);
    }
    throw badRequest(`${what}: json parse error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object of a create or update, of the kind the URL says. */
export function decodeObject(bytes: Buffer, contentType: string, kind: Kind): Unstructured {
  if (!JSON_TYPES.has(contentType)) {
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml`,
    );
  }
  const value = parseJson(bytes, contentType, `the object provided is unrecognized (must be of type ${kind.kind})`);
  return checkObject(value, kind);
}

/** Fills in what a body may leave out and refuses what belongs to another kind. */
export function checkObject(value: unknown, kind: Kind): Unstructured {
  if (!isObject(value)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): it is not a JSON object`);
  }
  const { apiVersion = '', kind: named = '', metadata = {}, ...rest } = value;
  const expected = apiVersionOf(kind);
  if (apiVersion !== '' && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (named !== '' && named !== kind.kind) {
    throw badRequest(`the kind in the data (${named}) does not match the expected kind (${kind.kind})`);
  }
  if (!isObject(metadata)) throw badRequest(`${kind.kind} in version "${kind.version}": metadata must be an object`);
  // Its members are checked when the object is validated.
  const object = { apiVersion: expected, kind: kind.kind, metadata: metadata as Unstructured['metadata'], ...rest };
  return kind.decode?.(object) ?? object;
}
