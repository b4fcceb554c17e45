import { isDeepStrictEqual } from 'node:util';
import type { ManagedCluster } from '../api/cluster.js';
import type { Placement } from '../api/placement.js';
import { earlier, FITS, Misconfigured, type Verdict } from './plugin.js';
import type { Profile } from './profile.js';
import type { Snapshot } from './snapshot.js';

/** A cluster before and after a change, where undefined means it is no candidate of the placement. */
export interface CandidateChange {
  readonly before: ManagedCluster | undefined;
  readonly after: ManagedCluster | undefined;
}

/** False only if the change of this one cluster cannot change the placement's schedule or its status. */
export function isRelevant(
  placement: Placement,
  { before, after }: CandidateChange,
  snapshot: Snapshot,
  profile: Profile,
): boolean {
  if (!before && !after) return false;
  if (!before || !after) return true;
  const was = judge(placement, before, snapshot, profile);
  const is = judge(placement, after, snapshot, profile);
  if (was === undefined || is === undefined || !isDeepStrictEqual(was, is)) return true;
  if (!is.fits) return false;
  const { prioritizerPolicy, numberOfClusters, decisionStrategy } = placement.spec;
  if (decisionStrategy?.groupStrategy?.decisionGroups?.length && !isSameIdentity(before, after)) return true;
  // Without a number every cluster that fits is selected; scores change nothing.
  if (numberOfClusters === undefined) return false;
  const readsResources = prioritizerPolicy?.configurations?.some(({ scoreCoordinate }) =>
    scoreCoordinate.builtIn?.startsWith('ResourceAllocatable'),
  );
  return !!readsResources && !isSameCapacity(before, after);
}

/** Undefined when the placement is misconfigured. */
function judge(
  placement: Placement,
  cluster: ManagedCluster,
  snapshot: Snapshot,
  { filters }: Profile,
): Verdict | undefined {
  try {
    let untilMs: number | undefined;
    for (const filter of filters) {
      const verdict = filter.prepare(placement, snapshot)(cluster);
      if (!verdict.fits) return verdict;
      untilMs = earlier(untilMs, verdict.untilMs);
    }
    return untilMs === undefined ? FITS : { fits: true, untilMs };
  } catch (error) {
    if (error instanceof Misconfigured) return undefined;
    throw error;
  }
}

const isSameIdentity = (a: ManagedCluster, b: ManagedCluster): boolean =>
  isDeepStrictEqual(a.metadata.labels, b.metadata.labels) &&
  isDeepStrictEqual(a.status?.clusterClaims, b.status?.clusterClaims);

const isSameCapacity = (a: ManagedCluster, b: ManagedCluster): boolean =>
  isDeepStrictEqual(a.status?.allocatable, b.status?.allocatable) &&
  isDeepStrictEqual(a.status?.capacity, b.status?.capacity);
