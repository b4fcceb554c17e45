import { keyOf } from '../../api/meta.js';
import type { Scorer } from '../plugin.js';

/** Prefers clusters the placement already holds, so a tie never moves a workload. */
export const steady: Scorer = {
  name: 'Steady',
  score(placement, clusters, { decisions }) {
    const held = decisions.of(keyOf(placement));
    return { values: clusters.map(({ metadata }) => (held.has(metadata.name) ? 100 : 0)) };
  },
};
