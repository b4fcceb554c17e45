import type { Unstructured } from '../../api/meta.js';
import type { Answer } from '../answer.js';
import { mediaType } from '../body.js';
import { decodeObject } from '../decode.js';
import { keyFor } from '../keys.js';
import { bodyOf, type ResourceRequest, writeOptions } from '../request.js';
import { badRequest, methodNotAllowed, noSuchResource, notFound, StatusError } from '../status-error.js';
import { fromStored } from '../versions.js';
import { createObject } from '../write.js';
import { answerWritten } from '../written.js';

export async function create(request: ResourceRequest): Promise<Answer> {
  if (request.subresource !== '') return createAt(request);
  const { api, kind, caller } = request;
  if (request.name !== '') throw methodNotAllowed();
  const sent = decodeObject(await bodyOf(request), mediaType(request.http), kind);
  const options = writeOptions(request);
  if (kind.strategy.answer) {
    const context = { user: caller.user, now: api.now(), dryRun: options.dryRun, local: api.local };
    return { code: 201, body: await kind.strategy.answer(sent, context) };
  }
  const namespace = namespaceOf(request, sent);
  if (sent.metadata.resourceVersion) {
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  return answerWritten(request, await createObject(api, kind, { namespace, sent }, options));
}

/** The namespace of the URL, which the object may repeat but not contradict. */
export function namespaceOf({ kind, namespace }: ResourceRequest, { metadata }: Unstructured): string {
  if (!kind.namespaced) return '';
  if (namespace === '') {
    throw badRequest(
      metadata.namespace
        ? 'the namespace of the provided object does not match the namespace sent on the request'
        : 'an empty namespace may not be set during creation',
    );
  }
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return namespace;
}

async function createAt(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, name, caller } = request;
  const subresource = kind.subresources.find((sub) => sub.name === request.subresource);
  if (!subresource?.create) throw subresource ? methodNotAllowed() : noSuchResource();
  const parent = api.store.head(keyFor(kind, namespace, name));
  if (!parent) throw notFound(kind, name);
  const type = subresource.type ?? kind;
  const sent = decodeObject(await bodyOf(request), mediaType(request.http), { ...kind, ...type });
  const { dryRun } = writeOptions(request);
  const context = { user: caller.user, now: api.now(), dryRun, local: api.local };
  return { code: 201, body: await subresource.create(fromStored(kind, parent), sent, context) };
}
