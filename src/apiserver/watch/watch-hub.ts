import { bucketOf } from '../store/bucket.js';
import type { Change, Store } from '../store/store.js';

export interface Watcher {
  /** Gets every change of its bucket, in order; `lines` shares what several watchers send of one change. */
  deliver(change: Change, lines: Map<string, Buffer>): void;
  /** The server ends. */
  stop(): void;
}

/** Tells every change once to the watchers of its resource. */
export class WatchHub {
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #unsubscribe: () => void;

  constructor(store: Store) {
    this.#unsubscribe = store.subscribe((changes) => {
      for (const change of changes) this.#deliver(change);
    });
  }

  /** `prefix` as the store lists it. Returns the way to stop. */
  add(prefix: string, watcher: Watcher): () => void {
    const bucket = bucketOf(prefix);
    const watchers = this.#watchers.get(bucket) ?? new Set();
    this.#watchers.set(bucket, watchers.add(watcher));
    return () => watchers.delete(watcher);
  }

  get size(): number {
    return [...this.#watchers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Ends the watches of one resource: its kind is no longer served. */
  stop(prefix: string): void {
    for (const watcher of this.#watchers.get(bucketOf(prefix)) ?? []) watcher.stop();
  }

  close(): void {
    this.#unsubscribe();
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.stop();
  }

  #deliver(change: Change): void {
    const watchers = this.#watchers.get(bucketOf(change.key));
    if (!watchers?.size) return;
    const lines = new Map<string, Buffer>();
    for (const watcher of watchers) watcher.deliver(change, lines);
  }
}
