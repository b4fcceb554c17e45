import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type KubeObject, keyOf } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import { Backoff } from '../control/backoff.js';
import type { Logger } from '../control/log.js';
import type { Cache, IndexFunction } from './cache.js';
import { ApiError, type KubeClient, type ListOptions, type ObjectOf, type WatchEvent } from './client.js';
import { ObjectStore } from './object-store.js';

export interface InformerOptions<T extends KubeObject> extends ListOptions {
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** Takes away what nobody reads, e.g. managedFields, before an object is kept. */
  readonly trim?: (object: T) => T;
  readonly log: Logger;
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
  readonly random?: () => number;
}

export interface Informer<T extends KubeObject> extends Cache<T> {
  addIndex(name: string, valuesOf: IndexFunction<T>): void;
}

const WATCH_SECONDS = 290;
const QUICK_MS = 1_000;

/** Lists, then watches for ever: whatever the network or the server does, the cache ends up equal to the server's list. */
export function startInformer<R extends ResourceType>(
  client: KubeClient,
  type: R,
  options: InformerOptions<ObjectOf<R>>,
  signal: AbortSignal,
): Informer<ObjectOf<R>> {
  setMaxListeners(0, signal);
  const informer = new Reflector<ObjectOf<R>>(client, type, options, signal);
  void informer.run();
  return informer;
}

class Reflector<T extends KubeObject> implements Informer<T> {
  readonly #client: KubeClient;
  readonly #type: ResourceType;
  readonly #options: InformerOptions<T>;
  readonly #selection: ListOptions;
  readonly #signal: AbortSignal;
  readonly #log: Logger;
  readonly #store: ObjectStore<T>;
  readonly #backoff: Backoff;
  readonly #random: () => number;
  #resourceVersion = '';
  #listNeeded = true;
  #markSynced: () => void = () => undefined;
  readonly #firstList = new Promise<void>((resolve) => {
    this.#markSynced = resolve;
  });
  synced = false;

  constructor(client: KubeClient, type: ResourceType, options: InformerOptions<T>, signal: AbortSignal) {
    const { namespace, labelSelector, fieldSelector } = options;
    this.#client = client;
    this.#type = type;
    this.#options = options;
    this.#selection = {
      ...(namespace ? { namespace } : {}),
      ...(labelSelector ? { labelSelector } : {}),
      ...(fieldSelector ? { fieldSelector } : {}),
    };
    this.#signal = signal;
    this.#log = options.log.with({ watch: type.plural, ...this.#selection });
    this.#random = options.random ?? Math.random;
    this.#backoff = new Backoff({ baseMs: 100, maxMs: 10_000, ...options.backoff, random: this.#random });
    this.#store = new ObjectStore<T>((error) => this.#log.error('a listener failed', { error }));
    for (const [name, valuesOf] of Object.entries(options.indexes ?? {})) this.#store.addIndex(name, valuesOf);
  }

  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  get = (key: string): T | undefined => this.#store.get(key);
  list = (): readonly T[] => this.#store.list();
  byIndex = (index: string, value: string): readonly T[] => this.#store.byIndex(index, value);
  addIndex = (name: string, valuesOf: IndexFunction<T>): void => this.#store.addIndex(name, valuesOf);
  onChange: Cache<T>['onChange'] = (listener) => this.#store.onChange(listener);

  async whenSynced(signal: AbortSignal): Promise<void> {
    if (this.synced) return;
    signal.throwIfAborted();
    setMaxListeners(0, signal);
    await new Promise<void>((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      void this.#firstList.then(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    });
  }

  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        if (this.#listNeeded) await this.#relist();
        await this.#watchOnce();
      } catch (error) {
        if (this.#signal.aborted) return;
        await this.#recover(error);
      }
    }
  }

  async #relist(): Promise<void> {
    const { items, resourceVersion } = await this.#client.list(this.#type, {
      ...this.#selection,
      signal: this.#signal,
    });
    // The type parameter is the kind's own; the untyped ResourceType field only forgot it.
    this.#store.replace(items.map((item) => this.#kept(item as KubeObject as T)));
    this.#resourceVersion = resourceVersion;
    this.#listNeeded = false;
    this.#log.debug('listed', { items: items.length, resourceVersion });
    this.synced = true;
    this.#markSynced();
  }

  async #watchOnce(): Promise<void> {
    const started = performance.now();
    let events = 0;
    const stream = this.#client.watch(this.#type, {
      ...this.#selection,
      resourceVersion: this.#resourceVersion,
      timeoutSeconds: WATCH_SECONDS + Math.floor(this.#random() * 60),
      signal: this.#signal,
    });
    try {
      for await (const event of stream) {
        // As in #relist.
        this.#take(event as WatchEvent<KubeObject> as WatchEvent<T>);
        events += 1;
        if (events === 1) this.#backoff.forget('');
      }
    } finally {
      // A watch that held was a success, even when nothing happened on it.
      if (performance.now() - started >= QUICK_MS) this.#backoff.forget('');
    }
    // A server that ends every watch at once would otherwise be asked without pause.
    if (events === 0 && performance.now() - started < QUICK_MS) await this.#pause(this.#backoff.next(''));
  }

  #take(event: WatchEvent<T>): void {
    if (event.type === 'ERROR') throw new ApiError(event.object);
    const { resourceVersion } = event.object.metadata;
    if (event.type === 'DELETED') this.#store.delete(keyOf(event.object));
    else if (event.type !== 'BOOKMARK') this.#store.set(this.#kept(event.object));
    if (resourceVersion) this.#resourceVersion = resourceVersion;
  }

  #kept(object: T): T {
    return this.#options.trim?.(object) ?? object;
  }

  async #recover(error: unknown): Promise<void> {
    const code = error instanceof ApiError ? error.code : 0;
    // Any refusal of the version we watch from, or of the watch itself, is answered by a new list; overload is not.
    if (code >= 400 && code < 500 && code !== 429) this.#listNeeded = true;
    const retryAfterMs = error instanceof ApiError ? (error.status.details?.retryAfterSeconds ?? 0) * 1000 : 0;
    const waitMs = Math.max(retryAfterMs, this.#backoff.next('') * (0.5 + this.#random() / 2));
    if (code === 410) this.#log.debug('the version to watch from has expired, listing again', { error });
    else this.#log.warn('watch interrupted', { error, retryInMs: Math.round(waitMs) });
    await this.#pause(waitMs);
  }

  async #pause(ms: number): Promise<void> {
    try {
      await delay(ms, undefined, { signal: this.#signal });
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
  }
}
