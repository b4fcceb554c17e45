import type { Answer } from '../answer.js';
import { mediaType } from '../body.js';
import { decodeObject } from '../decode.js';
import type { Subresource } from '../kind.js';
import { bodyOf, type ResourceRequest, writeOptions } from '../request.js';
import { badRequest, methodNotAllowed, noSuchResource } from '../status-error.js';
import { updateObject } from '../write.js';
import { answerWritten } from '../written.js';

export async function update(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, name } = request;
  if (name === '') throw methodNotAllowed();
  const subresource = writableSubresource(request, 'update');
  const sent = decodeObject(await bodyOf(request), mediaType(request.http), { ...kind, ...subresource?.type });
  if (sent.metadata.name !== name) {
    const found = sent.metadata.name ?? '';
    throw badRequest(
      found === ''
        ? 'name must be provided'
        : `the name of the object (${found}) does not match the name on the URL (${name})`,
    );
  }
  if (kind.namespaced && (sent.metadata.namespace ?? namespace) !== namespace) {
    throw badRequest(
      `the namespace of the object (${sent.metadata.namespace}) does not match the namespace on the request (${namespace})`,
    );
  }
  const metadata = kind.namespaced ? { ...sent.metadata, namespace } : sent.metadata;
  const produce = () => ({ ...sent, metadata });
  return answerWritten(
    request,
    await updateObject(api, kind, { namespace, name, subresource }, produce, writeOptions(request)),
  );
}

/** Undefined for the object itself. */
export function writableSubresource(
  { kind, subresource }: ResourceRequest,
  verb: 'update' | 'patch',
): Subresource | undefined {
  if (subresource === '') return undefined;
  const found = kind.subresources.find(({ name }) => name === subresource);
  if (!found) throw noSuchResource();
  if (!found.verbs.includes(verb)) throw methodNotAllowed();
  return found;
}
