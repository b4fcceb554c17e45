import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Unstructured } from '../api/meta.js';
import { apiVersionOf } from '../api/resource.js';
import type { StructuralSchema } from '../apimachinery/structural/schema.js';
import type { Api, Caller } from './api.js';
import { mediaType, readBody } from './body/body.js';
import { decodeObject } from './body/decode.js';
import { type Expected, type Knows, versionOf } from './body/typed-body.js';
import type { Kind, Origin, Subresource } from './kind.js';
import { duplicateField, refusedBody, reportStrictErrors, unknownField } from './objects/field-validation.js';
import { decodedAs, type Refuse, shaped } from './objects/shape.js';
import type { WriteOptions } from './objects/write.js';
import { badRequest } from './status-error.js';

/** A request for a served kind, as the verbs see it. */
export interface ResourceRequest {
  readonly api: Api;
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
  readonly caller: Caller;
  readonly http: IncomingMessage;
  readonly response: ServerResponse;
  /** Throws 403 unless the caller may also do this to the same resource. */
  readonly allow: (verb: string) => Promise<void>;
}

export const bodyOf = ({ http }: ResourceRequest): Promise<Buffer> => readBody(http);

/** The object in the body, which may be of the subresource's own kind. */
export async function sentObject(
  request: ResourceRequest,
  options: WriteOptions,
  subresource?: Subresource,
): Promise<Unstructured> {
  const { http } = request;
  const expected = expectedType(request, subresource?.type);
  const { object, duplicates } = decodeObject(
    await bodyOf(request),
    mediaType(http),
    expected,
    knows(request),
    options.fieldValidation === 'Ignore',
  );
  const problems = duplicates.map(({ path }) => duplicateField(path));
  const refuse = refusedBody(expected, { kind: object.kind, version: versionOf(object.apiVersion) });
  const read = readInto(request, subresource, object, problems, options, refuse);
  const wanted = apiVersionOf(expected);
  if (object.apiVersion === wanted) return read;
  throw badRequest(
    `the API version in the data (${object.apiVersion}) does not match the expected API version (${wanted})`,
  );
}

/** Reads what was sent into the type it is to have, and reports what strict validation has against it. */
export function readInto(
  request: ResourceRequest,
  subresource: Subresource | undefined,
  sent: Unstructured,
  problems: readonly string[],
  { fieldValidation, caller }: WriteOptions,
  refuse: Refuse,
  origin: Origin = 'json',
): Unstructured {
  const { kind } = request;
  const { object, unknown } = subresource?.type
    ? { object: decodedAs(subresource, sent, refuse, origin), unknown: [] }
    : shaped(kind, sent, refuse, { origin, other: schemaOfOther(request, sent) });
  reportStrictErrors(
    [...problems, ...unknown.map((field) => unknownField(field, kind.custom))],
    fieldValidation,
    caller,
    refuse,
  );
  return object;
}

/** Nobody knows the members of other kinds, nor a member of a version that is not there. */
function schemaOfOther({ api, kind }: ResourceRequest, sent: Unstructured): StructuralSchema | undefined {
  if (!kind.custom || (sent.kind === kind.kind && sent.apiVersion === apiVersionOf(kind))) return undefined;
  if (sent.kind !== kind.kind || sent.apiVersion.split('/', 1)[0] !== kind.group) {
    return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  }
  return api.kinds.findKind(sent.apiVersion, sent.kind)?.schema ?? { type: 'object' };
}

type ResourceTypeName = Pick<Kind, 'group' | 'version' | 'kind'>;

export const expectedType = ({ kind }: ResourceRequest, type: ResourceTypeName | undefined): Expected =>
  type ? { ...kind, ...type, custom: false } : kind;

export const knows =
  ({ api }: ResourceRequest): Knows =>
  (apiVersion, kind) =>
    api.kinds.findKind(apiVersion, kind)?.custom === false;
