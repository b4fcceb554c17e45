import type { KubeObject, NamespacedName } from '../api/meta.js';
import { apiVersionOf, type ResourceType } from '../api/resource.js';
import { TransientError } from '../control/errors.js';
import type { Logger } from '../control/log.js';
import {
  ApiError,
  type ApplyOptions,
  type DeleteOptions,
  isAbsent,
  type KubeClient,
  type ListOptions,
  type ObjectOf,
  type PatchType,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from './client.js';
import { collectionPath, objectPath, requireNamespace, withQuery } from './paths.js';
import { refusalOf } from './refusal.js';
import type { Exchange, Reply, Transport } from './transport.js';
import { watchEvents } from './watch-stream.js';

export interface RestOptions {
  readonly server: string;
  readonly transport: Transport;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly log: Logger;
  /** A watch without a byte for this long is taken for dead. */
  readonly watchIdleMs: number;
}

const PAGE = 500;
const CONTENT_TYPE: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

interface ListBody {
  readonly items?: KubeObject[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

/** Speaks raw JSON both ways, so that no field it does not know is lost. */
export class RestClient implements KubeClient {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  get server(): string {
    return this.#options.server;
  }

  async get<R extends ResourceType>(
    type: R,
    name: NamespacedName,
    signal?: AbortSignal,
  ): Promise<ObjectOf<R> | undefined> {
    try {
      return await this.#call<ObjectOf<R>>({ method: 'GET', path: objectPath(type, name), signal });
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async list<R extends ResourceType>(type: R, options: ListOptions & { readonly signal?: AbortSignal } = {}) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // The last try asks for one page of everything: it cannot expire between pages.
        return await this.#pages<ObjectOf<R>>(type, options, attempt < 3 ? PAGE : undefined);
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 410) || attempt === 3) throw error;
      }
    }
  }

  async create<R extends ResourceType>(type: R, object: KubeObject, options: WriteOptions = {}): Promise<ObjectOf<R>> {
    const { namespace, name } = object.metadata;
    requireNamespace(type, namespace, name);
    const path = options.subresource
      ? objectPath(type, object.metadata, options.subresource)
      : collectionPath(type, namespace);
    return this.#write('POST', path, object, 'application/json', options);
  }

  async update<R extends ResourceType>(type: R, object: KubeObject, options: WriteOptions = {}): Promise<ObjectOf<R>> {
    const path = objectPath(type, object.metadata, options.subresource);
    return this.#write('PUT', path, object, 'application/json', options);
  }

  async patch<R extends ResourceType>(
    type: R,
    name: NamespacedName,
    patch: { readonly type: PatchType; readonly body: unknown },
    options: WriteOptions = {},
  ): Promise<ObjectOf<R>> {
    const path = objectPath(type, name, options.subresource);
    return this.#write('PATCH', path, patch.body, CONTENT_TYPE[patch.type], options);
  }

  async apply<R extends ResourceType>(type: R, object: KubeObject, options: ApplyOptions): Promise<ObjectOf<R>> {
    const path = withQuery(objectPath(type, object.metadata, options.subresource), { force: options.force });
    return this.#write('PATCH', path, object, 'application/apply-patch+yaml', options);
  }

  async delete(type: ResourceType, name: NamespacedName, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, propagationPolicy, signal } = options;
    const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
    const body = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      ...(propagationPolicy ? { propagationPolicy } : {}),
      ...(uid || resourceVersion ? { preconditions } : {}),
    };
    try {
      await this.#call({ method: 'DELETE', path: objectPath(type, name), body: JSON.stringify(body), signal });
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }

  async *watch<R extends ResourceType>(type: R, options: WatchOptions): AsyncGenerator<WatchEvent<ObjectOf<R>>> {
    const { signal, namespace, ...rest } = options;
    const path = withQuery(collectionPath(type, namespace), { ...rest, watch: true, allowWatchBookmarks: true });
    const stream = { idleMs: this.#options.watchIdleMs };
    try {
      const reply = await this.#send({ method: 'GET', path, signal, stream });
      if (reply.statusCode !== 200) throw await refusalOf('GET', path, reply);
      yield* watchEvents<ObjectOf<R>>(reply.body);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
    // The caller names the verb; an unknown one is the server's to refuse.
    const verb = method as Exchange['method'];
    return this.#call({ method: verb, path, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  impersonate(user: string, groups: readonly string[] = []): KubeClient {
    const as = { 'impersonate-user': user, ...(groups.length > 0 ? { 'impersonate-group': [...groups] } : {}) };
    return new RestClient({ ...this.#options, headers: { ...this.#options.headers, ...as } });
  }

  close(): Promise<void> {
    return this.#options.transport.close();
  }

  async #pages<T extends KubeObject>(
    type: ResourceType,
    { namespace, labelSelector, fieldSelector, signal }: ListOptions & { readonly signal?: AbortSignal },
    limit: number | undefined,
  ): Promise<{ items: T[]; resourceVersion: string }> {
    const items: T[] = [];
    let next: string | undefined;
    for (;;) {
      const query = { labelSelector, fieldSelector, limit, continue: next };
      const path = withQuery(collectionPath(type, namespace), query);
      const body = await this.#call<ListBody>({ method: 'GET', path, signal });
      if (!Array.isArray(body.items) && body.items !== null) {
        throw new TransientError(`GET ${path}: the answer is not a list`);
      }
      // Members of a list carry no apiVersion and kind on every server; of this list they can only be these.
      for (const item of body.items ?? []) {
        items.push({ ...item, apiVersion: apiVersionOf(type), kind: type.kind } as T);
      }
      next = body.metadata?.continue;
      if (!next) return { items, resourceVersion: body.metadata?.resourceVersion ?? '' };
    }
  }

  #write<T>(
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    body: unknown,
    contentType: string,
    { fieldManager, dryRun, fieldValidation, signal }: WriteOptions,
  ): Promise<T> {
    const query = { fieldManager, fieldValidation, dryRun: dryRun ? 'All' : undefined };
    const joint = path.includes('?') ? '&' : '?';
    const full = `${path}${withQuery('', query).replace('?', joint)}`;
    return this.#call({ method, path: full, body: JSON.stringify(body), signal }, contentType);
  }

  async #call<T>(exchange: Omit<Exchange, 'headers'>, contentType = 'application/json'): Promise<T> {
    const { method, path } = exchange;
    const reply = await this.#send(exchange, contentType);
    if (reply.statusCode < 200 || reply.statusCode > 299) throw await refusalOf(method, path, reply);
    const text = await reply.body.text().catch((cause: unknown) => {
      exchange.signal?.throwIfAborted();
      throw new TransientError(`${method} ${path.split('?')[0]}: the answer was cut off`, { cause });
    });
    try {
      // The type follows from the path asked for; the server validated the object when it was written.
      return (text === '' ? undefined : JSON.parse(text)) as T;
    } catch (cause) {
      throw new TransientError(`${method} ${path.split('?')[0]}: the answer is not JSON`, { cause });
    }
  }

  async #send(exchange: Omit<Exchange, 'headers'>, contentType = 'application/json'): Promise<Reply> {
    const { headers, transport, log } = this.#options;
    const content = exchange.body === undefined ? {} : { 'content-type': contentType };
    const reply = await transport.send({
      ...exchange,
      headers: { accept: 'application/json', ...content, ...headers },
    });
    const { warning } = reply.headers;
    if (warning) log.debug('API server warns', { method: exchange.method, path: exchange.path, warning });
    return reply;
  }
}
