import type { Unstructured } from '../../api/meta.js';
import type { Item } from './store.js';

/** Keeps the JSON; the parsed object only while the item is the current one, which is when it is asked for again and again. */
export class StoredItem implements Item {
  readonly key: string;
  readonly revision: number;
  readonly apiVersion: string;
  readonly bytes: Buffer;
  #object: Unstructured | undefined;
  #current = true;

  constructor(key: string, revision: number, apiVersion: string, bytes: Buffer, object?: Unstructured) {
    this.key = key;
    this.revision = revision;
    this.apiVersion = apiVersion;
    this.bytes = bytes;
    this.#object = object;
  }

  get object(): Unstructured {
    if (this.#object) return this.#object;
    // Only JSON of objects the server itself stored gets here.
    const object = JSON.parse(this.bytes.toString()) as Unstructured;
    if (this.#current) this.#object = object;
    return object;
  }

  /** A newer state took its place: only history needs it now. */
  retire(): void {
    this.#current = false;
    this.#object = undefined;
  }
}

/** A new state; `metadata.resourceVersion` becomes the revision. */
export function stamp(key: string, revision: number, object: Unstructured): StoredItem {
  const { apiVersion, kind, metadata, ...rest } = object;
  const stamped = { apiVersion, kind, metadata: { ...metadata, resourceVersion: String(revision) }, ...rest };
  return new StoredItem(key, revision, apiVersion, Buffer.from(JSON.stringify(stamped)), stamped);
}

const API_VERSION = /^\{"apiVersion":"([^"]*)"/;

/** The inverse of storing `bytes`; does not parse, a large store shall start fast. */
export function restore(key: string, revision: number, bytes: Buffer): StoredItem {
  const apiVersion = API_VERSION.exec(bytes.toString('latin1', 0, 400))?.[1];
  if (apiVersion === undefined) throw new Error(`${key}: the stored object does not begin with its apiVersion`);
  return new StoredItem(key, revision, apiVersion, bytes);
}
