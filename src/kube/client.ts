import type { KubeObject, NamespacedName, Unstructured } from '../api/meta.js';
import type { Resource, ResourceType } from '../api/resource.js';

/** A kind with a declaration of ours gives typed objects; any other gives unstructured ones. */
export type ObjectOf<R extends ResourceType> = R extends Resource<infer T> ? T : Unstructured;

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WriteOptions {
  /** `status`, `scale`, …; the main resource when absent. */
  readonly subresource?: string;
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  readonly signal?: AbortSignal;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take fields over from other managers instead of failing with 409. */
  readonly force: boolean;
}

export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly signal?: AbortSignal;
}

export type PatchType = 'json' | 'merge' | 'strategic';

export interface WatchOptions extends ListOptions {
  readonly resourceVersion?: string;
  readonly timeoutSeconds?: number;
  readonly signal: AbortSignal;
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: T }
  | { readonly type: 'ERROR'; readonly object: Status };

/** metav1.Status, the body of every refusal. */
export interface Status {
  readonly kind?: 'Status';
  readonly status?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}

/** The API server refused; `code` is the HTTP status, `status` its body. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly status: Status;

  constructor(status: Status) {
    super(status.message ?? status.reason ?? `HTTP ${status.code ?? 0}`);
    this.code = status.code ?? 0;
    this.reason = status.reason ?? '';
    this.status = status;
  }
}

export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.code === 409;
export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;
/** The server itself says that there is no such object or kind; a proxy in front of it that knows no such page does not count. */
export const isAbsent = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.code === 404 &&
  (error.status.kind === 'Status' || error.message.endsWith('404 page not found'));
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 409 && error.reason === 'AlreadyExists';

export interface KubeClient {
  /** Base URL of the API server. */
  readonly server: string;

  /** Undefined when absent. */
  get<R extends ResourceType>(type: R, name: NamespacedName, signal?: AbortSignal): Promise<ObjectOf<R> | undefined>;
  /** All pages, one consistent snapshot; `resourceVersion` is the one to watch from. */
  list<R extends ResourceType>(
    type: R,
    options?: ListOptions & { readonly signal?: AbortSignal },
  ): Promise<{ items: ObjectOf<R>[]; resourceVersion: string }>;
  /** `generateName` is allowed, then `metadata.name` may be empty. */
  create<R extends ResourceType>(type: R, object: KubeObject, options?: WriteOptions): Promise<ObjectOf<R>>;
  /** PUT; conflicts when `metadata.resourceVersion` is stale. */
  update<R extends ResourceType>(type: R, object: KubeObject, options?: WriteOptions): Promise<ObjectOf<R>>;
  patch<R extends ResourceType>(
    type: R,
    name: NamespacedName,
    patch: { readonly type: PatchType; readonly body: unknown },
    options?: WriteOptions,
  ): Promise<ObjectOf<R>>;
  /** Server-side apply; sends the object as it is, unknown fields included. */
  apply<R extends ResourceType>(type: R, object: KubeObject, options: ApplyOptions): Promise<ObjectOf<R>>;
  /** Resolves also when the object was absent already. */
  delete(type: ResourceType, name: NamespacedName, options?: DeleteOptions): Promise<void>;
  /** One connection, until the server or the signal ends it; `informer.ts` adds resuming. */
  watch<R extends ResourceType>(type: R, options: WatchOptions): AsyncIterable<WatchEvent<ObjectOf<R>>>;
  /** Any other request of the API: discovery, SubjectAccessReview, `/version`. Throws `ApiError` unless 2xx. */
  request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown>;

  /** The same server as another user (`Impersonate-User`, `Impersonate-Group`). */
  impersonate(user: string, groups?: readonly string[]): KubeClient;
  /** Closes pooled connections. */
  close(): Promise<void>;
}
