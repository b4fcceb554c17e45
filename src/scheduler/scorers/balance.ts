import { keyOf } from '../../api/meta.js';
import type { Scorer } from '../plugin.js';

/** Prefers clusters that the other placements use least. */
export const balance: Scorer = {
  name: 'Balance',
  score(placement, clusters, { decisions }) {
    const own = decisions.of(keyOf(placement));
    const foreign = (cluster: string): number => (decisions.total.get(cluster) ?? 0) - (own.get(cluster) ?? 0);
    let most = 0;
    for (const cluster of decisions.total.keys()) most = Math.max(most, foreign(cluster));
    return { values: clusters.map(({ metadata }) => scoreOf(foreign(metadata.name), most)) };
  },
};

const scoreOf = (count: number, most: number): number =>
  count === 0 ? 100 : 2 * Math.trunc(100 * (0.5 - count / most));
