import type { RolloutStrategy } from '../api/rollout.js';
import { type RolloutSettings, settingsOf, sizeOf } from './rollout-settings.js';
import type { ClusterRollout } from './rollout-state.js';

/** A decision group with its clusters. */
export interface RolloutGroup {
  readonly index: number;
  readonly name: string;
  readonly clusters: readonly string[];
}

export interface Rollout {
  /** Clusters that are in flight, or that get the template now (`ToApply`). */
  readonly candidates: readonly ClusterRollout[];
  readonly timedOut: readonly ClusterRollout[];
  /** More failures than the strategy tolerates: no further cluster starts. */
  readonly breach: boolean;
  /** When time alone changes the answer. */
  readonly recheckMs?: number;
}

/**
 * Pure. Which clusters have the template or get it now. `existing` are the clusters that have it; those outside `groups`
 * do not count. Throws when the strategy cannot be read.
 */
export function planRollout(
  strategy: RolloutStrategy,
  groups: readonly RolloutGroup[],
  existing: readonly ClusterRollout[],
  now: number,
): Rollout {
  const settings = settingsOf(strategy);
  const selected = new Set(groups.flatMap(({ clusters }) => clusters));
  const current = existing
    .filter(({ cluster }) => selected.has(cluster))
    .sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  const walk = { settings, current, now };
  if (strategy.type === 'All') return perCluster(walk, [...selected], selected.size, selected.size);

  const isMandatory = (group: RolloutGroup): boolean =>
    settings.mandatory.some(({ groupName, groupIndex }) =>
      groupName ? group.name === groupName : group.index === groupIndex,
    );
  const mandatory = groups.filter(isMandatory);
  if (mandatory.length > 0) {
    const first = perGroup(walk, mandatory, 0);
    if (first.candidates.length > 0 || first.timedOut.length > 0) return first;
  }
  const rest = groups.filter((group) => !isMandatory(group));
  if (strategy.type === 'ProgressivePerGroup') return perGroup(walk, rest, settings.maxFailures);
  const clusters = rest.flatMap((group) => group.clusters);
  return perCluster(
    walk,
    clusters,
    sizeOf('maxConcurrency', settings.maxConcurrency, clusters.length, clusters.length),
    sizeOf('maxFailures', settings.maxFailures, selected.size, 0),
  );
}

interface Walk {
  readonly settings: RolloutSettings;
  /** By name. */
  readonly current: readonly ClusterRollout[];
  readonly now: number;
}

type Judged = { readonly kind: 'candidate' | 'timedOut' | 'done'; readonly recheckMs?: number };

/** Whether a cluster that has the template is still in flight. */
function judge({ state, since }: ClusterRollout, { settings, now }: Walk): Judged {
  const passed = now - (since ?? now);
  switch (state) {
    case 'ToApply':
      return { kind: 'candidate' };
    case 'TimeOut':
    case 'Skip':
      return { kind: 'done' };
    case 'Succeeded': {
      const left = settings.minSuccessMs - passed;
      return left > 0 ? { kind: 'candidate', recheckMs: left } : { kind: 'done' };
    }
    default: {
      if (settings.deadlineMs === undefined) return { kind: 'candidate' };
      const left = settings.deadlineMs - passed;
      return left > 0 ? { kind: 'candidate', recheckMs: left } : { kind: 'timedOut' };
    }
  }
}

/** Collects what is in flight while clusters are visited. */
class Tally {
  readonly candidates: ClusterRollout[] = [];
  readonly timedOut: ClusterRollout[] = [];
  breach = false;
  readonly #walk: Walk;
  #recheckMs: number | undefined;

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  /** True when the cluster counts as a failure. */
  visit(status: ClusterRollout): boolean {
    const { kind, recheckMs } = judge(status, this.#walk);
    if (kind === 'candidate') this.candidates.push(status);
    if (kind === 'timedOut') this.timedOut.push({ ...status, state: 'TimeOut' });
    if (recheckMs !== undefined) this.#recheckMs = Math.min(recheckMs, this.#recheckMs ?? recheckMs);
    return kind === 'timedOut' || status.state === 'Failed' || status.state === 'TimeOut';
  }

  start(cluster: string): void {
    this.candidates.push({ cluster, state: 'ToApply' });
  }

  result(): Rollout {
    const { candidates, timedOut, breach } = this;
    return { candidates, timedOut, breach, ...(this.#recheckMs === undefined ? {} : { recheckMs: this.#recheckMs }) };
  }
}

/** `size` clusters in flight; those in flight are visited first, new ones fill up by name. */
function perCluster(walk: Walk, clusters: readonly string[], size: number, maxFailures: number): Rollout {
  const tally = new Tally(walk);
  let failures = 0;
  for (const status of walk.current) {
    // After a breach nothing that has not begun begins.
    if (tally.breach && status.state === 'ToApply') continue;
    if (tally.visit(status)) {
      failures += 1;
      tally.breach = failures > maxFailures;
    }
    if (tally.candidates.length >= size) return tally.result();
  }
  if (tally.breach) return tally.result();
  const known = new Set(walk.current.map(({ cluster }) => cluster));
  for (const cluster of clusters.filter((name) => !known.has(name)).sort()) {
    if (tally.candidates.length >= size) break;
    tally.start(cluster);
  }
  return tally.result();
}

/**
 * One group after the other. As upstream does it, clusters in flight of every group are collected before the groups are
 * walked, and failures are subtracted from them: a group can start early or late because of another one.
 */
function perGroup(walk: Walk, groups: readonly RolloutGroup[], maxFailures: number | string): Rollout {
  const tally = new Tally(walk);
  const failed = new Set<string>();
  const begun = new Set<string>();
  for (const status of walk.current) {
    if (status.state === 'ToApply') continue;
    begun.add(status.cluster);
    if (tally.visit(status)) failed.add(status.cluster);
  }
  let total = 0;
  for (const { clusters } of groups) {
    const tolerated = sizeOf('maxFailures', maxFailures, clusters.length, 0);
    const failures = clusters.filter((cluster) => failed.has(cluster)).length;
    tally.breach = failures > tolerated;
    for (const cluster of clusters.filter((name) => !begun.has(name)).sort()) tally.start(cluster);
    total += failures;
    if (tally.candidates.length - total > 0 || tally.breach) break;
  }
  return tally.result();
}
