import type { Unstructured } from '../../api/meta.js';
import { required, tooLong } from '../../apimachinery/structural/field-error.js';
import type { Answer } from '../answer.js';
import { invalidOption } from '../causes.js';
import { checkObject, parseJson } from '../decode.js';
import { draftOfNew } from '../draft.js';
import { reportStrictErrors } from '../field-validation.js';
import { keyFor } from '../keys.js';
import { applied } from '../ownership.js';
import { bodyOf, forceOf, type ResourceRequest, writeOptions } from '../request.js';
import { shaped } from '../shape.js';
import { badRequest, conflict, notFound } from '../status-error.js';
import { contextOf, insert, type Produced, updateObject, type WriteOptions } from '../write.js';
import { answerWritten } from '../written.js';
import { placedAt, writableSubresource } from './update.js';

export const APPLY = 'application/apply-patch+yaml';

/** Server-side apply: changes what the manager applies, creates what does not exist. */
export async function apply(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, name, query } = request;
  const subresource = writableSubresource(request, 'patch');
  const options = { ...writeOptions(request), fieldManager: managerOf(query) };
  const { value, duplicates } = parseJson(await bodyOf(request), APPLY, 'error decoding YAML');
  reportStrictErrors({ unknown: [], duplicates }, options.fieldValidation, options.caller, (problems) =>
    badRequest(`error strict decoding YAML: ${problems}`),
  );
  const sent = sentTo(request, checkObject(value, kind));
  const target = { namespace, name, subresource };
  const writing = {
    manager: options.fieldManager,
    subresource: request.subresource,
    force: forceOf(query),
    now: api.now(),
  };
  const produce = (before: Unstructured): Produced => ({
    object: applied(kind, before, sent, writing),
    duplicates: [],
    owned: true,
    retriable: sent.metadata.resourceVersion === undefined,
  });
  for (;;) {
    if (api.store.head(keyFor(kind, namespace, name))) {
      return answerWritten(request, await updateObject(api, kind, target, produce, options));
    }
    if (subresource) throw notFound(kind, name);
    await request.allow('create');
    const created = await create(request, applied(kind, undefined, sent, writing), options);
    if (created) return answerWritten(request, created);
  }
}

/** Undefined when somebody else created it meanwhile. */
function create({ api, kind, namespace, name }: ResourceRequest, object: Unstructured, options: WriteOptions) {
  const { uid } = object.metadata;
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(kind, name, why);
  }
  const { object: complete } = shaped(kind, object);
  const draft = draftOfNew(kind, namespace, complete, contextOf(api, options), undefined);
  return insert(api, kind, draft, options);
}

function managerOf(query: URLSearchParams): string {
  const manager = query.get('fieldManager') ?? '';
  if (manager.length > 128) throw invalidOption('PatchOptions', tooLong('fieldManager', 128));
  if (manager !== '') return manager;
  throw invalidOption('PatchOptions', required('fieldManager', 'is required for apply patch'));
}

function sentTo(request: ResourceRequest, object: Unstructured): Unstructured {
  const { name } = request;
  return placedAt(request, { ...object, metadata: { ...object.metadata, name: object.metadata.name ?? name } });
}
