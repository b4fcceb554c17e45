import { type Answer, ok } from '../forms/answer.js';
import { negotiate } from '../forms/media.js';
import { keyFor } from '../keys.js';
import { checkReached, revisionOf } from '../options/list-options.js';
import type { ResourceRequest } from '../request.js';
import { methodNotAllowed, noSuchSubresource, notFound } from '../status-error.js';
import { fromStored } from '../versions.js';
import { present } from './present.js';

export function get(request: ResourceRequest): Answer {
  const { api, kind, namespace, name } = request;
  const subresource = kind.subresources.find((sub) => sub.name === request.subresource);
  if (request.subresource !== '' && !subresource?.verbs.includes('get')) {
    throw subresource ? methodNotAllowed() : noSuchSubresource(kind, name);
  }
  const media = negotiate(request.http.headers.accept);
  const version = request.query.get('resourceVersion') ?? '';
  if (version !== '') checkReached(revisionOf(version), api.store.revision);
  const item = api.store.get(keyFor(kind, namespace, name));
  if (!item) throw notFound(kind, name);
  const view = subresource?.get ?? subresource?.view;
  if (view) return ok(view(fromStored(kind, item)));
  return ok(present(request, item, media));
}
