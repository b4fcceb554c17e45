import type { ManagedCluster } from '../api/cluster.js';
import type { Placement } from '../api/placement.js';
import type { Snapshot } from './snapshot.js';

export type Verdict =
  /** `untilMs`: the moment the verdict may change by itself. */
  | { readonly fits: true; readonly untilMs?: number }
  /** `failure`: what went wrong while judging, if the cluster was not simply refused. */
  | { readonly fits: false; readonly reason: string; readonly failure?: string };

export const FITS: Verdict = { fits: true };

export type Judge = (cluster: ManagedCluster) => Verdict;

export interface Filter {
  readonly name: string;
  /** Called once per schedule and only when clusters are left to judge; throws `Misconfigured`. */
  prepare(placement: Placement, snapshot: Snapshot): Judge;
  /** Why the cluster does not fit, clause by clause; for people. */
  explain(placement: Placement, cluster: ManagedCluster, snapshot: Snapshot): readonly string[];
}

export interface ScoreColumn {
  /** In the order of the clusters; a cluster without a score counts as 0. */
  readonly values: readonly (number | undefined)[];
  /** The scores are used, but something about them is wrong. */
  readonly warning?: string;
  readonly untilMs?: number;
}

/** Higher is preferred; built-in scores lie within -100..100. */
export interface Scorer {
  readonly name: string;
  score(placement: Placement, clusters: readonly ManagedCluster[], snapshot: Snapshot): ScoreColumn;
}

/** The placement cannot be scheduled until someone edits it. */
export class Misconfigured extends Error {
  override readonly name = 'Misconfigured';
  /** The rule that found it; empty for the prioritizer policy, the group strategy and the spec as a whole. */
  readonly plugin: string;

  constructor(plugin: string, message: string) {
    super(message);
    this.plugin = plugin;
  }
}

/** The earlier of two moments, where either may be missing. */
export const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);
