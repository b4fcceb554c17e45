import type { CelRule, StructuralSchema } from '../structural/schema.js';
import { SHARED_LIBRARIES } from './cluster-predicate.js';
import { SETS } from './collections.js';
import { CelCompileError } from './compile-error.js';
import { createEnvironment, type Environment, type Program } from './environment.js';
import { typeOfSchema } from './schema-type.js';
import { SEMVER_NORMALIZING } from './semver.js';
import { type CelType, optionalOf } from './type.js';

/** One entry of `x-kubernetes-validations`, ready to run on values of its schema. */
export interface RuleProgram {
  readonly source: CelRule;
  /** Or what is wrong with it. */
  readonly rule: Program | string;
  readonly message: Program | string | undefined;
  /** Reads `oldSelf`: runs only on updates, unless the old value is optional. */
  readonly isTransition: boolean;
}

function environmentOf(self: CelType, isOldOptional: boolean): Environment {
  return createEnvironment({
    functions: [...SHARED_LIBRARIES, SETS, SEMVER_NORMALIZING],
    macros: new Set(['optional', 'twoVariables']),
    checksLiterals: true,
    variables: { self, oldSelf: isOldOptional ? optionalOf(self) : self },
  });
}

function compile(environment: Environment, expression: string, wanted: 'bool' | 'string'): Program | string {
  try {
    const program = environment.compile(expression);
    if (program.type.kind === wanted) return program;
    return wanted === 'bool' ? 'cel expression must evaluate to a bool' : 'messageExpression must evaluate to a string';
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return `${wanted === 'bool' ? '' : 'messageExpression '}compilation failed: ${error.message}`;
  }
}

export function compileRule(source: CelRule, schema: StructuralSchema): RuleProgram {
  const environment = environmentOf(typeOfSchema(schema), source.optionalOldSelf === true);
  const rule = compile(environment, source.rule, 'bool');
  const { messageExpression } = source;
  return {
    source,
    rule,
    message: !messageExpression ? undefined : compile(environment, messageExpression, 'string'),
    isTransition: typeof rule !== 'string' && rule.reads.has('oldSelf'),
  };
}
