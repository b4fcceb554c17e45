import { check, type Names } from './check.js';
import { CelCompileError } from './compile-error.js';
import { Expander } from './expand.js';
import { Frame } from './frame.js';
import { fromJson } from './json-value.js';
import { type Declaration, functionsOf } from './library.js';
import type { MacroSet } from './macros.js';
import { Planner } from './plan.js';
import { parseSyntax } from './syntax.js';
import { type CelType, formatType } from './type.js';
import type { Value } from './value.js';

export interface EnvironmentOptions {
  readonly functions: readonly (readonly Declaration[])[];
  readonly macros?: MacroSet;
  readonly variables: Readonly<Record<string, CelType>>;
  /** Times, durations and patterns written in the expression are checked when it is compiled. */
  readonly checksLiterals?: boolean;
}

export interface Evaluation {
  readonly value: Value;
  /** In cel-go's units. */
  readonly cost: number;
}

export interface Program {
  /** What the expression gives; `dyn` when only running it tells. */
  readonly type: CelType;
  /** The variables the expression reads. */
  readonly reads: ReadonlySet<string>;
  /**
   * JSON variables are converted as the expression reads them. Throws `CelError` when the expression fails, and
   * `CelCostError` when it would cost more than `maxCost`.
   */
  evaluate(variables: Readonly<Record<string, unknown>>, maxCost?: number): Evaluation;
}

export interface Environment {
  /** Throws `CelCompileError`. */
  compile(expression: string): Program;
}

const TYPE_NAMES = [
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
  'optional_type',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
];

/** The functions, macros and variables an expression may use. */
export function createEnvironment(options: EnvironmentOptions): Environment {
  const { functions, macros = new Set(), variables, checksLiterals = false } = options;
  const declarations = functions.flat();
  const opaque = declarations.flatMap(({ result }) => (result.kind === 'opaque' ? [formatType(result)] : []));
  const names: Names = {
    functions: functionsOf(declarations),
    variables: new Map(Object.entries(variables)),
    types: new Set([...TYPE_NAMES, ...opaque]),
    checksLiterals,
  };
  return { compile: (expression) => compile(expression, names, macros) };
}

function compile(expression: string, names: Names, macros: MacroSet): Program {
  const expander = new Expander(expression, macros);
  const expr = expander.expand(parseSyntax(expression));
  if (expander.issues.length > 0) throw new CelCompileError(expression, expander.issues);
  const facts = check(expr, names);
  if (facts.issues.length > 0) throw new CelCompileError(expression, facts.issues);
  const variables = [...names.variables.keys()];
  const planner = new Planner(facts, variables);
  const run = planner.plan(expr);
  return {
    reads: planner.reads,
    type: facts.types.get(expr) ?? { kind: 'dyn' },
    evaluate: (values, maxCost = Number.POSITIVE_INFINITY) => {
      const slots = variables.map((name) => slotOf(values, name));
      const frame = new Frame(slots, maxCost);
      const value = run(frame);
      return { value, cost: frame.cost };
    },
  };
}

/** A variable that is not given leaves its slot empty, which reading it reports. */
const slotOf = (values: Readonly<Record<string, unknown>>, name: string): Value =>
  (Object.hasOwn(values, name) && values[name] !== undefined ? fromJson(values[name]) : undefined) as Value;
