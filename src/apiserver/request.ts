import type { IncomingMessage, ServerResponse } from 'node:http';
import { notSupported } from '../apimachinery/structural/field-error.js';
import type { Api, Caller } from './api.js';
import { mediaType, readBody } from './body.js';
import { invalidOption } from './causes.js';
import { decodeObject } from './decode.js';
import { fieldValidationOf } from './field-validation.js';
import type { Kind } from './kind.js';
import { isTrue } from './resource-path.js';
import type { Expected, Knows } from './typed-body.js';
import type { Sent, WriteOptions } from './write.js';

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
  return decodeObject(await bodyOf(request), mediaType(request.http), expectedType(request, type), knows(request));
}

type ResourceTypeName = Pick<Kind, 'group' | 'version' | 'kind'>;

export const expectedType = ({ kind }: ResourceRequest, type: ResourceTypeName | undefined): Expected =>
  type ? { ...kind, ...type, custom: false } : kind;

export const knows =
  ({ api }: ResourceRequest): Knows =>
  (apiVersion, kind) =>
    api.kinds.findKind(apiVersion, kind)?.custom === false;

export function dryRunOf(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  if (values.some((value) => value !== 'All')) {
    throw invalidOption('CreateOptions', notSupported('dryRun', values, ['All']));
  }
  return values.length > 0;
}

export const forceOf = (query: URLSearchParams): boolean => isTrue(query.get('force'));

export const writeOptions = ({ caller, query }: ResourceRequest): WriteOptions => ({
  caller,
  dryRun: dryRunOf(query),
  fieldValidation: fieldValidationOf(query),
  fieldManager: query.get('fieldManager') || managerOf(caller.userAgent),
});

/** `kubectl/v1.33 (linux)` → `kubectl`, as kube-apiserver names managers that do not name themselves. */
const managerOf = (userAgent: string): string => (userAgent.split('/', 1)[0] || 'unknown').slice(0, 128);
