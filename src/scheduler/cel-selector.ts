import type { ManagedCluster } from '../api/cluster.js';
import { compileClusterPredicate } from '../apimachinery/cel/cluster-predicate.js';
import { CelCompileError } from '../apimachinery/cel/compile-error.js';
import { Misconfigured } from './plugin.js';
import type { Scores } from './snapshot.js';

export interface CelSelector {
  /** True when every expression is true; an object when one of them could not be evaluated. */
  evaluate(cluster: ManagedCluster, scores: Scores): Answer;
}

export type Answer = boolean | { readonly failure: string };

/** A placement comes as a new object with every change of its status; its expressions stay the same text. */
const KNOWN = new Map<string, CelSelector>();
const REMEMBERED = 2_000;

/** Throws `Misconfigured` of `plugin` for the first expression that is wrong. */
export function celSelector(plugin: string, expressions: readonly string[]): CelSelector {
  const text = JSON.stringify(expressions);
  const selector = KNOWN.get(text) ?? newSelector(plugin, expressions);
  KNOWN.delete(text);
  KNOWN.set(text, selector);
  for (const oldest of KNOWN.keys()) {
    if (KNOWN.size <= REMEMBERED) break;
    KNOWN.delete(oldest);
  }
  return selector;
}

function newSelector(plugin: string, expressions: readonly string[]): CelSelector {
  const predicate = compile(plugin, expressions);
  const evaluate = (cluster: ManagedCluster, scores: Scores): Answer => {
    const scoresOf = (name: string) => {
      const found = scores.of(cluster.metadata.name, name);
      return found && (found.status?.scores ?? []);
    };
    const { matches, failure } = predicate.evaluate(cluster, scoresOf);
    return failure === undefined ? matches : { failure };
  };
  if (celScoreNames(expressions).length > 0) return { evaluate };
  // Without scores the answer depends on nothing but the cluster, and cluster objects never change.
  const known = new WeakMap<ManagedCluster, Answer>();
  return {
    evaluate: (cluster, scores) => {
      const answer = known.get(cluster) ?? evaluate(cluster, scores);
      known.set(cluster, answer);
      return answer;
    },
  };
}

function compile(plugin: string, expressions: readonly string[]) {
  try {
    return compileClusterPredicate(expressions);
  } catch (error) {
    if (error instanceof CelCompileError) throw new Misconfigured(plugin, `compilation failed: ${error.message}`);
    throw error;
  }
}

const SCORES_CALL = /\.\s*scores\s*\(\s*(?:"([^"\\]*)"\s*\)|'([^'\\]*)'\s*\))?/g;

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
