import type { ObjectMeta, OwnerReference } from '../../api/meta.js';
import { withOwner, withoutOwner } from '../ownership.js';

/** What the work wants of its own owner reference on an object. */
export interface Ownership {
  readonly reference: OwnerReference;
  readonly owned: boolean;
}

type StringMap = { readonly [key: string]: string };

/** Live keys the manifest does not name stay; a manifest key with a trailing dash removes the live key without it. */
function mergedMap(live: StringMap | undefined, required: StringMap | undefined): StringMap {
  const merged = { ...live };
  for (const [key, value] of Object.entries(required ?? {})) {
    if (key.endsWith('-')) delete merged[key.slice(0, -1)];
    else merged[key] = value;
  }
  return merged;
}

const withoutRemovals = (map: StringMap | undefined): StringMap =>
  Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !key.endsWith('-')));

const unlessEmpty = <K extends string, T extends object>(name: K, value: T): { [key in K]?: T } =>
  // A computed key widens to an index signature; it is exactly the one member.
  Object.keys(value).length > 0 ? ({ [name]: value } as { [key in K]?: T }) : {};

export function ownersOf(
  live: readonly OwnerReference[] | undefined,
  required: readonly OwnerReference[] | undefined,
  { reference, owned }: Ownership,
): OwnerReference[] {
  const merged = (required ?? []).reduce(withOwner, [...(live ?? [])]);
  return owned ? withOwner(merged, reference) : withoutOwner(merged, reference);
}

/** Metadata to send with an update: the live one with labels, annotations and owners of the manifest merged in. */
export function mergedMetadata(required: ObjectMeta, live: ObjectMeta, ownership: Ownership): ObjectMeta {
  const { labels: _l, annotations: _a, ownerReferences: _o, managedFields: _m, ...kept } = live;
  return {
    ...kept,
    ...unlessEmpty('labels', mergedMap(live.labels, required.labels)),
    ...unlessEmpty('annotations', mergedMap(live.annotations, required.annotations)),
    ...unlessEmpty('ownerReferences', ownersOf(live.ownerReferences, required.ownerReferences, ownership)),
  };
}

/** Metadata of a new object. What only a server may say is left out. */
export function newMetadata(required: ObjectMeta, ownership: Ownership): ObjectMeta {
  const { uid: _u, resourceVersion: _r, managedFields: _m, generation: _g, ...kept } = required;
  const { labels: _l, annotations: _a, ownerReferences: _o, creationTimestamp: _c, ...rest } = kept;
  return {
    ...rest,
    ...unlessEmpty('labels', withoutRemovals(required.labels)),
    ...unlessEmpty('annotations', withoutRemovals(required.annotations)),
    ...unlessEmpty('ownerReferences', ownersOf([], required.ownerReferences, ownership)),
  };
}
