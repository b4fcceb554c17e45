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
export function fromStored(kind: Kind, item: Item): Unstructured {
  if (kind.fromStorage) return kind.fromStorage(item.object);
  return isShown(kind, item) ? item.object : shownBy(kind, item).object;
}

/** An object as clients read it. */
export const told = (kind: Kind, object: Unstructured): Unstructured => kind.tell?.(object) ?? object;

/** The same as JSON; most of the time the very bytes that are stored. */
export function bytesOf(kind: Kind, item: Item): Buffer {
  if (kind.fromStorage || kind.tell) return Buffer.from(JSON.stringify(told(kind, fromStored(kind, item))));
  if (isShown(kind, item)) return item.bytes;
  const shown = shownBy(kind, item);
  shown.bytes ??= Buffer.from(JSON.stringify(shown.object));
  return shown.bytes;
}

/** The same in a list: those of built-in kinds do not say there what they are. */
export function listedBytes(kind: Kind, item: Item): Buffer {
  const bytes = bytesOf(kind, item);
  if (kind.custom) return bytes;
  const typeFirst = typesOf(kind).find((start) => bytes.subarray(0, start.length).equals(start));
  if (typeFirst) return Buffer.concat([OPENING, bytes.subarray(typeFirst.length)]);
  const { apiVersion: _, kind: _kind, ...rest } = told(kind, fromStored(kind, item));
  return Buffer.from(JSON.stringify(rest));
}

const OPENING = Buffer.from('{');

/** How most objects begin. */
function typesOf(kind: Kind): readonly Buffer[] {
  const [apiVersion, name] = [JSON.stringify(apiVersionOf(kind)), JSON.stringify(kind.kind)];
  return [`{"apiVersion":${apiVersion},"kind":${name},`, `{"kind":${name},"apiVersion":${apiVersion},`].map((text) =>
    Buffer.from(text),
  );
}

/** Objects older than the schema of their kind may lack its defaults and have what it no longer knows. */
const isShown = (kind: Kind, item: Item): boolean =>
  item.apiVersion === apiVersionOf(kind) && item.revision >= (kind.schemaSince ?? 0);

interface Shown {
  readonly object: Unstructured;
  bytes: Buffer | undefined;
}

const SHOWN = new WeakMap<Kind, WeakMap<Item, Shown>>();

function shownBy(kind: Kind, item: Item): Shown {
  const known = SHOWN.get(kind) ?? new WeakMap<Item, Shown>();
  SHOWN.set(kind, known);
  const shown = known.get(item) ?? { object: reshaped(kind, item.object), bytes: undefined };
  known.set(item, shown);
  return shown;
}

function reshaped(kind: Kind, object: Unstructured): Unstructured {
  const renamed = { ...object, apiVersion: apiVersionOf(kind) };
  return kind.custom ? applyDefaults(kind.schema, prune(kind.schema, renamed).value) : renamed;
}
