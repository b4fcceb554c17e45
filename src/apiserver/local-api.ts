import type { KubeObject, NamespacedName, Unstructured } from '../api/meta.js';
import type { Kind } from './kind.js';

export interface LocalChange {
  readonly kind: Kind;
  readonly before: Unstructured | undefined;
  readonly after: Unstructured | undefined;
  readonly revision: number;
}

export interface LocalWriteOptions {
  readonly subresource?: string;
  readonly fieldManager: string;
}

export interface LocalDeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

/**
 * The server as its own loops see it (garbage collection, namespaces, simulated workloads): the same rules as over HTTP, as
 * `system:apiserver`. Objects that come out are shared: never change them. Kinds are storage versions only, so that every
 * object is seen once.
 */
export interface LocalApi {
  kinds(): readonly Kind[];
  kindOf(apiVersion: string, kind: string): Kind | undefined;
  get(kind: Kind, name: NamespacedName): Unstructured | undefined;
  list(kind: Kind, namespace?: string): readonly Unstructured[];
  /** Every change of every kind in revision order, from now on. Returns the way to stop. */
  onChange(listener: (change: LocalChange) => void): () => void;
  create(kind: Kind, object: KubeObject, options: LocalWriteOptions): Promise<Unstructured>;
  /** PUT: conflicts when `metadata.resourceVersion` is stale. */
  update(kind: Kind, object: KubeObject, options: LocalWriteOptions): Promise<Unstructured>;
  /** Resolves also when the object was absent already; throws 409 when a precondition does not hold. */
  delete(kind: Kind, name: NamespacedName, options?: LocalDeleteOptions): Promise<void>;
}
