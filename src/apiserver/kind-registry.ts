import { apiVersionOf } from '../api/resource.js';
import { bucketFor } from './keys.js';
import type { Kind } from './kind.js';

const placeOf = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`;

/** The kinds being served now; CRDs come and go. */
export class KindRegistry {
  readonly #byPlace = new Map<string, Kind>();
  readonly #byKind = new Map<string, Kind>();
  readonly #byOwner = new Map<string, readonly Kind[]>();
  /** The storage version, or any other when that is not served. */
  readonly #byBucket = new Map<string, Kind>();
  readonly #listeners = new Set<() => void>();
  #generation = 0;

  /** Counts changes, so that documents made from the kinds can be kept until it moves. */
  get generation(): number {
    return this.#generation;
  }

  /** Puts the kinds of one owner (the built-ins, one CRD) in place of those it had. */
  set(owner: string, kinds: readonly Kind[]): void {
    for (const kind of this.#byOwner.get(owner) ?? []) {
      this.#byBucket.delete(bucketFor(kind));
      this.#byPlace.delete(placeOf(kind.group, kind.version, kind.plural));
      this.#byKind.delete(`${apiVersionOf(kind)}/${kind.kind}`);
    }
    if (kinds.length === 0) this.#byOwner.delete(owner);
    else this.#byOwner.set(owner, kinds);
    for (const kind of kinds) {
      this.#byPlace.set(placeOf(kind.group, kind.version, kind.plural), kind);
      this.#byKind.set(`${apiVersionOf(kind)}/${kind.kind}`, kind);
    }
    for (const kind of kinds) if (kind.verbs.includes('list')) this.#setStored(kind);
    this.#generation += 1;
    for (const listener of this.#listeners) listener();
  }

  find(group: string, version: string, plural: string): Kind | undefined {
    return this.#byPlace.get(placeOf(group, version, plural));
  }

  findKind(apiVersion: string, kind: string): Kind | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  all(): readonly Kind[] {
    return [...this.#byOwner.values()].flat();
  }

  /** Whether a group is one of Kubernetes' own. */
  hasBuiltIn(group: string): boolean {
    return this.all().some((kind) => kind.group === group && !kind.custom);
  }

  /** The kind stored objects of a bucket (`group/plural`, `core` for the group without a name) are read as. */
  stored(bucket: string): Kind | undefined {
    return this.#byBucket.get(bucket);
  }

  /** One kind per bucket. */
  allStored(): readonly Kind[] {
    return [...this.#byBucket.values()];
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #setStored(kind: Kind): void {
    const { group, plural, version } = kind.storage;
    const native = kind.group === group && kind.plural === plural && kind.version === version;
    if (native || !this.#byBucket.has(bucketFor(kind))) this.#byBucket.set(bucketFor(kind), kind);
  }
}
