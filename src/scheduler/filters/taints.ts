import type { ManagedCluster } from '../../api/cluster.js';
import { keyOf } from '../../api/meta.js';
import type { Taint, Toleration } from '../../api/taint.js';
import { earlier, FITS, type Filter, Misconfigured, type Verdict } from '../plugin.js';

const NAME = 'TaintToleration';

/** Drops clusters with a taint that no toleration of the placement covers. */
export const taints: Filter = {
  name: NAME,
  prepare(placement, { now, decisions }) {
    const tolerations = placement.spec.tolerations ?? [];
    for (const toleration of tolerations) check(toleration);
    const held = decisions.of(keyOf(placement));
    return (cluster) => judge(cluster, tolerations, held.has(cluster.metadata.name), now.getTime());
  },
  explain(placement, cluster, { now, decisions }) {
    const held = decisions.of(keyOf(placement)).has(cluster.metadata.name);
    return (cluster.spec.taints ?? [])
      .filter((taint) => tolerated(taint, placement.spec.tolerations ?? [], held, now.getTime()) === undefined)
      .map((taint) => `taint ${describe(taint)} is not tolerated`);
  },
};

function check({ key, operator, value }: Toleration): void {
  if (!key && operator !== 'Exists') throw new Misconfigured(NAME, 'If the key is empty, operator must be Exists.');
  if (operator === 'Exists' && value) {
    throw new Misconfigured(NAME, 'If the operator is Exists, the value should be empty.');
  }
}

function judge(cluster: ManagedCluster, tolerations: readonly Toleration[], held: boolean, now: number): Verdict {
  const list = cluster.spec.taints;
  if (!list || list.length === 0) return FITS;
  let untilMs: number | undefined;
  for (const taint of list) {
    const until = tolerated(taint, tolerations, held, now);
    if (until === undefined) return { fits: false, reason: `untolerated taint ${describe(taint)}` };
    if (until !== FOR_EVER) untilMs = earlier(untilMs, until);
  }
  return untilMs === undefined ? FITS : { fits: true, untilMs };
}

const FOR_EVER = Number.POSITIVE_INFINITY;

/** The moment in milliseconds until which the taint is tolerated; undefined when it is not. */
function tolerated(taint: Taint, tolerations: readonly Toleration[], held: boolean, now: number): number | undefined {
  if (taint.effect === 'PreferNoSelect') return FOR_EVER;
  if (taint.effect === 'NoSelectIfNew' && held) return FOR_EVER;
  for (const toleration of tolerations) {
    if (!covers(toleration, taint)) continue;
    const until = expiry(toleration, taint);
    if (now < until) return until;
  }
  return undefined;
}

function covers({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (!operator || operator === 'Equal') return (value ?? '') === (taint.value ?? '');
  return operator === 'Exists';
}

/** Without a start a bounded toleration is over: the countdown began in year 1. */
function expiry({ tolerationSeconds }: Toleration, { timeAdded }: Taint): number {
  if (tolerationSeconds === undefined) return FOR_EVER;
  return timeAdded ? Date.parse(timeAdded) + tolerationSeconds * 1000 : Number.NEGATIVE_INFINITY;
}

const describe = ({ key, value, effect }: Taint): string => `${key}${value ? `=${value}` : ''}:${effect}`;
