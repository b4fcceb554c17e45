import type { Unstructured } from '../../api/meta.js';
import type { Answer } from '../forms/answer.js';
import { etcdKey, keyFor } from '../keys.js';
import type { Kind, Subresource } from '../kind.js';
import { insertSent, updateObject, type WriteOptions } from '../objects/write.js';
import { writeOptions } from '../options/write-options.js';
import { type ResourceRequest, sentObject } from '../request.js';
import { badRequest, methodNotAllowed, noSuchSubresource, otherUid } from '../status-error.js';
import { answerWritten } from './written.js';

export async function update(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, name } = request;
  if (name === '') throw noName(kind);
  const subresource = writableSubresource(request, 'update');
  const options = writeOptions(request);
  const object = placedAt(request, await sentObject(request, options, subresource));
  const produce = () => ({ object });
  const target = { namespace, name, subresource };
  for (;;) {
    if (!kind.createsOnUpdate || subresource || api.store.head(keyFor(kind, namespace, name))) {
      return answerWritten(request, await updateObject(api, kind, target, produce, options));
    }
    await request.allow('create');
    const created = await insertSent(api, kind, namespace, forCreation(kind, object, options), options);
    if (created) return answerWritten(request, created);
  }
}

/** The version of an object that is gone does not matter, and a dry run gives it back; its uid does. */
function forCreation(kind: Kind, sent: Unstructured, { dryRun }: WriteOptions): Unstructured {
  const { uid, resourceVersion: _, ...metadata } = sent.metadata;
  if (uid) {
    throw otherUid(kind, etcdKey(kind, metadata, dryRun), uid);
  }
  return dryRun ? sent : { ...sent, metadata };
}

/** Writing to a collection; the handler of custom kinds gets as far as looking for the name. */
export const noName = ({ custom }: Kind): Error => (custom ? badRequest('name must be provided') : methodNotAllowed());

/** An object written to a URL must have the name and namespace the URL says; it may leave the namespace out. */
export function placedAt({ kind, namespace, name }: ResourceRequest, object: Unstructured): Unstructured {
  const found = object.metadata.name ?? '';
  const named = object.metadata.namespace || namespace;
  if (kind.namespaced && named !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
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
