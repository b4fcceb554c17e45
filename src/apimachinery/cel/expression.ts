import type { CelType } from './type.js';
import type { Value } from './value.js';

export type FoldKind =
  | 'all'
  | 'exists'
  | 'existsOne'
  | 'filter'
  | 'map'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry';

/** An expression with its macros expanded. `at` is where an error about it points. */
export type Expr = { readonly at: number } & (
  | { readonly op: 'const'; readonly value: Value; readonly type: CelType }
  | { readonly op: 'ident'; readonly name: string }
  | {
      readonly op: 'select';
      readonly operand: Expr;
      readonly field: string;
      readonly mode: 'plain' | 'test' | 'optional';
    }
  | { readonly op: 'call'; readonly name: string; readonly target: Expr | undefined; readonly args: readonly Expr[] }
  | { readonly op: 'list'; readonly items: readonly Expr[] }
  | { readonly op: 'map'; readonly entries: readonly (readonly [Expr, Expr])[] }
  | {
      readonly op: 'fold';
      readonly kind: FoldKind;
      readonly range: Expr;
      readonly variables: readonly string[];
      readonly predicate: Expr | undefined;
      readonly transform: Expr | undefined;
    }
  | { readonly op: 'bind'; readonly name: string; readonly value: Expr; readonly body: Expr }
);

export type ExprOf<Op extends Expr['op']> = Extract<Expr, { op: Op }>;

/** `a.b.c` when the expression is nothing but names. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.op === 'ident') return expr.name;
  if (expr.op !== 'select' || expr.mode !== 'plain') return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
