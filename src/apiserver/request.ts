import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Api, Caller } from './api.js';
import { mediaType, readBody } from './body.js';
import { decodeObject } from './decode.js';
import { duplicateField } from './field-validation.js';
import type { Kind } from './kind.js';
import type { Expected, Knows } from './typed-body.js';
import type { Sent } from './write.js';

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

/** The object in the body; `type` when it is not the kind of the request. */
export async function sentObject(request: ResourceRequest, type?: ResourceTypeName): Promise<Sent> {
  const expected = expectedType(request, type);
  const { object, duplicates } = decodeObject(await bodyOf(request), mediaType(request.http), expected, knows(request));
  return { object, problems: duplicates.map(({ path }) => duplicateField(path)) };
}

type ResourceTypeName = Pick<Kind, 'group' | 'version' | 'kind'>;

export const expectedType = ({ kind }: ResourceRequest, type: ResourceTypeName | undefined): Expected =>
  type ? { ...kind, ...type, custom: false } : kind;

export const knows =
  ({ api }: ResourceRequest): Knows =>
  (apiVersion, kind) =>
    api.kinds.findKind(apiVersion, kind)?.custom === false;
