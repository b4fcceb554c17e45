import type { Facts } from './check.js';
import type { Expr, ExprOf } from './expression.js';
import { planFold } from './fold.js';
import { attempt, type Compiler, type Step } from './frame.js';
import { dispatch, type Overload } from './library.js';
import { isDynamic } from './type.js';
import { CelError, CelMap, noSuchOverload, Optional, type Value, ValueList, ValueMap } from './value.js';

/** Compiles checked expressions to functions; costs are those of cel-go. */
export class Planner implements Compiler {
  readonly #facts: Facts;
  readonly #roots: number;
  #scope: ReadonlyMap<string, number>;
  #slots: number;
  /** The variables of the environment that are read. */
  readonly reads = new Set<string>();

  constructor(facts: Facts, variables: readonly string[]) {
    this.#facts = facts;
    this.#scope = new Map(variables.map((name, slot) => [name, slot]));
    this.#slots = variables.length;
    this.#roots = variables.length;
  }

  plan(expr: Expr): Step {
    const typeName = this.#facts.typeNames.get(expr);
    if (typeName) return () => typeName;
    switch (expr.op) {
      case 'const': {
        const { value } = expr;
        return () => value;
      }
      case 'ident':
        return this.#ident(expr.name);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return listStep(expr.items.map((item) => this.plan(item)));
      case 'map':
        return mapStep(expr.entries.map(([key, value]) => [this.plan(key), this.plan(value)]));
      case 'fold':
        return planFold(expr, this);
      case 'bind': {
        const value = this.plan(expr.value);
        return this.within([expr.name], ([slot = 0], planner) => {
          const body = planner.plan(expr.body);
          return (frame) => {
            frame.slots[slot] = value(frame);
            return body(frame);
          };
        });
      }
    }
  }

  within<T>(names: readonly string[], plan: (slots: readonly number[], planner: Compiler) => T): T {
    const outer = this.#scope;
    const slots = names.map((_, index) => this.#slots + index);
    this.#slots += names.length;
    this.#scope = new Map([...outer, ...names.map((name, index) => [name, slots[index] ?? 0] as const)]);
    const result = plan(slots, this);
    this.#scope = outer;
    return result;
  }

  #ident(name: string): Step {
    const slot = this.#scope.get(name) ?? -1;
    if (slot < this.#roots) this.reads.add(name);
    return (frame) => {
      frame.charge(1);
      const value = frame.slots[slot];
      if (value === undefined) throw new CelError(`no such attribute(s): ${name}`);
      return value;
    };
  }

  /** A chain of selects costs one for its root and one for each step. */
  #rootCost(operand: Expr): number {
    const isChain =
      operand.op === 'ident' || operand.op === 'select' || (operand.op === 'call' && operand.name === '_[_]');
    return isChain ? 1 : 2;
  }

  #select({ operand, field, mode }: ExprOf<'select'>): Step {
    const from = this.plan(operand);
    const cost = this.#rootCost(operand);
    const read = READERS[mode];
    return (frame) => {
      const value = from(frame);
      frame.charge(cost);
      return read(value, field);
    };
  }

  #call(expr: ExprOf<'call'>): Step {
    const resolved = this.#facts.calls.get(expr);
    const args = resolved?.args ?? expr.args;
    const steps = args.map((arg) => this.plan(arg));
    switch (expr.name) {
      case '_&&_':
        return logical(steps, false);
      case '_||_':
        return logical(steps, true);
      case '_?_:_':
        return conditional(steps);
    }
    const overloads = resolved?.overloads ?? [];
    if (expr.name === '_[_]' && args[0]) return applied(overloads, steps, true, this.#rootCost(args[0]));
    const isStatic = args.every((arg) => !isDynamic(this.#facts.types.get(arg) ?? { kind: 'dyn' }));
    return applied(overloads, steps, !isStatic || overloads.length > 1);
  }
}

const READERS: Readonly<Record<'plain' | 'test' | 'optional', (value: Value, field: string) => Value>> = {
  plain(value, field) {
    if (value instanceof CelMap) {
      const found = value.get(field);
      if (found === undefined) throw new CelError(`no such key: ${field}`);
      return found;
    }
    if (value instanceof Optional) return optionalField(value, field);
    throw noSuchOverload();
  },
  test(value, field) {
    if (value instanceof CelMap) return value.get(field) !== undefined;
    if (value instanceof Optional) return optionalField(value, field).hasValue;
    throw noSuchOverload();
  },
  optional(value, field) {
    if (value instanceof CelMap) return Optional.from(value.get(field));
    if (value instanceof Optional) return optionalField(value, field);
    throw noSuchOverload();
  },
};

function optionalField(optional: Optional, field: string): Optional {
  if (!optional.hasValue) return Optional.none;
  const { value } = optional;
  if (value instanceof CelMap) return Optional.from(value.get(field));
  throw noSuchOverload();
}

const LIST_COST = 10;
const MAP_COST = 30;

const listStep =
  (items: readonly Step[]): Step =>
  (frame) => {
    const values = items.map((item) => item(frame));
    frame.charge(LIST_COST);
    return new ValueList(values);
  };

const mapStep =
  (entries: readonly (readonly [Step, Step])[]): Step =>
  (frame) => {
    const values = entries.map(([key, value]) => [key(frame), value(frame)] as const);
    frame.charge(MAP_COST);
    const map = new ValueMap(values);
    if (map.size < values.length) throw new CelError('Failed with repeated key');
    return map;
  };

function applied(overloads: readonly Overload[], steps: readonly Step[], isDispatched: boolean, cost?: number): Step {
  const [only] = overloads;
  return (frame) => {
    const args = steps.map((step) => step(frame));
    const overload = only && !isDispatched ? only : dispatch(overloads, args);
    frame.charge(cost ?? overload.cost?.(args) ?? 1);
    return overload.run(...args);
  };
}

/** `&&` and `||`: whichever side decides makes an error of the other side irrelevant. */
function logical([left, right]: readonly Step[], deciding: boolean): Step {
  if (!left || !right) throw new Error('a logical operator has two operands');
  return (frame) => {
    const first = attempt(left, frame);
    if (first === deciding) return deciding;
    const second = attempt(right, frame);
    if (second === deciding) return deciding;
    if (first instanceof CelError) throw first;
    if (second instanceof CelError) throw second;
    if (typeof first !== 'boolean' || typeof second !== 'boolean') throw noSuchOverload();
    return !deciding;
  };
}

function conditional([condition, yes, no]: readonly Step[]): Step {
  if (!condition || !yes || !no) throw new Error('a conditional has three operands');
  return (frame) => {
    const chosen = condition(frame);
    if (typeof chosen !== 'boolean') throw noSuchOverload();
    return chosen ? yes(frame) : no(frame);
  };
}
