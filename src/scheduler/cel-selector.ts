import type { ManagedCluster } from '../api/cluster.js';
import { Misconfigured } from './plugin.js';
import type { Scores } from './snapshot.js';

export interface CelSelector {
  /** True when every expression is true; an object when one of them could not be evaluated. */
  evaluate(cluster: ManagedCluster, scores: Scores): boolean | { readonly failure: string };
}
export function celSelector(plugin: string, expressions: readonly string[]): CelSelector {
  throw new Misconfigured(plugin, `compilation failed: not yet ${expressions[0]}`);
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
