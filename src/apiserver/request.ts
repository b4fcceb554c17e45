import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Api, Caller } from './api.js';
import { readBody } from './body.js';
import type { Kind } from './kind.js';
import { isTrue } from './resource-path.js';
import { badRequest } from './status-error.js';
import type { WriteOptions } from './write.js';

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
}

export const bodyOf = ({ http }: ResourceRequest): Promise<Buffer> => readBody(http);

export function dryRunOf(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  if (values.some((value) => value !== 'All')) {
    throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(values[0])}: supported values: "All"`);
  }
  return values.length > 0;
}

export const forceOf = (query: URLSearchParams): boolean => isTrue(query.get('force'));

export const writeOptions = ({ caller, query }: ResourceRequest): WriteOptions => ({ caller, dryRun: dryRunOf(query) });
