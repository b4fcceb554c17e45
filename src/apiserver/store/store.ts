import type { Unstructured } from '../../api/meta.js';

/** One state of one object. */
export interface Item {
  /** `group/plural/name` or `group/plural/namespace/name`; `core` stands for the group without a name. */
  readonly key: string;
  readonly revision: number;
  /** The version it was stored in. */
  readonly apiVersion: string;
  /** The object as JSON, `metadata.resourceVersion` included; may be sent as it is. */
  readonly bytes: Buffer;
  /** Shared: never change it. */
  readonly object: Unstructured;
}

/** What one write did. */
export interface Change {
  readonly revision: number;
  readonly key: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The new state; of a deletion the last one, with the revision of the deletion. */
  readonly item: Item;
  readonly before: Item | undefined;
}

export interface Write {
  readonly key: string;
  /** The revision that must be current; 0 when the key must be absent. */
  readonly expected: number;
  /** The store sets `metadata.resourceVersion` in it. Of a deletion the last state watchers shall see. */
  readonly object: Unstructured;
  readonly deletes?: boolean;
  /** As many bytes as the object may have as JSON; any when absent. */
  readonly maxBytes?: number;
}

export interface Page {
  readonly items: readonly Item[];
  readonly revision: number;
}

/**
 * Objects by key, every change numbered: change `n` makes revision `n`, without gaps. What `get`, `list` and listeners see has
 * reached the disk; what is on its way is seen by `head` only, which writes are checked against.
 */
export interface Store {
  readonly revision: number;
  /** Changes up to this revision can no longer be told. */
  readonly compacted: number;
  get(key: string): Item | undefined;
  head(key: string): Item | undefined;
  /** All items under a prefix that ends with `/`, in key order, as they were at `revision`; throws Compacted. */
  list(prefix: string, revision?: number): Page;
  /** Resolves when the write survives a crash. Throws RevisionMismatch or TooLarge at once. */
  commit(write: Write): Promise<Item>;
  /** The changes after `revision`; throws Compacted. */
  since(revision: number): readonly Change[];
  /** Calls the listener with every later change, in order. Returns the way to stop. */
  subscribe(listener: (changes: readonly Change[]) => void): () => void;
  compact(revision: number): void;
  /** Waits for running writes. */
  close(): Promise<void>;
}

/** The key holds another revision than the write expected. */
export class RevisionMismatch extends Error {
  override readonly name = 'RevisionMismatch';
  readonly current: number;

  constructor(key: string, expected: number, current: number) {
    super(`${key}: revision ${expected} was expected, ${current} is current`);
    this.current = current;
  }
}

/** The object has more bytes than the write allows. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';

  constructor(key: string, bytes: number) {
    super(`${key}: ${bytes} bytes are too many`);
  }
}

/** The asked revision lies before the changes still known. */
export class Compacted extends Error {
  override readonly name = 'Compacted';
  readonly compacted: number;

  constructor(revision: number, compacted: number) {
    super(`too old resource version: ${revision} (${compacted})`);
    this.compacted = compacted;
  }
}
