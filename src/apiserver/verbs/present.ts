import { type Media, notAcceptable } from '../forms/media.js';
import { metadataOf } from '../forms/partial-metadata.js';
import { tableOf } from '../forms/table.js';
import { goTypeOf } from '../kind.js';
import type { ResourceRequest } from '../request.js';
import { StatusError } from '../status-error.js';
import type { Item } from '../store/store.js';
import { bytesOf, fromStored } from '../versions.js';

const NEWLINE = Buffer.from('\n');

/** One object in the form the client asked for. */
export function present({ api, kind, query }: ResourceRequest, item: Item, media: Media): unknown {
  if (media.form === 'object') return Buffer.concat([bytesOf(kind, item), NEWLINE]);
  const object = fromStored(kind, item);
  if (media.form === 'table') {
    const { resourceVersion = '' } = object.metadata;
    return tableOf(kind, [object], { media, query, now: api.now(), metadata: { resourceVersion } });
  }
  if (media.as === 'PartialObjectMetadataList') {
    if (kind.custom) throw new StatusError(500, '', 'content is not a list');
    const why = `the requested object is not a list (${goTypeOf(kind, kind.kind)})`;
    throw notAcceptable(`you requested PartialObjectMetadataList, but ${why}`);
  }
  return metadataOf(object, media);
}
