import type { Unstructured } from '../../api/meta.js';
import type { Answer } from '../answer.js';
import { keyFor } from '../keys.js';
import type { Subresource } from '../kind.js';
import { type ResourceRequest, sentObject } from '../request.js';
import { badRequest, methodNotAllowed, noSuchSubresource } from '../status-error.js';
import { insertSent, updateObject } from '../write.js';
import { writeOptions } from '../write-options.js';
import { answerWritten } from '../written.js';

export async function update(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, name } = request;
  if (name === '') throw methodNotAllowed();
  const subresource = writableSubresource(request, 'update');
  const { object, problems } = await sentObject(request, subresource?.type);
  const placed = placedAt(request, object);
  const produce = () => ({ object: placed, problems });
  const target = { namespace, name, subresource };
  const options = writeOptions(request);
  for (;;) {
    if (!kind.createsOnUpdate || subresource || api.store.head(keyFor(kind, namespace, name))) {
      return answerWritten(request, await updateObject(api, kind, target, produce, options));
    }
    await request.allow('create');
    const created = await insertSent(api, kind, namespace, { object: placed, problems }, options);
    if (created) return answerWritten(request, created);
  }
}

/** An object written to a URL must have the name and namespace the URL says; it may leave the namespace out. */
export function placedAt({ kind, namespace, name }: ResourceRequest, object: Unstructured): Unstructured {
  const found = object.metadata.name ?? '';
  if (found === '') {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (found !== name) {
    throw badRequest(`the name of the object (${found}) does not match the name on the URL (${name})`);
  }
  if (!kind.namespaced) {
    const { namespace: _, ...metadata } = object.metadata;
    return { ...object, metadata };
  }
  const named = object.metadata.namespace || namespace;
  if (named !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return { ...object, metadata: { ...object.metadata, namespace } };
}

/** Undefined for the object itself. */
export function writableSubresource(
  { kind, name, subresource }: ResourceRequest,
  verb: 'update' | 'patch',
): Subresource | undefined {
  if (subresource === '') return undefined;
  const found = kind.subresources.find((one) => one.name === subresource);
  if (!found) throw noSuchSubresource(kind, name);
  if (!found.verbs.includes(verb)) throw methodNotAllowed();
  return found;
}
