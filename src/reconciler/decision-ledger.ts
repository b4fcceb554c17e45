import { keyOf } from '../api/meta.js';
import type { PlacementDecision } from '../api/placement-decision.js';
import { PLACEMENT_LABEL } from '../api/placement-labels.js';
import type { Cache, Change } from '../kube/cache.js';
import { isNewer } from '../kube/resource-version.js';
import { clustersOf } from '../scheduler/publication.js';
import type { Decisions, EntryCounts } from '../scheduler/snapshot.js';

const NONE: EntryCounts = new Map();
const REMEMBERED_DELETIONS = 4096;

/**
 * All PlacementDecisions as a decision must see them: the cache, our own writes before the watch returns them, and
 * for a placement that is being published its new clusters instead of its half-written objects.
 */
export class DecisionLedger implements Decisions {
  readonly #cache: Cache<PlacementDecision>;
  readonly #objects = new Map<string, PlacementDecision>();
  readonly #byPlacement = new Map<string, Map<string, PlacementDecision>>();
  readonly #counts = new Map<string, EntryCounts>();
  readonly #planned = new Map<string, EntryCounts>();
  readonly #total = new Map<string, number>();
  /** Identities that are gone for ever; a late answer to a write must not bring them back. */
  readonly #gone = new Set<string>();
  readonly #onShift: (placement: string) => void;

  /** `onShift` hears of placements whose clusters, and so everybody's balance, changed. */
  constructor(cache: Cache<PlacementDecision>, onShift: (placement: string) => void) {
    this.#cache = cache;
    this.#onShift = onShift;
  }

  get total(): EntryCounts {
    return this.#total;
  }

  of(placement: string): EntryCounts {
    return this.#counts.get(placement) ?? NONE;
  }

  /** By the key of the object. */
  get(key: string): PlacementDecision | undefined {
    return this.#objects.get(key);
  }

  /** The objects labelled as the placement's. */
  objectsOf(placement: string): readonly PlacementDecision[] {
    for (const decision of this.#byPlacement.get(placement)?.values() ?? []) {
      if (this.#isPhantom(decision)) this.#remove(keyOf(decision));
    }
    return [...(this.#byPlacement.get(placement)?.values() ?? [])];
  }

  /** Takes in a change of the cache; false when it was known already. */
  observe({ before, after }: Change<PlacementDecision>): boolean {
    if (after) return this.put(after);
    return before ? this.drop(before) : false;
  }

  /** Takes in an object as the server returned it; older versions than the known one are ignored. */
  put(decision: PlacementDecision): boolean {
    const key = keyOf(decision);
    const known = this.#objects.get(key);
    if (this.#gone.has(decision.metadata.uid ?? '')) return false;
    if (known && known.metadata.uid === decision.metadata.uid && !isNewer(versionOf(decision), versionOf(known))) {
      return false;
    }
    const placements = new Set([ownerOf(decision), ...(known ? [ownerOf(known)] : [])]);
    if (known) this.#byPlacement.get(ownerOf(known))?.delete(key);
    this.#objects.set(key, decision);
    const objects = this.#byPlacement.get(ownerOf(decision)) ?? new Map<string, PlacementDecision>();
    this.#byPlacement.set(ownerOf(decision), objects.set(key, decision));
    for (const placement of placements) this.#recount(placement);
    return true;
  }

  /** Takes in that the object was deleted. */
  drop(decision: PlacementDecision): boolean {
    this.#gone.add(decision.metadata.uid ?? '');
    for (const oldest of this.#gone) {
      if (this.#gone.size <= REMEMBERED_DELETIONS) break;
      this.#gone.delete(oldest);
    }
    const key = keyOf(decision);
    const isKnown = this.#objects.get(key)?.metadata.uid === decision.metadata.uid;
    if (isKnown) this.#remove(key);
    return isKnown;
  }

  /** From now on the placement counts with these clusters, whatever its objects say; `undefined` ends that. */
  plan(placement: string, clusters: readonly string[] | undefined): void {
    if (clusters) this.#planned.set(placement, countsOf(clusters));
    else this.#planned.delete(placement);
    this.#recount(placement);
  }

  #remove(key: string): void {
    const known = this.#objects.get(key);
    if (!known) return;
    const placement = ownerOf(known);
    this.#objects.delete(key);
    this.#byPlacement.get(placement)?.delete(key);
    this.#recount(placement);
  }

  /** Written by us, never seen by the cache although that is further on: someone deleted it in between. */
  #isPhantom(decision: PlacementDecision): boolean {
    const key = keyOf(decision);
    return !this.#cache.get(key) && !isNewer(versionOf(decision), this.#cache.resourceVersion);
  }

  #recount(placement: string): void {
    const old = this.#counts.get(placement) ?? NONE;
    const objects = this.#byPlacement.get(placement);
    const counts =
      this.#planned.get(placement) ??
      countsOf([...(objects?.values() ?? [])].flatMap((decision) => clustersOf(decision)));
    if (objects?.size === 0) this.#byPlacement.delete(placement);
    if (isSame(old, counts)) return;
    if (counts.size > 0) this.#counts.set(placement, counts);
    else this.#counts.delete(placement);
    for (const [cluster, count] of old) this.#add(cluster, -count);
    for (const [cluster, count] of counts) this.#add(cluster, count);
    this.#onShift(placement);
  }

  #add(cluster: string, count: number): void {
    const sum = (this.#total.get(cluster) ?? 0) + count;
    if (sum === 0) this.#total.delete(cluster);
    else this.#total.set(cluster, sum);
  }
}

/** Objects without the label belong to nobody, each for itself; no placement has a key with two slashes. */
export function ownerOf(decision: PlacementDecision): string {
  const placement = decision.metadata.labels?.[PLACEMENT_LABEL];
  return placement ? `${decision.metadata.namespace}/${placement}` : `/${keyOf(decision)}`;
}

function countsOf(clusters: readonly string[]): EntryCounts {
  const counts = new Map<string, number>();
  for (const cluster of clusters) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  return counts;
}

const isSame = (a: EntryCounts, b: EntryCounts): boolean =>
  a.size === b.size && [...a].every(([cluster, count]) => b.get(cluster) === count);

const versionOf = ({ metadata }: PlacementDecision): string | undefined => metadata.resourceVersion;
