import type { KubeObject } from '../api/meta.js';

export interface Change<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** A local copy of one kind, kept current by a watch. Objects are shared and frozen: never change them. */
export interface Cache<T extends KubeObject = KubeObject> {
  /** False until the first complete list has arrived. Decide nothing, and above all remove nothing, before. */
  readonly synced: boolean;
  /** Rejects when the signal aborts first. */
  whenSynced(signal: AbortSignal): Promise<void>;
  /** By `keyOf`. */
  get(key: string): T | undefined;
  list(): readonly T[];
  /** Objects whose index function gave `value`; the index must have been declared at start. */
  byIndex(index: string, value: string): readonly T[];
  /** Called after the cache holds the change; objects already present are announced on registration. Returns the way to stop. */
  onChange(listener: (change: Change<T>) => void): () => void;
  /** The last resourceVersion seen in an object, list or bookmark. */
  readonly resourceVersion: string;
}

/** Gives the values under which an object is found. */
export type IndexFunction<T> = (object: T) => readonly string[];
