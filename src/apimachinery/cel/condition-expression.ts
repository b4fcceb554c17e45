import { SHARED_LIBRARIES } from './cluster-predicate.js';
import { CelCompileError } from './compile-error.js';
import { createEnvironment, type Environment, type Program } from './environment.js';
import { CelCostError } from './frame.js';
import { toJson } from './json-value.js';
import { declare } from './library.js';
import { BOOL, DYN } from './type.js';
import { CelError, CelList, CelMap, goTypeOf, type Value } from './value.js';

export type ConditionAnswer =
  | { readonly kind: 'value'; readonly value: unknown; readonly type: string; readonly cost: number }
  | { readonly kind: 'error'; readonly message: string };

function hasConditions(value: Value): boolean {
  const conditions = value instanceof CelMap ? value.get('conditions') : undefined;
  return conditions instanceof CelList && conditions.size > 0;
}

const functions = [...SHARED_LIBRARIES, [declare('hasConditions(dyn): bool', hasConditions)]];
const macros = new Set(['optional'] as const);

const forRules = createEnvironment({ functions, macros, variables: { object: DYN } });
const forMessages = createEnvironment({ functions, macros, variables: { object: DYN, result: BOOL } });

const KEPT = 1000;

/** Compiles each expression once and keeps the most recent ones. */
function remembering(environment: Environment): (expression: string) => Program {
  const known = new Map<string, Program>();
  return (expression) => {
    const program = known.get(expression) ?? environment.compile(expression);
    known.delete(expression);
    known.set(expression, program);
    if (known.size > KEPT) known.delete(known.keys().next().value ?? '');
    return program;
  };
}

const rule = remembering(forRules);
const message = remembering(forMessages);

/**
 * Evaluates an expression of a ManifestWork condition rule over `object`, or of its message over `object` and `result`.
 * Never throws for what the expression does; `type` is Go's name of the value's type.
 */
export function evaluateCondition(
  expression: string,
  variables: Readonly<Record<string, unknown>>,
  maxCost: number,
): ConditionAnswer {
  try {
    const program = ('result' in variables ? message : rule)(expression);
    const { value, cost } = program.evaluate(variables, maxCost);
    return { kind: 'value', value: toJson(value), type: goTypeOf(value), cost };
  } catch (error) {
    if (error instanceof CelError || error instanceof CelCostError || error instanceof CelCompileError) {
      return { kind: 'error', message: error.message };
    }
    throw error;
  }
}
