import { readFileSync } from 'node:fs';
import test from 'ava';
import { SHARED_LIBRARIES } from '../../../src/apimachinery/cel/cluster-predicate.js';
import { SETS } from '../../../src/apimachinery/cel/collections.js';
import { CelCompileError } from '../../../src/apimachinery/cel/compile-error.js';
import { createEnvironment } from '../../../src/apimachinery/cel/environment.js';
import { SEMVER_NORMALIZING } from '../../../src/apimachinery/cel/semver.js';
import { DYN } from '../../../src/apimachinery/cel/type.js';
import { CelError, goTypeOf } from '../../../src/apimachinery/cel/value.js';

/**
 * Answers of Kubernetes' own library (k8s.io/apiserver 0.34.4) to expressions of ours. `cost` is missing where Kubernetes
 * computes constants when it compiles, which makes them free; here they cost what computing them costs.
 */
interface Answer {
  readonly expression: string;
  readonly refused?: string;
  readonly fails?: string;
  readonly value?: string;
  readonly type?: string;
  readonly cost?: number;
}

const environment = createEnvironment({
  functions: [...SHARED_LIBRARIES, SETS, SEMVER_NORMALIZING],
  macros: new Set(['optional', 'twoVariables']),
  variables: { object: DYN },
});

const object = {
  metadata: { name: 'web', labels: { app: 'web', 'a/b': 'c' } },
  spec: { replicas: 3, ratio: 0.5, paused: true, list: [3, 1, 2], empty: [], nothing: null },
  status: { active: 1, since: '2026-02-03T04:05:06.789Z' },
};

function answer(expression: string): Omit<Answer, 'expression'> {
  try {
    const { value, cost } = environment.compile(expression).evaluate({ object }, 1_000_000);
    return { value: String(value), type: goTypeOf(value), cost };
  } catch (error) {
    if (error instanceof CelCompileError) return { refused: error.message };
    if (error instanceof CelError) return { fails: error.message };
    throw error;
  }
}

test('expressions give, cost and say what they do in Kubernetes', (t) => {
  const lines = readFileSync('test/fixtures/cel-kubernetes.jsonl', 'utf8').trim().split('\n');
  t.true(lines.length > 250);
  for (const line of lines) {
    const { expression, ...expected } = JSON.parse(line) as Answer;
    t.like(answer(expression), expected, expression);
  }
});
