import type { IncomingMessage, ServerResponse } from 'node:http';
import { DurationError, parseDurationNanos } from '../apimachinery/duration.js';
import type { Api, Caller } from './api.js';
import { answerRootPath } from './discovery/root-paths.js';
import { type Answer, BAD_URL, NO_SUCH_PATH, send } from './forms/answer.js';
import { isPretty } from './forms/media.js';
import type { Attributes, Authenticator, Authorizer, User } from './identity.js';
import type { Kind } from './kind.js';
import type { ResourceRequest } from './request.js';
import { requestUrl } from './request-url.js';
import { parseResourcePath, type ResourcePath, verbOf } from './resource-path.js';
import { selectedName } from './selection.js';
import {
  badRequest,
  forbidden,
  methodNotAllowed,
  noSuchResource,
  notSupportedAt,
  StatusError,
} from './status-error.js';
import { TooLarge } from './store/store.js';
import { refuseUnserved } from './unserved.js';
import { create } from './verbs/create.js';
import { remove } from './verbs/delete.js';
import { deleteCollection } from './verbs/delete-collection.js';
import { get } from './verbs/get.js';
import { list } from './verbs/list.js';
import { patch } from './verbs/patch.js';
import { update } from './verbs/update.js';
import { watch } from './verbs/watch.js';

export interface Guards {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
}

/** Undefined when the verb wrote the answer itself. */
type Verb = (request: ResourceRequest) => Answer | undefined | Promise<Answer | undefined>;

const VERBS: Readonly<Record<string, Verb>> = {
  get,
  list,
  watch: async (request) => {
    await watch(request);
    return undefined;
  },
  create,
  update,
  patch,
  delete: remove,
  deletecollection: deleteCollection,
};

/** One HTTP request from its first byte to its last; never rejects. */
export const handler =
  (api: Api, guards: Guards) =>
  async (http: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A client that went away in the middle of its answer; without a listener that would end the process.
    response.on('error', (error) => api.log.debug('answer not delivered', { error }));
    const warnings: string[] = [];
    const pretty = isPretty(http);
    const acceptsGzip = /\bgzip\b/.test(String(http.headers['accept-encoding'] ?? ''));
    try {
      const answer = await route(api, guards, http, response, (message) => warnings.push(message));
      if (answer) await send(response, answer, { warnings, acceptsGzip, pretty });
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      const status = statusOf(api, error, http);
      // What is left of a refused body would be taken for the next request.
      const after = status.details?.retryAfterSeconds;
      const headers = {
        ...(http.complete ? {} : { Connection: 'close' }),
        ...(after === undefined ? {} : { 'Retry-After': String(after) }),
      };
      await send(
        response,
        { code: status.code, body: status.toStatus(), headers },
        { warnings, acceptsGzip: false, pretty },
      );
    }
  };

function statusOf(api: Api, error: unknown, http: IncomingMessage): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof TooLarge) return new StatusError(500, '', 'etcdserver: request is too large');
  api.log.error('request failed', { method: http.method, path: http.url?.split('?', 1)[0], error });
  const message = error instanceof Error ? error.message : String(error);
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ reason: '', message, field: '' }],
  });
}

async function route(
  api: Api,
  { authenticator, authorizer }: Guards,
  http: IncomingMessage,
  response: ServerResponse,
  warn: (message: string) => void,
): Promise<Answer | undefined> {
  const url = requestUrl(http.url ?? '/');
  if (!url) return BAD_URL;
  const { query } = url;
  const path = parseResourcePath(url.path);
  const verb = path ? verbOf(http.method ?? '', path, query) : (http.method ?? '').toLowerCase();
  if (verb !== 'watch') refuseTimeout(query);
  const user = await authenticator.authenticate(http, warn);
  const resource = path && withSelectedName(path, verb, query);
  const attributes: Attributes = { user, verb, path: url.path, ...(resource ? { resource } : {}) };
  await allow(authorizer, attributes);
  if (!path) return answerRootPath(api, http, url);
  const kind = api.kinds.find(path.group, path.version, path.plural);
  const isPlaced = kind !== undefined && fits(kind, path);
  if (!isPlaced && !api.kinds.hasBuiltIn(path.group)) return NO_SUCH_PATH;
  if (!isPlaced) throw noSuchResource();
  refuseUnserved(kind, path.subresource);
  const served = VERBS[verb];
  if (!served) throw notSupportedAt(kind, '');
  if (path.subresource === '' && !kind.verbs.includes(verb)) throw methodNotAllowed();
  if (http.method === 'HEAD' && !kind.custom) throw methodNotAllowed();
  // Node takes each byte of a header for a character.
  const userAgent = Buffer.from(http.headers['user-agent'] ?? '', 'latin1').toString();
  const caller: Caller = { user, userAgent, warn };
  const { namespace, name, subresource } = path;
  if (kind.deprecation !== undefined) warn(kind.deprecation);
  const request = {
    api,
    kind,
    namespace: kind.namespaced ? namespace : '',
    name,
    subresource,
    query,
    caller,
    http,
    response,
    allow: (also: string) => allow(authorizer, { ...attributes, verb: also }),
  };
  return served(request);
}

/** How long a client would wait: nothing here takes so long, but what is no duration is refused. */
function refuseTimeout(query: URLSearchParams): void {
  try {
    parseDurationNanos(query.get('timeout') || '0');
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw badRequest(`invalid timeout specified in the request URL - ${error.message}`);
  }
}

/** Whether a path names a namespace where the kind has one, and none where it has not. */
const fits = ({ namespaced }: Kind, { namespace, name, plural }: ResourcePath): boolean =>
  namespaced ? namespace !== '' || name === '' : namespace === '' || plural === 'namespaces';

/** A list of one name is allowed to those who may see that name. */
function withSelectedName(path: ResourcePath, verb: string, query: URLSearchParams): ResourcePath {
  if (verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection') return path;
  const name = selectedName(query);
  return name === undefined ? path : { ...path, name };
}

async function allow(authorizer: Authorizer, attributes: Attributes): Promise<void> {
  const { allowed, reason } = await authorizer.authorize(attributes);
  if (allowed) return;
  throw attributes.resource ? refusedResource(attributes, attributes.resource, reason) : refusedPath(attributes);
}

type AskedResource = NonNullable<Attributes['resource']>;

function refusedResource({ user, verb }: Attributes, asked: AskedResource, reason: string): StatusError {
  const { group, plural, subresource, namespace, name } = asked;
  const what = subresource === '' ? plural : `${plural}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const text = `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
  const why = reason === '' ? text : `${text}: ${reason}`;
  return forbidden({ group, plural, kind: plural }, name, why);
}

const refusedPath = ({ user, verb, path }: { readonly user: User; readonly verb: string; readonly path: string }) =>
  new StatusError(403, 'Forbidden', `forbidden: User "${user.name}" cannot ${verb} path "${path}"`, {});
