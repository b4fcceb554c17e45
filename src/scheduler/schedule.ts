import type { ManagedCluster } from '../api/cluster.js';
import type { Placement } from '../api/placement.js';
import { type Group, grouping, NO_GROUPS } from './groups.js';
import { earlier, Misconfigured, type ScoreColumn } from './plugin.js';
import { prioritizers, type Weighted } from './prioritizers.js';
import type { Profile } from './profile.js';
import type { Snapshot } from './snapshot.js';

/** What was decided, and everything needed to explain it. */
export interface Schedule {
  readonly misconfiguration?: Misconfigured;
  /** Sets bound into the namespace, and those of them the placement uses. */
  readonly boundSets: readonly string[];
  readonly eligibleSets: readonly string[];
  readonly candidates: readonly ManagedCluster[];
  readonly judged: Judged;
  readonly columns: readonly Column[];
  /** Clusters that passed every filter, best first; empty when misconfigured. */
  readonly ranked: readonly Ranked[];
  /** By name. */
  readonly selected: readonly ManagedCluster[];
  readonly unscheduled: number;
  readonly groups: readonly Group[];
  readonly warning?: { readonly plugin: string; readonly message: string };
  /** The moment at which the same world gives another schedule. */
  readonly untilMs?: number;
}

export interface Judged {
  readonly dropped: readonly Dropped[];
  /** By name. */
  readonly fitting: readonly ManagedCluster[];
  readonly untilMs?: number;
}

export interface Dropped {
  readonly cluster: string;
  readonly by: string;
  readonly reason: string;
  readonly failure?: string;
}

export interface Column extends ScoreColumn {
  readonly name: string;
  readonly weight: number;
}

export interface Ranked {
  readonly cluster: ManagedCluster;
  readonly total: number;
}

/** Pure: the same placement, snapshot and profile always give the same schedule. Throws when a set's selector is invalid. */
export function schedule(placement: Placement, snapshot: Snapshot, profile: Profile): Schedule {
  const boundSets = snapshot.fleet.boundSets(placement.metadata.namespace ?? '');
  const eligibleSets = eligible(boundSets, placement.spec.clusterSets);
  const candidates = snapshot.fleet.candidates(eligibleSets);
  const scope = { boundSets, eligibleSets, candidates };
  const decided = orMisconfigured(() => select(placement, candidates, snapshot, profile));
  const strategy = placement.spec.decisionStrategy?.groupStrategy;
  if (decided instanceof Misconfigured) {
    const { misconfiguration = decided } = grouping(strategy, []);
    return { ...scope, ...NOTHING, misconfiguration };
  }
  const { groups, misconfiguration } = grouping(strategy, decided.selected);
  if (!misconfiguration) return { ...scope, ...decided, groups };
  if (groups.length > 0) return { ...scope, ...decided, groups, misconfiguration };
  return { ...scope, ...NOTHING, judged: decided.judged, misconfiguration };
}

const NOTHING = {
  judged: { dropped: [], fitting: [] },
  columns: [],
  ranked: [],
  selected: [],
  unscheduled: 0,
  groups: NO_GROUPS,
} as const;

function orMisconfigured<T>(decide: () => T): T | Misconfigured {
  try {
    return decide();
  } catch (error) {
    if (error instanceof Misconfigured) return error;
    throw error;
  }
}

function eligible(bound: readonly string[], wanted: readonly string[] | undefined): readonly string[] {
  if (!wanted || wanted.length === 0) return bound;
  return bound.filter((name) => wanted.includes(name));
}

function select(placement: Placement, candidates: readonly ManagedCluster[], snapshot: Snapshot, profile: Profile) {
  if (isNameTooLong(placement)) throw new Misconfigured('', 'the name should have at most 63 characters');
  const judged = judge(placement, candidates, snapshot, profile);
  const weighted = prioritizers(placement.spec.prioritizerPolicy, profile.scorers);
  const { numberOfClusters: wanted } = placement.spec;
  checkNumber(wanted, weighted);
  const columns = weighted.map(({ scorer, weight }) => ({
    name: scorer.name,
    weight,
    ...scorer.score(placement, judged.fitting, snapshot),
  }));
  const ranked = rank(judged.fitting, columns);
  const selected = wanted === undefined ? judged.fitting : byName(ranked.slice(0, wanted));
  const untilMs = columns.reduce((until, column) => earlier(until, column.untilMs), judged.untilMs);
  const warned = columns.find(({ warning }) => warning !== undefined);
  return {
    judged,
    columns,
    ranked,
    selected,
    unscheduled: wanted === undefined ? 0 : wanted - selected.length,
    ...(warned?.warning && { warning: { plugin: warned.name, message: warned.warning } }),
    ...(untilMs !== undefined && { untilMs }),
  };
}

/** Decisions carry the name as a label; no decision can be published for a longer one. */
export const isNameTooLong = ({ metadata }: Placement): boolean => metadata.name.length > 63;

/** Numbers for which the decision would never come or never settle. */
function checkNumber(wanted: number | undefined, weighted: readonly Weighted[]): void {
  if (wanted === undefined) return;
  if (wanted < 0) throw new Misconfigured('', `numberOfClusters should not be negative: ${wanted}`);
  const steady = weighted.find(({ scorer, weight }) => scorer.name === 'Steady' && weight < 0);
  if (steady) {
    throw new Misconfigured('', `weight of Steady should not be negative with numberOfClusters: ${steady.weight}`);
  }
}

function judge(
  placement: Placement,
  candidates: readonly ManagedCluster[],
  snapshot: Snapshot,
  { filters }: Profile,
): Judged {
  const dropped: Dropped[] = [];
  let fitting = candidates;
  let untilMs: number | undefined;
  for (const filter of filters) {
    if (fitting.length === 0) break;
    const judgeOne = filter.prepare(placement, snapshot);
    fitting = fitting.filter((cluster) => {
      const verdict = judgeOne(cluster);
      if (verdict.fits) {
        untilMs = earlier(untilMs, verdict.untilMs);
        return true;
      }
      const { fits: _, ...why } = verdict;
      dropped.push({ cluster: cluster.metadata.name, by: filter.name, ...why });
      return false;
    });
  }
  return { dropped, fitting, ...(untilMs !== undefined && { untilMs }) };
}

/** The sort is stable and the input ordered by name, so equal totals stay in name order. */
function rank(fitting: readonly ManagedCluster[], columns: readonly Column[]): readonly Ranked[] {
  const ranked = fitting.map((cluster, row) => ({ cluster, total: totalOf(columns, row) }));
  return ranked.sort((a, b) => b.total - a.total);
}

function totalOf(columns: readonly Column[], row: number): number {
  let total = 0;
  for (const { weight, values } of columns) total += weight * (values[row] ?? 0);
  return total;
}

const byName = (ranked: readonly Ranked[]): readonly ManagedCluster[] =>
  ranked.map(({ cluster }) => cluster).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
