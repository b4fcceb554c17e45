import { mediaType } from '../body/body.js';
import { type Answer, ok } from '../forms/answer.js';
import { negotiate } from '../forms/media.js';
import { readDeleteOptions } from '../options/delete-options.js';
import { deleteObject, warnOfOrphans } from '../removal.js';
import { bodyOf, type ResourceRequest } from '../request.js';
import { noSuchSubresource, notSupportedAt } from '../status-error.js';
import { present } from './present.js';

export async function remove(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, name, caller, query } = request;
  if (request.subresource !== '') {
    const exists = kind.subresources.some((sub) => sub.name === request.subresource);
    throw exists ? notSupportedAt(kind, 'delete') : noSuchSubresource(kind, name);
  }
  const options = readDeleteOptions(await bodyOf(request), mediaType(request.http), query);
  warnOfOrphans(kind, options, caller);
  const { item, removed } = await deleteObject(api, kind, { namespace, name }, options, caller);
  if (!removed || kind.returnsDeleted) return ok(present(request, item, negotiate(request.http.headers.accept)));
  return ok(success(kind, name, item.object.metadata.uid));
}

const success = (kind: ResourceRequest['kind'], name: string, uid: string | undefined) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.plural, uid },
});
