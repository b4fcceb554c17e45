import type { Unstructured } from '../../api/meta.js';
import { apiVersionOf } from '../../api/resource.js';
import type { Media } from '../forms/media.js';
import { metadataOf } from '../forms/partial-metadata.js';
import { definitionsOf, tableOf } from '../forms/table.js';
import type { Kind } from '../kind.js';
import type { Item } from '../store/store.js';
import { bytesOf, fromStored } from '../versions.js';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

const END = Buffer.from('}\n');

/** Writes watch events in the form one client asked for. */
export class EventFormat {
  readonly #kind: Kind;
  readonly #media: Media;
  readonly #query: URLSearchParams;
  readonly #now: () => Date;
  /** Of watchers with the same name the events are the same bytes. */
  readonly #name: string;

  constructor(kind: Kind, media: Media, query: URLSearchParams, now: () => Date) {
    this.#kind = kind;
    this.#media = media;
    this.#query = query;
    this.#now = now;
    this.#name = `${apiVersionOf(kind)} ${media.form} ${media.version} ${query.get('includeObject') ?? ''}`;
  }

  /** Only the `first` table of a stream describes its columns. */
  line(type: EventType, item: Item, first: boolean): Buffer {
    return Buffer.concat([Buffer.from(`{"type":"${type}","object":`), this.#object(item, first), END]);
  }

  /** The same for events whose lines are the same. */
  nameOf(type: EventType, first: boolean): string {
    return `${type} ${this.#name}${first && this.#media.form === 'table' ? ' first' : ''}`;
  }

  bookmark(revision: number, initialEventsEnd: boolean, first: boolean): Buffer {
    const metadata = {
      resourceVersion: String(revision),
      ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    };
    return Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object: this.#bookmarked(metadata, first) })}\n`);
  }

  #bookmarked(metadata: Readonly<Record<string, unknown>>, first: boolean): unknown {
    const { form } = this.#media;
    if (form === 'metadata') return metadataOf({ metadata }, this.#media);
    if (form === 'object') return { kind: this.#kind.kind, apiVersion: apiVersionOf(this.#kind), metadata };
    const { resourceVersion } = metadata;
    const table = this.#table([], { resourceVersion }, first);
    const cells = definitionsOf(this.#kind).map(({ name }) => (name === 'Name' ? '' : null));
    return { ...table, rows: [{ cells, object: metadataOf({ metadata }, this.#media) }] };
  }

  #table(objects: readonly Unstructured[], metadata: Readonly<Record<string, unknown>>, first: boolean) {
    const options = { media: this.#media, query: this.#query, now: this.#now(), metadata };
    const table = tableOf(this.#kind, objects, options);
    return first ? table : { ...table, columnDefinitions: null };
  }

  #object(item: Item, first: boolean): Buffer {
    const { form } = this.#media;
    if (form === 'object') return bytesOf(this.#kind, item);
    const object = fromStored(this.#kind, item);
    if (form === 'metadata') return Buffer.from(JSON.stringify(metadataOf(object, this.#media)));
    const metadata = { resourceVersion: String(item.revision) };
    return Buffer.from(JSON.stringify(this.#table([object], metadata, first)));
  }
}
