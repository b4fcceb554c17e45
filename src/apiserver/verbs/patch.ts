import type { Unstructured } from '../../api/meta.js';
import type { Answer } from '../answer.js';
import { mediaType } from '../body.js';
import { checkObject, parseJson } from '../decode.js';
import { bodyOf, type ResourceRequest, writeOptions } from '../request.js';
import { methodNotAllowed, unsupportedMediaType } from '../status-error.js';
import { updateObject } from '../write.js';
import { answerWritten } from '../written.js';
import { writableSubresource } from './update.js';

const MERGE = 'application/merge-patch+json';

export async function patch(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, name } = request;
  if (name === '') throw methodNotAllowed();
  const subresource = writableSubresource(request, 'patch');
  const type = mediaType(request.http);
  if (type !== MERGE) {
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${MERGE}`,
    );
  }
  const body = parseJson(await bodyOf(request), type, 'error decoding patch');
  const produce = (before: Unstructured) => checkObject(merge(before, body), kind);
  return answerWritten(
    request,
    await updateObject(api, kind, { namespace, name, subresource }, produce, writeOptions(request)),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386. */
function merge(target: unknown, change: unknown): unknown {
  if (!isObject(change)) return change;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}
