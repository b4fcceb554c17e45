import type { AddOnPlacementScore } from '../api/addon-score.js';
import type { ManagedCluster } from '../api/cluster.js';

/** Everything a decision may depend on besides the placement. What is not in here, a rule cannot see. */
export interface Snapshot {
  readonly now: Date;
  readonly fleet: Fleet;
  readonly decisions: Decisions;
  readonly scores: Scores;
}

export interface Fleet {
  /** Sets bound into the namespace that exist, by name. The binding's own name counts, not its spec. */
  boundSets(namespace: string): readonly string[];
  /** Members of any of the sets, terminating clusters excluded, each once, by name. Throws when a set's selector is invalid. */
  candidates(sets: readonly string[]): readonly ManagedCluster[];
}

/** How many decision entries name a cluster. */
export type EntryCounts = ReadonlyMap<string, number>;

export interface Decisions {
  /** Over every PlacementDecision of every namespace. */
  readonly total: EntryCounts;
  /** Over the PlacementDecisions of one placement, given by key. */
  of(placement: string): EntryCounts;
}

export interface Scores {
  of(cluster: string, resource: string): AddOnPlacementScore | undefined;
}
