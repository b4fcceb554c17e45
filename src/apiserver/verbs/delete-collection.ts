import { mediaType } from '../body/body.js';
import type { Answer } from '../forms/answer.js';
import { negotiate } from '../forms/media.js';
import { readDeleteOptions } from '../options/delete-options.js';
import { deleteObject, warnOfOrphans } from '../removal.js';
import { bodyOf, type ResourceRequest } from '../request.js';
import { StatusError } from '../status-error.js';
import { fromStored } from '../versions.js';
import { answerList, listed } from './list.js';

/** Deletes what a list with the same query gives, and answers with that list. */
export async function deleteCollection(request: ResourceRequest): Promise<Answer> {
  const { api, kind, query, caller } = request;
  const media = negotiate(request.http.headers.accept);
  const chosen = listed(request);
  const options = readDeleteOptions(await bodyOf(request), mediaType(request.http), query);
  warnOfOrphans(kind, options, caller);
  // One after the other: the first that is refused leaves the rest.
  for (const item of chosen.items) {
    const { namespace, name } = fromStored(kind, item).metadata;
    const place = { ...(namespace ? { namespace } : {}), name };
    await deleteObject(api, kind, place, options, caller).catch((error: unknown) => {
      // Gone already is what was asked for.
      if (!(error instanceof StatusError && error.code === 404)) throw error;
    });
  }
  return answerList(request, chosen, media);
}
