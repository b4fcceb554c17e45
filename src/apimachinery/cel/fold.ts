import type { ExprOf, FoldKind } from './expression.js';
import { attempt, type Compiler, type Frame, isIterable, type Step } from './frame.js';
import { CelError, CelList, CelMap, noSuchOverload, type Value, ValueList, ValueMap } from './value.js';

/** What cel-go spends per element on its accumulator, besides the predicate and the transformation. */
const COST = {
  /** Asking whether an `all` is still true: the accumulator and the test. */
  allTest: 2,
  existsTest: 3,
  accumulator: 1,
  /** `accumulator + [x]`: the accumulator, a list and the addition. */
  append: 12,
  increment: 2,
  /** `mapInsert(accumulator, key, value)`, or an entry that is a map itself. */
  insert: 3,
  insertEntry: 2,
  result: 1,
  countResult: 2,
};

interface Fold {
  readonly range: Step;
  readonly slots: readonly number[];
  readonly predicate: Step | undefined;
  readonly transform: Step | undefined;
}

export function planFold(expr: ExprOf<'fold'>, planner: Compiler): Step {
  const range = planner.plan(expr.range);
  return planner.within(expr.variables, (slots, inner) => {
    const predicate = expr.predicate && inner.plan(expr.predicate);
    const transform = expr.transform && inner.plan(expr.transform);
    return FOLDS[expr.kind]({ range, slots, predicate, transform });
  });
}

/** Puts each element into the variables in turn; `visit` ends the loop by returning false. */
function iterate({ range, slots }: Fold, frame: Frame, visit: (first: Value) => boolean): void {
  const over = range(frame);
  if (!isIterable(over)) throw noSuchOverload();
  const [first = 0, second] = slots;
  let index = 0n;
  for (const item of over instanceof CelList ? over : over.keys()) {
    const isIndexed = over instanceof CelList && second !== undefined;
    frame.slots[first] = isIndexed ? index : item;
    if (second !== undefined) frame.slots[second] = over instanceof CelMap ? (over.get(item) ?? null) : item;
    index += 1n;
    if (!visit(frame.slots[first] ?? null)) return;
  }
}

const quantified =
  (deciding: boolean, test: number) =>
  (fold: Fold): Step =>
  (frame) => {
    let failure: CelError | undefined;
    let isDecided = false;
    iterate(fold, frame, () => {
      frame.charge(test);
      if (isDecided) return false;
      frame.charge(COST.accumulator);
      const holds = attempt(fold.predicate as Step, frame);
      if (holds === deciding) isDecided = true;
      else if (holds instanceof CelError) failure ??= holds;
      else if (typeof holds !== 'boolean') failure ??= noSuchOverload();
      return true;
    });
    frame.charge(COST.result);
    if (isDecided) return deciding;
    if (failure) throw failure;
    return !deciding;
  };

function passes(fold: Fold, frame: Frame): boolean {
  const holds = fold.predicate ? fold.predicate(frame) : true;
  if (typeof holds !== 'boolean') throw noSuchOverload();
  return holds;
}

const existsOne =
  (fold: Fold): Step =>
  (frame) => {
    let count = 0;
    iterate(fold, frame, () => {
      if (passes(fold, frame)) {
        frame.charge(COST.increment);
        count += 1;
      }
      return true;
    });
    frame.charge(COST.countResult);
    return count === 1;
  };

const collected =
  (pick: (fold: Fold, frame: Frame, first: Value) => Value) =>
  (fold: Fold): Step =>
  (frame) => {
    const items: Value[] = [];
    iterate(fold, frame, (first) => {
      if (passes(fold, frame)) {
        items.push(pick(fold, frame, first));
        frame.charge(COST.append);
      }
      return true;
    });
    frame.charge(COST.result);
    return new ValueList(items);
  };

const transformed = (fold: Fold, frame: Frame): Value => (fold.transform as Step)(frame);

const mapped =
  (cost: number, entriesOf: (first: Value, result: Value) => Iterable<readonly [Value, Value]>) =>
  (fold: Fold): Step =>
  (frame) => {
    const entries: (readonly [Value, Value])[] = [];
    iterate(fold, frame, (first) => {
      if (passes(fold, frame)) {
        entries.push(...entriesOf(first, transformed(fold, frame)));
        frame.charge(cost);
      }
      return true;
    });
    frame.charge(COST.result);
    const map = new ValueMap(entries);
    if (map.size < entries.length) throw new CelError('insert failed: key already exists');
    return map;
  };

function* entriesOf(_: Value, map: Value): Iterable<readonly [Value, Value]> {
  if (!(map instanceof CelMap)) throw noSuchOverload();
  for (const key of map.keys()) yield [key, map.get(key) ?? null];
}

const FOLDS: Readonly<Record<FoldKind, (fold: Fold) => Step>> = {
  all: quantified(false, COST.allTest),
  exists: quantified(true, COST.existsTest),
  existsOne,
  filter: collected((_fold, frame, first) => {
    frame.charge(1);
    return first;
  }),
  map: collected(transformed),
  transformList: collected(transformed),
  transformMap: mapped(COST.insert, (first, result) => [[first, result]]),
  transformMapEntry: mapped(COST.insertEntry, entriesOf),
};
