import type { Unstructured } from '../api/meta.js';
import { apiVersionOf } from '../api/resource.js';
import { applyDefaults } from '../apimachinery/structural/default.js';
import { prune } from '../apimachinery/structural/prune.js';
import type { Kind } from './kind.js';
import type { Item } from './store/store.js';

/** An object of a request as it is stored. */
export function toStored(kind: Kind, object: Unstructured): Unstructured {
  if (kind.toStorage) return kind.toStorage(object);
  const { group, version } = kind.storage;
  return kind.version === version ? object : { ...object, apiVersion: apiVersionOf({ group, version }) };
}

/** A stored object as the version of a request shows it. */
export function fromStored(kind: Kind, { apiVersion, object }: Item): Unstructured {
  if (kind.fromStorage) return kind.fromStorage(object);
  const wanted = apiVersionOf(kind);
  if (apiVersion === wanted) return object;
  const renamed = { ...object, apiVersion: wanted };
  return kind.custom ? applyDefaults(kind.schema, prune(kind.schema, renamed).value) : renamed;
}

/** The same as JSON; most of the time the very bytes that are stored. */
export function bytesOf(kind: Kind, item: Item): Buffer {
  if (!kind.fromStorage && item.apiVersion === apiVersionOf(kind)) return item.bytes;
  return Buffer.from(JSON.stringify(fromStored(kind, item)));
}
