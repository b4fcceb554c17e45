import type { Secret } from '../api/core.js';
import type { Placement } from '../api/placement.js';
import type { PlacementDecision } from '../api/placement-decision.js';
import { PLACEMENT_LABEL } from '../api/placement-labels.js';
import { type ArgoCluster, argoClusters } from './argo-clusters.js';

/** Everything of one moment an answer may depend on. */
export interface World {
  readonly placements: readonly Placement[];
  readonly decisions: readonly PlacementDecision[];
  readonly secrets: readonly Secret[];
}

/** The slices of one placement: complete, or torn since some moment. */
export type Selection =
  | { readonly slices: readonly PlacementDecision[] }
  | {
      readonly tornSince: number;
      /** What is there now. */
      readonly parts: readonly PlacementDecision[];
      readonly lastComplete?: readonly PlacementDecision[];
    };

export interface Snapshot {
  /** By `namespace/name` of the placement. */
  readonly selections: ReadonlyMap<string, Selection>;
  /** Decisions without a placement label. */
  readonly unowned: readonly PlacementDecision[];
  readonly clusters: ReadonlyMap<string, ArgoCluster>;
}

/**
 * Pure. Slices are written one after the other; between two writes a cluster may be nowhere. A set that names fewer
 * clusters than its placement says is such a moment: what was complete before is served until it is complete again.
 */
export function takeSnapshot(
  world: World,
  previous: Snapshot | undefined,
  argoNamespace: string,
  now: number,
): Snapshot {
  const found = new Map<string, PlacementDecision[]>();
  const unowned: PlacementDecision[] = [];
  const wanted = new Map<string, number>();
  for (const { metadata, status } of world.placements) {
    const count = status?.numberOfSelectedClusters ?? 0;
    const key = `${metadata.namespace}/${metadata.name}`;
    wanted.set(key, count);
    if (count > 0) found.set(key, []);
  }
  for (const decision of world.decisions) {
    const placement = decision.metadata.labels?.[PLACEMENT_LABEL];
    if (!placement) {
      unowned.push(decision);
      continue;
    }
    const key = `${decision.metadata.namespace}/${placement}`;
    const slices = found.get(key);
    if (slices) slices.push(decision);
    else found.set(key, [decision]);
  }
  const selections = new Map<string, Selection>();
  for (const [key, slices] of found) {
    const isTorn = distinctClusters(slices) < (wanted.get(key) ?? 0);
    selections.set(key, isTorn ? tear(slices, previous?.selections.get(key), now) : { slices });
  }
  return { selections, unowned, clusters: argoClusters(world.secrets, argoNamespace) };
}

function tear(parts: readonly PlacementDecision[], last: Selection | undefined, now: number): Selection {
  if (!last) return { tornSince: now, parts };
  return 'slices' in last ? { tornSince: now, parts, lastComplete: last.slices } : { ...last, parts };
}

const distinctClusters = (slices: readonly PlacementDecision[]): number =>
  new Set(slices.flatMap(({ status }) => (status?.decisions ?? []).map(({ clusterName }) => clusterName))).size;
