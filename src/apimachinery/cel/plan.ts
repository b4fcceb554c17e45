import type { Facts } from './check.js';
import type { Expr, ExprOf } from './expression.js';
import { planFold } from './fold.js';
import { attempt, type Compiler, type Step } from './frame.js';
import { dispatch, type Overload } from './library.js';
import { isDynamic } from './type.js';
import {
  CelError,
  CelList,
  CelMap,
  mapKey,
  noSuchOverload,
  Optional,
  typeNameOf,
  Uint,
  type Value,
  ValueList,
  ValueMap,
} from './value.js';

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
    return isChain(operand) ? 1 : 2;
  }

  #select({ operand, field, mode }: ExprOf<'select'>): Step {
    const from = this.plan(operand);
    const cost = this.#rootCost(operand);
    const read = READERS[mode];
    return (frame) => {
      const found = read(from(frame), field);
      // A test is free, and so is an optional step that leads nowhere.
      const isFree = mode === 'test' || found === Optional.none;
      frame.charge(isFree ? cost - 1 : cost);
      return found;
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
        return conditional(steps, args.map(isChain));
      case '_[_]':
      case '_[?_]':
        return indexed(expr.name, steps, args[0] ? this.#rootCost(args[0]) : 1);
    }
    const overloads = resolved?.overloads ?? [];
    const [first] = args;
    const isOnOptional = first && this.#facts.types.get(first)?.kind === 'optional';
    if (isOnOptional && (expr.name === 'or' || expr.name === 'orValue')) return alternative(steps, expr.name);
    const isStatic = args.every((arg) => !isDynamic(this.#facts.types.get(arg) ?? { kind: 'dyn' }));
    // What only running can tell apart costs as little as the cheapest.
    const cost = expr.name === '@in' && overloads.length > 1 ? 1 : undefined;
    return applied(overloads, steps, !isStatic || overloads.length > 1, cost);
  }
}

const isChain = (expr: Expr): boolean =>
  expr.op === 'ident' ||
  expr.op === 'select' ||
  (expr.op === 'call' && (expr.name === '_[_]' || expr.name === '_[?_]'));

const member = (value: Value, field: string): Value | undefined =>
  value instanceof CelMap
    ? value.get(field)
    : value instanceof Optional && value.hasValue
      ? member(value.value, field)
      : undefined;

const READERS: Readonly<Record<'plain' | 'test' | 'optional', (value: Value, field: string) => Value>> = {
  plain(value, field) {
    const found = member(value, field);
    if (value instanceof Optional) return Optional.from(found);
    if (found === undefined) throw new CelError(`no such key: ${field}`);
    return found;
  },
  test: (value, field) => member(value, field) !== undefined,
  optional: (value, field) => Optional.from(member(value, field)),
};

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
    return new ValueMap(values);
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

/** `or` and `orValue` look at their argument only when there is no value. */
function alternative([optional, other]: readonly Step[], name: 'or' | 'orValue'): Step {
  if (!optional || !other) throw new Error('an optional has one alternative');
  return (frame) => {
    const first = optional(frame);
    if (!(first instanceof Optional)) throw noSuchOverload();
    if (!first.hasValue) return other(frame);
    return name === 'or' ? first : first.value;
  };
}

function indexed(name: '_[_]' | '_[?_]', [operand, key]: readonly Step[], cost: number): Step {
  if (!operand || !key) throw new Error('an index has two operands');
  return (frame) => {
    const from = operand(frame);
    const index = key(frame);
    const found = element(from, index);
    frame.charge(found === undefined ? cost - 1 : cost);
    if (name === '_[?_]' || from instanceof Optional) return Optional.from(found);
    if (found !== undefined) return found;
    const shown = index instanceof Uint ? index.value : String(index);
    throw new CelError(from instanceof CelList ? `index out of bounds: ${shown}` : `no such key: ${shown}`);
  };
}

function element(from: Value, key: Value): Value | undefined {
  if (from instanceof CelMap) return from.get(key);
  if (from instanceof Optional) return from.hasValue ? element(from.value, key) : undefined;
  if (!(from instanceof CelList)) return undefined;
  const index = mapKey(key);
  if (typeof index !== 'bigint') throw new CelError(`unsupported index type '${typeNameOf(key)}' in list`);
  return index >= 0n && index < BigInt(from.size) ? from.at(Number(index)) : undefined;
}

/** A branch that is nothing but names is not charged for its root, as in cel-go. */
function conditional([condition, yes, no]: readonly Step[], [, yesIsChain, noIsChain]: readonly boolean[]): Step {
  if (!condition || !yes || !no) throw new Error('a conditional has three operands');
  return (frame) => {
    const chosen = condition(frame);
    if (typeof chosen !== 'boolean') throw noSuchOverload();
    if (chosen ? yesIsChain : noIsChain) frame.charge(-1);
    return chosen ? yes(frame) : no(frame);
  };
}
