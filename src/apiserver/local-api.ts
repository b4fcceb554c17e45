import type { KubeObject, Unstructured } from '../api/meta.js';
import type { Kind, LocalObjects, LocalWriteOptions } from './kind.js';

export interface LocalChange {
  readonly kind: Kind;
  readonly before: Unstructured | undefined;
  readonly after: Unstructured | undefined;
  readonly revision: number;
}

/** The server as its own loops see it (garbage collection, namespaces, simulated workloads). */
export interface LocalApi extends LocalObjects {
  /** Every change of every kind in revision order, from now on. Returns the way to stop. */
  onChange(listener: (change: LocalChange) => void): () => void;
  create(kind: Kind, object: KubeObject, options: LocalWriteOptions): Promise<Unstructured>;
}
