import type { ManagedCluster } from '../../api/cluster.js';
import { parseQuantity } from '../../apimachinery/quantity.js';
import { memo } from '../memo.js';
import type { Scorer } from '../plugin.js';

/** Prefers clusters with much of the resource left, compared with the other clusters that fit. */
const allocatable = (name: string, resource: 'cpu' | 'memory'): Scorer => ({
  name,
  score(_placement, clusters) {
    const amounts = clusters.map((cluster) => amountsOf(cluster)[resource]);
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const amount of amounts) {
      if (amount === undefined) continue;
      least = Math.min(least, amount);
      most = Math.max(most, amount);
    }
    const scoreOf = (amount: number): number =>
      most === least ? 100 : Math.trunc(((amount - least) / (most - least) - 0.5) * 2 * 100);
    return { values: amounts.map((amount) => (amount === undefined ? undefined : scoreOf(amount))) };
  },
});

export const allocatableCpu = allocatable('ResourceAllocatableCPU', 'cpu');
export const allocatableMemory = allocatable('ResourceAllocatableMemory', 'memory');

/** Parsing quantities again for every schedule would cost more than the rest of it. */
const amountsOf = memo((cluster: ManagedCluster) => ({
  cpu: parseAmount(cluster, 'cpu'),
  memory: parseAmount(cluster, 'memory'),
}));

function parseAmount({ status }: ManagedCluster, resource: string): number | undefined {
  const text = status?.allocatable?.[resource];
  if (text === undefined || status?.capacity?.[resource] === undefined) return undefined;
  return parseQuantity(String(text)).toNumber();
}
