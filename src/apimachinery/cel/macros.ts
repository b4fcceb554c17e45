import type { ASTNode } from '@marcbachmann/cel-js';
import type { Issue } from './compile-error.js';
import type { Expr, FoldKind } from './expression.js';

/** Groups of macros an environment may have; `has` and the one-variable comprehensions are always there. */
export type MacroSet = ReadonlySet<'optional' | 'twoVariables'>;

interface Use {
  readonly at: number;
  readonly receiver: ASTNode;
  readonly args: readonly ASTNode[];
  readonly expand: (node: ASTNode) => Expr;
}

type Macro = (use: Use) => Expr | Issue;

/** The macro a method call stands for, if any. */
export function macroOf(enabled: MacroSet, name: string, args: readonly ASTNode[]): Macro | undefined {
  const table = TABLE[`${name}/${args.length}`];
  if (!table || (table.group && !enabled.has(table.group))) return undefined;
  return table.macro;
}

const fold =
  (kind: FoldKind, variables: number, shape: 'predicate' | 'transform' | 'filtered'): Macro =>
  ({ at, receiver, args, expand }) => {
    const names: string[] = [];
    for (const arg of args.slice(0, variables)) {
      if (arg.op !== 'id') return { at: arg.start, message: 'argument is not an identifier' };
      names.push(arg.args);
    }
    const [first, second] = args.slice(variables).map(expand);
    return {
      op: 'fold',
      at,
      kind,
      range: expand(receiver),
      variables: names,
      predicate: shape === 'transform' ? undefined : first,
      transform: shape === 'predicate' ? undefined : shape === 'filtered' ? second : first,
    };
  };

const call = (at: number, name: string, target: Expr | undefined, ...args: Expr[]): Expr => ({
  op: 'call',
  at,
  name,
  target,
  args,
});

/** `x.optMap(v, e)`: e of the value as an optional, or none. */
const optionalMap =
  (isFlat: boolean): Macro =>
  ({ at, receiver, args, expand }) => {
    const [variable, body] = args;
    if (variable?.op !== 'id' || !body) return { at, message: 'argument is not an identifier' };
    const target = expand(receiver);
    const value = expand(body);
    const name = variable.args;
    const bound: Expr = { op: 'bind', at, name, value: call(at, 'value', target), body: value };
    const some = isFlat ? bound : call(at, 'optional.of', undefined, bound);
    return call(at, '_?_:_', undefined, call(at, 'hasValue', target), some, call(at, 'optional.none', undefined));
  };

interface Entry {
  readonly group?: 'optional' | 'twoVariables';
  readonly macro: Macro;
}

/** By name and number of arguments. */
const TABLE: Readonly<Record<string, Entry | undefined>> = {
  'all/2': { macro: fold('all', 1, 'predicate') },
  'exists/2': { macro: fold('exists', 1, 'predicate') },
  'exists_one/2': { macro: fold('existsOne', 1, 'predicate') },
  'existsOne/2': { macro: fold('existsOne', 1, 'predicate') },
  'filter/2': { macro: fold('filter', 1, 'predicate') },
  'map/2': { macro: fold('map', 1, 'transform') },
  'map/3': { macro: fold('map', 1, 'filtered') },
  'all/3': { group: 'twoVariables', macro: fold('all', 2, 'predicate') },
  'exists/3': { group: 'twoVariables', macro: fold('exists', 2, 'predicate') },
  'existsOne/3': { group: 'twoVariables', macro: fold('existsOne', 2, 'predicate') },
  'exists_one/3': { group: 'twoVariables', macro: fold('existsOne', 2, 'predicate') },
  'transformList/3': { group: 'twoVariables', macro: fold('transformList', 2, 'transform') },
  'transformList/4': { group: 'twoVariables', macro: fold('transformList', 2, 'filtered') },
  'transformMap/3': { group: 'twoVariables', macro: fold('transformMap', 2, 'transform') },
  'transformMap/4': { group: 'twoVariables', macro: fold('transformMap', 2, 'filtered') },
  'transformMapEntry/3': { group: 'twoVariables', macro: fold('transformMapEntry', 2, 'transform') },
  'transformMapEntry/4': { group: 'twoVariables', macro: fold('transformMapEntry', 2, 'filtered') },
  'optMap/2': { group: 'optional', macro: optionalMap(false) },
  'optFlatMap/2': { group: 'optional', macro: optionalMap(true) },
};
