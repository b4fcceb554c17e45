import { apiVersionOf } from '../api/resource.js';
import type { Kind } from './kind.js';
import type { Media } from './media.js';
import { metadataOf } from './partial-metadata.js';
import type { Item } from './store/store.js';
import { tableOf } from './table.js';
import { bytesOf, fromStored } from './versions.js';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

const END = Buffer.from('}\n');

/** Writes watch events in the form one client asked for. */
export class EventFormat {
  readonly #kind: Kind;
  readonly #media: Media;
  readonly #query: URLSearchParams;
  readonly #now: () => Date;
  /** Events of watchers with the same name are the same bytes. */
  readonly name: string;

  constructor(kind: Kind, media: Media, query: URLSearchParams, now: () => Date) {
    this.#kind = kind;
    this.#media = media;
    this.#query = query;
    this.#now = now;
    this.name = `${apiVersionOf(kind)} ${media.form} ${media.version} ${query.get('includeObject') ?? ''}`;
  }

  line(type: EventType, item: Item): Buffer {
    return Buffer.concat([Buffer.from(`{"type":"${type}","object":`), this.#object(item), END]);
  }

  bookmark(revision: number, initialEventsEnd: boolean): Buffer {
    const metadata = {
      resourceVersion: String(revision),
      creationTimestamp: null,
      ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    };
    return Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object: this.#bookmarked(metadata) })}\n`);
  }

  #bookmarked(metadata: Readonly<Record<string, unknown>>): unknown {
    const { form, version } = this.#media;
    if (form === 'metadata') return metadataOf({ metadata }, this.#media);
    if (form === 'object') return { kind: this.#kind.kind, apiVersion: apiVersionOf(this.#kind), metadata };
    const { resourceVersion, ...rest } = metadata;
    const object = metadataOf({ metadata: { resourceVersion, ...rest } }, this.#media);
    return {
      kind: 'Table',
      apiVersion: `meta.k8s.io/${version}`,
      metadata: { resourceVersion },
      columnDefinitions: [],
      rows: [{ cells: [], object }],
    };
  }

  #object(item: Item): Buffer {
    const { form } = this.#media;
    if (form === 'object') return bytesOf(this.#kind, item);
    const object = fromStored(this.#kind, item);
    if (form === 'metadata') return Buffer.from(JSON.stringify(metadataOf(object, this.#media)));
    const metadata = { resourceVersion: String(item.revision) };
    const options = { media: this.#media, query: this.#query, now: this.#now(), metadata };
    return Buffer.from(JSON.stringify(tableOf(this.#kind, [object], options)));
  }
}
