import type { Unstructured } from '../../api/meta.js';
import type { Answer } from '../forms/answer.js';
import { keyFor } from '../keys.js';
import { contextOf, createObject } from '../objects/write.js';
import { writeOptions } from '../options/write-options.js';
import { type ResourceRequest, sentObject } from '../request.js';
import { badRequest, methodNotAllowed, noSuchSubresource, notFound, notSupportedAt } from '../status-error.js';
import { fromStored } from '../versions.js';
import { answerWritten } from './written.js';

export async function create(request: ResourceRequest): Promise<Answer> {
  if (request.subresource !== '') return createAt(request);
  const { api, kind, name } = request;
  // The handler of custom kinds takes no notice of a name in the URL.
  if (name !== '' && !kind.custom) throw methodNotAllowed();
  const options = writeOptions(request);
  const sent = await sentObject(request, options);
  if (kind.strategy.answer) {
    const object = placed(request, sent);
    return { code: 201, body: await kind.strategy.answer(object, contextOf(api, options)) };
  }
  const namespace = namespaceOf(request, sent);
  return answerWritten(request, await createObject(api, kind, namespace, sent, options));
}

/** What is answered and not stored has no metadata but its place. */
const placed = (request: ResourceRequest, object: Unstructured): Unstructured => {
  const namespace = namespaceOf(request, object);
  return namespace === '' ? object : { ...object, metadata: { ...object.metadata, namespace } };
};

/** The namespace of the URL, which the object may repeat but not contradict. */
export function namespaceOf({ kind, namespace }: ResourceRequest, { metadata }: Unstructured): string {
  if (!kind.namespaced) return '';
  if (namespace === '' && !metadata.namespace) throw badRequest('an empty namespace may not be set during creation');
  if ((metadata.namespace || namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return namespace;
}

async function createAt(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, name } = request;
  const subresource = kind.subresources.find((sub) => sub.name === request.subresource);
  if (!subresource?.create) throw subresource ? notSupportedAt(kind, 'create') : noSuchSubresource(kind, name);
  const find = () => {
    const parent = api.store.head(keyFor(kind, namespace, name));
    if (!parent) throw notFound(kind, name);
    return parent;
  };
  if (!subresource.named) find();
  const options = writeOptions(request);
  const object = withoutNulls(await sentObject(request, options, subresource));
  if (subresource.named && object.metadata.name !== name) {
    throw badRequest(`name in URL does not match name in ${subresource.type?.kind} object`);
  }
  const parent = find();
  const context = contextOf(api, options);
  return { code: 201, body: await subresource.create(fromStored(kind, parent), object, context) };
}

/** A null in a built-in kind means that the member is absent. */
const withoutNulls = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, member: unknown) => (member === null ? undefined : member))) as T; // only members go
