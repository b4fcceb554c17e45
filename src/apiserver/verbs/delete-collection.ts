import { type Answer, ok } from '../answer.js';
import { mediaType } from '../body.js';
import { readDeleteOptions } from '../delete-options.js';
import { prefixFor } from '../keys.js';
import { deleteObject } from '../removal.js';
import { bodyOf, type ResourceRequest } from '../request.js';
import { selectionOf } from '../selection.js';
import { StatusError } from '../status-error.js';
import { fromStored } from '../versions.js';

export async function deleteCollection(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, query, caller } = request;
  const options = readDeleteOptions(await bodyOf(request), mediaType(request.http), query);
  const selection = selectionOf(kind, query);
  const chosen = api.store
    .list(prefixFor(kind, namespace))
    .items.map((item) => fromStored(kind, item))
    .filter((object) => selection.matches(object));
  await Promise.all(
    chosen.map(async ({ metadata: { namespace: inside, name } }) => {
      const place = { ...(inside ? { namespace: inside } : {}), name };
      await deleteObject(api, kind, place, options, caller).catch((error: unknown) => {
        // Gone already is what was asked for.
        if (!(error instanceof StatusError && error.code === 404)) throw error;
      });
    }),
  );
  return ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { kind: kind.plural } });
}
