import { Bucket, bucketOf } from './bucket.js';
import { type StoredItem, stamp } from './item.js';
import {
  type Change,
  Compacted,
  type Item,
  type Page,
  RevisionMismatch,
  type Store,
  TooLarge,
  type Write,
} from './store.js';

interface StoredChange extends Change {
  readonly item: StoredItem;
  readonly before: StoredItem | undefined;
}

/** Puts changes on disk; the memory store has none. */
export interface Journal {
  /** Resolves when all of `changes` survive a crash; all of them or none. */
  append(changes: readonly Change[]): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** How many changes can still be told to watchers that resume. */
  readonly historyLimit?: number;
  /** The same in bytes of JSON. */
  readonly historyBytes?: number;
}

interface Contents {
  readonly revision: number;
  readonly items: Iterable<StoredItem>;
}

interface Waiting {
  readonly change: StoredChange;
  readonly done: (item: Item) => void;
  readonly failed: (error: unknown) => void;
}

/** Everything in memory; with a journal, nothing is shown before the journal has it. */
export class MemoryStore implements Store {
  readonly #buckets = new Map<string, Bucket>();
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();
  /** `#log[i].revision === #compacted + i + 1`. */
  readonly #log: StoredChange[] = [];
  #logBytes = 0;
  #compacted: number;
  #headRevision: number;
  readonly #pending = new Map<string, StoredChange>();
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  readonly #journal: Journal | undefined;
  readonly #historyLimit: number;
  readonly #historyBytes: number;

  constructor(options: StoreOptions = {}, contents: Contents = { revision: 0, items: [] }, journal?: Journal) {
    this.#historyLimit = options.historyLimit ?? 10_000;
    this.#historyBytes = options.historyBytes ?? 32 * 1024 * 1024;
    this.#compacted = contents.revision;
    this.#headRevision = contents.revision;
    this.#journal = journal;
    for (const item of contents.items) this.#bucket(item.key).set(item);
  }

  get revision(): number {
    return this.#compacted + this.#log.length;
  }

  get compacted(): number {
    return this.#compacted;
  }

  get(key: string): Item | undefined {
    return this.#buckets.get(bucketOf(key))?.get(key);
  }

  head(key: string): Item | undefined {
    const pending = this.#pending.get(key);
    if (!pending) return this.get(key);
    return pending.type === 'DELETED' ? undefined : pending.item;
  }

  list(prefix: string, revision = this.revision): Page {
    const current = this.#buckets.get(bucketOf(prefix))?.under(prefix) ?? [];
    return { items: revision === this.revision ? current : this.#rewind(prefix, current, revision), revision };
  }

  commit({ key, expected, object, deletes = false, maxBytes = Number.POSITIVE_INFINITY }: Write): Promise<Item> {
    const before = (this.#pending.get(key)?.item ?? this.#buckets.get(bucketOf(key))?.get(key)) as
      | StoredItem
      | undefined;
    const head = this.head(key)?.revision ?? 0;
    if (head !== expected) return Promise.reject(new RevisionMismatch(key, expected, head));
    const item = stamp(key, this.#headRevision + 1, object);
    if (item.bytes.length > maxBytes) return Promise.reject(new TooLarge(key, item.bytes.length));
    this.#headRevision += 1;
    const type = deletes ? 'DELETED' : expected === 0 ? 'ADDED' : 'MODIFIED';
    const change: StoredChange = {
      revision: this.#headRevision,
      key,
      type,
      item,
      before: expected === 0 ? undefined : before,
    };
    if (!this.#journal) {
      this.#publish([change]);
      return Promise.resolve(item);
    }
    this.#pending.set(key, change);
    const promise = new Promise<Item>((done, failed) => this.#waiting.push({ change, done, failed }));
    this.#flushing ??= this.#flush(this.#journal);
    return promise;
  }

  since(revision: number): readonly Change[] {
    if (revision < this.#compacted) throw new Compacted(revision, this.#compacted);
    return this.#log.slice(revision - this.#compacted);
  }

  subscribe(listener: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  compact(revision: number): void {
    const dropped = this.#log.splice(0, Math.min(revision, this.revision) - this.#compacted);
    this.#compacted += dropped.length;
    for (const { item } of dropped) this.#logBytes -= item.bytes.length;
  }

  async close(): Promise<void> {
    await this.#flushing;
    this.#listeners.clear();
    await this.#journal?.close();
  }

  #bucket(key: string): Bucket {
    const name = bucketOf(key);
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      bucket = new Bucket();
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }

  /** Undoes the changes after `revision`, newest first. */
  #rewind(prefix: string, current: readonly StoredItem[], revision: number): Item[] {
    const items = new Map(current.map((item) => [item.key, item]));
    for (const { key, before } of this.#sinceAsStored(revision).reverse()) {
      if (!key.startsWith(prefix)) continue;
      if (before) items.set(key, before);
      else items.delete(key);
    }
    return [...items.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #sinceAsStored(revision: number): StoredChange[] {
    if (revision < this.#compacted) throw new Compacted(revision, this.#compacted);
    return this.#log.slice(revision - this.#compacted);
  }

  /** One group of writes at a time; what arrives meanwhile is the next group. */
  async #flush(journal: Journal): Promise<void> {
    // Writes of one turn of the event loop share a group from the first.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      const changes = group.map(({ change }) => change);
      try {
        await journal.append(changes);
      } catch (error) {
        this.#abandon([...group, ...this.#waiting], error);
        break;
      }
      for (const { key, revision } of changes)
        if (this.#pending.get(key)?.revision === revision) this.#pending.delete(key);
      this.#publish(changes);
      for (const { change, done } of group) done(change.item);
    }
    this.#flushing = undefined;
  }

  /** The disk refused: everything not on it never happened. */
  #abandon(group: readonly Waiting[], error: unknown): void {
    this.#waiting = [];
    this.#pending.clear();
    this.#headRevision = this.revision;
    for (const { failed } of group) failed(error);
  }

  #publish(changes: readonly StoredChange[]): void {
    for (const { type, item, key } of changes) {
      if (type === 'DELETED') this.#bucket(key).delete(key);
      else this.#bucket(key).set(item);
    }
    for (const change of changes) {
      this.#log.push(change);
      this.#logBytes += change.item.bytes.length;
    }
    for (const listener of this.#listeners) listener(changes);
    for (const { type, item, before } of changes) {
      before?.retire();
      if (type === 'DELETED') item.retire();
    }
    this.#trim();
  }

  /** Drops a tenth more than needed, so that not every write moves the log. */
  #trim(): void {
    let drop = this.#log.length > this.#historyLimit * 1.1 ? this.#log.length - this.#historyLimit : 0;
    let bytes = this.#logBytes;
    if (bytes > this.#historyBytes * 1.1) {
      while (bytes > this.#historyBytes && drop < this.#log.length) bytes -= this.#log[drop++]?.item.bytes.length ?? 0;
    }
    if (drop > 0) this.compact(this.#compacted + drop);
  }
}

export const createMemoryStore = (options?: StoreOptions): Store => new MemoryStore(options);
