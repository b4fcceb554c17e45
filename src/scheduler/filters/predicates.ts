import type { ManagedCluster } from '../../api/cluster.js';
import type { Predicate } from '../../api/placement.js';
import { type CelSelector, celSelector } from '../cel-selector.js';
import { clusterSelector, unmet } from '../cluster-selector.js';
import { memo } from '../memo.js';
import { FITS, type Filter, type Verdict } from '../plugin.js';
import type { Snapshot } from '../snapshot.js';

const NAME = 'Predicate';

/** Keeps clusters that match at least one predicate of the placement; all of them when it has none. */
export const predicates: Filter = {
  name: NAME,
  prepare({ spec }, snapshot) {
    if (!spec.predicates || spec.predicates.length === 0) return () => FITS;
    const compiled = compiledOf(spec.predicates);
    return (cluster) => judge(compiled, cluster, snapshot);
  },
  explain({ spec }, cluster, snapshot) {
    return (spec.predicates ?? []).map((predicate, at) => {
      const why = [
        ...unmet(predicate.requiredClusterSelector ?? {}, cluster),
        ...celProblems(predicate, cluster, snapshot),
      ];
      return `predicate ${at + 1}: ${why.length > 0 ? why.join('; ') : 'matches'}`;
    });
  },
};

interface Compiled {
  readonly matches: (cluster: ManagedCluster) => boolean;
  readonly cel: CelSelector | undefined;
}

/** Compiling CEL costs more than judging a cluster. */
const compiledOf = memo((list: readonly Predicate[]): readonly Compiled[] => list.map(compile));

function compile({ requiredClusterSelector: selector = {} }: Predicate): Compiled {
  const expressions = selector.celSelector?.celExpressions ?? [];
  return {
    matches: clusterSelector(NAME, selector),
    cel: expressions.length > 0 ? celSelector(NAME, expressions) : undefined,
  };
}

const REFUSED = { fits: false, reason: 'no predicate matches' } as const;

function judge(compiled: readonly Compiled[], cluster: ManagedCluster, snapshot: Snapshot): Verdict {
  let failure: string | undefined;
  for (const { matches, cel } of compiled) {
    if (!matches(cluster)) continue;
    if (!cel) return FITS;
    const result = cel.evaluate(cluster, snapshot.scores);
    if (result === true) return FITS;
    if (result !== false) failure ??= result.failure;
  }
  return failure === undefined ? REFUSED : { ...REFUSED, failure };
}

function celProblems({ requiredClusterSelector }: Predicate, cluster: ManagedCluster, { scores }: Snapshot): string[] {
  return (requiredClusterSelector?.celSelector?.celExpressions ?? []).flatMap((expression) => {
    const answer = celSelector(NAME, [expression]).evaluate(cluster, scores);
    if (answer === true) return [];
    return [`CEL ${expression}: ${answer === false ? 'not true' : answer.failure}`];
  });
}
