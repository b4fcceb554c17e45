import type { Expr } from './expression.js';
import { CelError, CelList, CelMap, type Value } from './value.js';

/** An evaluation was stopped because it would have cost more than it may. */
export class CelCostError extends Error {
  override readonly name = 'CelCostError';
}

/** One evaluation: the variables by slot, and what has been spent. */
export class Frame {
  readonly slots: Value[];
  readonly #limit: number;
  cost = 0;

  constructor(slots: Value[], limit: number) {
    this.slots = slots;
    this.#limit = limit;
  }

  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.#limit) throw new CelCostError('operation cancelled: actual cost limit exceeded');
  }
}

export type Step = (frame: Frame) => Value;

/** What compiles parts of an expression; `within` puts variables in scope, each in a slot of its own. */
export interface Compiler {
  plan(expr: Expr): Step;
  within<T>(names: readonly string[], plan: (slots: readonly number[], compiler: Compiler) => T): T;
}

/** The value, or the error instead of throwing it. */
export function attempt(step: Step, frame: Frame): Value | CelError {
  try {
    return step(frame);
  } catch (error) {
    if (error instanceof CelError) return error;
    throw error;
  }
}

export const isIterable = (value: Value): value is CelList | CelMap =>
  value instanceof CelList || value instanceof CelMap;
