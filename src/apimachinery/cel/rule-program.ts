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
  readonly rule: Program | CelCompileError;
  readonly message: Program | CelCompileError | undefined;
  /** Reads `oldSelf`: runs only on updates, unless the old value is optional. */
  readonly isTransition: boolean;
}

function environmentOf(self: CelType, isOldOptional: boolean): Environment {
  return createEnvironment({
    functions: [...SHARED_LIBRARIES, SETS, SEMVER_NORMALIZING],
    macros: new Set(['optional', 'twoVariables']),
    variables: { self, oldSelf: isOldOptional ? optionalOf(self) : self },
  });
}

function compile(environment: Environment, expression: string): Program | CelCompileError {
  try {
    return environment.compile(expression);
  } catch (error) {
    if (error instanceof CelCompileError) return error;
    throw error;
  }
}

export function compileRule(source: CelRule, schema: StructuralSchema): RuleProgram {
  const environment = environmentOf(typeOfSchema(schema), source.optionalOldSelf === true);
  const rule = compile(environment, source.rule);
  return {
    source,
    rule,
    message: source.messageExpression === undefined ? undefined : compile(environment, source.messageExpression),
    isTransition: !(rule instanceof CelCompileError) && rule.reads.has('oldSelf'),
  };
}
