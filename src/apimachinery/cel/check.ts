import type { Issue } from './compile-error.js';
import { type Expr, type ExprOf, qualifiedName } from './expression.js';
import type { Functions, Overload } from './library.js';
import { literalIssues } from './literals.js';
import {
  type Bindings,
  BOOL,
  type CelType,
  commonType,
  DYN,
  ERROR,
  formatType,
  INT,
  isAssignable,
  isDynamic,
  isSameType,
  listOf,
  mapOf,
  optionalOf,
  substitute,
} from './type.js';
import { TypeValue } from './value.js';

/** What the checker found out about each expression. */
export interface Facts {
  readonly types: ReadonlyMap<Expr, CelType>;
  /** The overloads a call may use, and its arguments with the receiver first. */
  readonly calls: ReadonlyMap<Expr, { readonly overloads: readonly Overload[]; readonly args: readonly Expr[] }>;
  readonly typeNames: ReadonlyMap<Expr, TypeValue>;
  readonly issues: readonly Issue[];
}

export interface Names {
  readonly functions: Functions;
  readonly variables: ReadonlyMap<string, CelType>;
  readonly types: ReadonlySet<string>;
  readonly checksLiterals: boolean;
}

export function check(expr: Expr, names: Names): Facts {
  const checker = new Checker(names);
  checker.check(expr);
  return checker;
}

const undeclared = (at: number, name: string): Issue => ({
  at,
  message: `undeclared reference to '${name}' (in container '')`,
});

class Checker implements Facts {
  readonly types = new Map<Expr, CelType>();
  readonly calls = new Map<Expr, { overloads: readonly Overload[]; args: readonly Expr[] }>();
  readonly typeNames = new Map<Expr, TypeValue>();
  readonly issues: Issue[] = [];
  readonly #names: Names;
  #scope: ReadonlyMap<string, CelType>;

  constructor(names: Names) {
    this.#names = names;
    this.#scope = names.variables;
  }

  check(expr: Expr): CelType {
    const type = this.#typeOf(expr);
    this.types.set(expr, type);
    return type;
  }

  #typeOf(expr: Expr): CelType {
    switch (expr.op) {
      case 'const':
        return expr.type;
      case 'ident':
        return this.#named(expr, expr.name) ?? this.#fail(undeclared(expr.at, expr.name));
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return listOf(commonType(expr.items.map((item) => this.check(item))));
      case 'map':
        return this.#map(expr);
      case 'fold':
        return this.#fold(expr);
      case 'bind': {
        const value = this.check(expr.value);
        return this.#within(new Map([[expr.name, value]]), () => this.check(expr.body));
      }
    }
  }

  #fail(issue: Issue): CelType {
    this.issues.push(issue);
    return ERROR;
  }

  /** A variable or the name of a type. */
  #named(expr: Expr, name: string): CelType | undefined {
    const variable = this.#scope.get(name);
    if (variable) return variable;
    if (!this.#names.types.has(name)) return undefined;
    this.typeNames.set(expr, new TypeValue(name));
    return { kind: 'type', of: DYN };
  }

  #within<T>(variables: ReadonlyMap<string, CelType>, body: () => T): T {
    const outer = this.#scope;
    this.#scope = new Map([...outer, ...variables]);
    const result = body();
    this.#scope = outer;
    return result;
  }

  #select(expr: ExprOf<'select'>): CelType {
    const name = expr.mode === 'plain' ? qualifiedName(expr) : undefined;
    const root = name?.split('.')[0] ?? '';
    if (name && !this.#scope.has(root) && this.#names.types.has(name)) return this.#named(expr, name) ?? ERROR;
    const field = this.#field(expr, this.check(expr.operand));
    if (expr.mode === 'test') return BOOL;
    return expr.mode === 'optional' && field.kind !== 'optional' ? optionalOf(field) : field;
  }

  #field(expr: ExprOf<'select'>, operand: CelType): CelType {
    switch (operand.kind) {
      case 'dyn':
      case 'error':
        return operand;
      case 'map':
        return operand.of;
      case 'optional': {
        const field = this.#field(expr, operand.of);
        return field.kind === 'optional' ? field : optionalOf(field);
      }
      case 'object':
        return operand.fieldType(expr.field) ?? this.#fail({ at: expr.at, message: `undefined field '${expr.field}'` });
      default:
        return this.#fail({
          at: expr.at,
          message: `type '${formatType(operand)}' does not support field selection`,
        });
    }
  }

  #map({ entries }: ExprOf<'map'>): CelType {
    const keys = entries.map(([key]) => this.check(key));
    const values = entries.map(([, value]) => this.check(value));
    return mapOf(commonType(keys), commonType(values));
  }

  #call(expr: ExprOf<'call'>): CelType {
    const args = expr.args.map((arg) => this.check(arg));
    if (expr.name === '_&&_' || expr.name === '_||_') return this.#logical(expr.args, args);
    const { functions } = this.#names;
    const prefix = expr.target && qualifiedName(expr.target);
    const namespaced = prefix === undefined ? undefined : functions.get(`${prefix}.${expr.name}`);
    if (namespaced) return this.#resolve(expr, namespaced, expr.args, args, `${prefix}.${expr.name}`);
    const target = expr.target && this.check(expr.target);
    const overloads = functions.get(expr.name);
    if (!overloads) return this.#fail(undeclared(expr.at, expr.name));
    return expr.target && target
      ? this.#resolve(expr, overloads, [expr.target, ...expr.args], [target, ...args], expr.name, true)
      : this.#resolve(expr, overloads, expr.args, args, expr.name);
  }

  #logical(args: readonly Expr[], types: readonly CelType[]): CelType {
    for (const [at, type] of types.entries()) {
      if (!isAssignable(BOOL, type, new Map())) this.#fail(notBoolean(args[at]?.at ?? 0, type));
    }
    return BOOL;
  }

  #resolve(
    expr: Expr,
    overloads: readonly Overload[],
    args: readonly Expr[],
    types: readonly CelType[],
    name: string,
    isMember = false,
  ): CelType {
    const found: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.isMember !== isMember) continue;
      const bindings: Bindings = new Map();
      if (!accepts(overload, types, bindings)) continue;
      found.push(overload);
      const type = substitute(overload.result, bindings);
      result = result === undefined || isSameType(result, type) ? type : DYN;
    }
    if (!result) return this.#fail({ at: expr.at, message: noMatch(name, types, isMember) });
    this.calls.set(expr, { overloads: found, args });
    if (this.#names.checksLiterals) this.issues.push(...literalIssues(name, args));
    return result;
  }

  #fold(expr: ExprOf<'fold'>): CelType {
    const range = this.check(expr.range);
    const [first, second] = this.#iterated(expr, range);
    const [name = '', other] = expr.variables;
    const scope: [string, CelType][] =
      other === undefined
        ? [[name, first]]
        : [
            [name, second.key],
            [other, second.of],
          ];
    const result = this.#within(new Map(scope), () => {
      const predicate = expr.predicate && this.check(expr.predicate);
      if (expr.predicate && predicate && !isAssignable(BOOL, predicate, new Map())) {
        this.#fail(notBoolean(expr.predicate.at, predicate));
      }
      return expr.transform && this.check(expr.transform);
    });
    switch (expr.kind) {
      case 'all':
      case 'exists':
      case 'existsOne':
        return BOOL;
      case 'filter':
        return listOf(first);
      case 'map':
      case 'transformList':
        return listOf(result ?? DYN);
      case 'transformMap':
        return mapOf(second.key, result ?? DYN);
      case 'transformMapEntry':
        return result?.kind === 'map' ? result : mapOf(DYN, DYN);
    }
  }

  /** The types of the variable of a one-variable fold, and of both of a two-variable one. */
  #iterated(expr: ExprOf<'fold'>, range: CelType): [CelType, { key: CelType; of: CelType }] {
    if (range.kind === 'list') return [range.of, { key: INT, of: range.of }];
    if (range.kind === 'map') return [range.key, { key: range.key, of: range.of }];
    if (!isDynamic(range)) {
      this.#fail({
        at: expr.range.at,
        message: `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      });
    }
    return [DYN, { key: DYN, of: DYN }];
  }
}

const accepts = (overload: Overload, types: readonly CelType[], bindings: Bindings): boolean =>
  overload.args.length === types.length &&
  overload.args.every((arg, at) => isAssignable(arg, types[at] ?? ERROR, bindings));

function noMatch(name: string, types: readonly CelType[], isMember: boolean): string {
  const [receiver, ...rest] = types.map(formatType);
  const signature = isMember ? `${receiver}.(${rest.join(', ')})` : `(${types.map(formatType).join(', ')})`;
  return `found no matching overload for '${name}' applied to '${signature}'`;
}

const notBoolean = (at: number, type: CelType): Issue => ({
  at,
  message: `expected type 'bool' but found '${formatType(type)}'`,
});
