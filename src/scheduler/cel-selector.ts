import type { ManagedCluster } from '../api/cluster.js';
import { type ClusterPredicate, compileClusterPredicate } from '../apimachinery/cel/cluster-predicate.js';
import { CelCompileError } from '../apimachinery/cel/compile-error.js';
import { Misconfigured } from './plugin.js';
import type { Scores } from './snapshot.js';

export interface CelSelector {
  /** True when every expression is true; an object when one of them could not be evaluated. */
  evaluate(cluster: ManagedCluster, scores: Scores): boolean | { readonly failure: string };
}

/** Throws `Misconfigured` with the compiler's message for the first expression that is wrong. */
export function celSelector(plugin: string, expressions: readonly string[]): CelSelector {
  const predicate = compiled(plugin, expressions);
  return {
    evaluate(cluster, scores) {
      const { matches, failure } = predicate.evaluate(cluster, (name) => {
        const score = scores.of(cluster.metadata.name, name);
        return score && (score.status?.scores ?? []);
      });
      return failure === undefined ? matches : { failure };
    },
  };
}

function compiled(plugin: string, expressions: readonly string[]): ClusterPredicate {
  try {
    return compileClusterPredicate(expressions);
  } catch (error) {
    if (error instanceof CelCompileError) throw new Misconfigured(plugin, `compilation failed: ${error.message}`);
    throw error;
  }
}

const SCORES_CALL = /\.scores\(\s*(?:"([^"\\]*)"|'([^'\\]*)')?/g;

/** Names of the AddOnPlacementScores the expressions read; `any` when a name is computed. */
export function celScoreNames(expressions: readonly string[]): readonly string[] | 'any' {
  const names: string[] = [];
  for (const expression of expressions) {
    for (const [, double, single] of expression.matchAll(SCORES_CALL)) {
      const name = double ?? single;
      if (name === undefined) return 'any';
      names.push(name);
    }
  }
  return names;
}
