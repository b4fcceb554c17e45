import type { ASTNode } from '@marcbachmann/cel-js';
import type { Issue } from './compile-error.js';
import type { Expr } from './expression.js';
import { type MacroSet, macroOf } from './macros.js';
import type { Scalar } from './type.js';
import { Uint, type Value } from './value.js';

const UNARY: Readonly<Record<string, string>> = { '!_': '!_', '-_': '-_' };

/** Turns the parser's tree into ours; macros that are not in the set stay ordinary calls. */
export class Expander {
  readonly issues: Issue[] = [];
  readonly #source: string;
  readonly #macros: MacroSet;

  constructor(source: string, macros: MacroSet) {
    this.#source = source;
    this.#macros = macros;
  }

  expand(node: ASTNode): Expr {
    switch (node.op) {
      case 'value':
        return literal(node.args, node.start);
      case 'id':
        return { op: 'ident', at: node.start, name: node.args };
      case '.':
      case '.?':
        return {
          op: 'select',
          at: this.#find('.', node.args[0].end),
          operand: this.expand(node.args[0]),
          field: node.args[1],
          mode: node.op === '.' ? 'plain' : 'optional',
        };
      case '[]':
      case '[?]': {
        const [operand, index] = node.args;
        const name = node.op === '[]' ? '_[_]' : '_[?_]';
        return this.#call(this.#find('[', operand.end), name, [operand, index]);
      }
      case 'call':
        return this.#function(node.start, node.args[0], node.args[1]);
      case 'rcall':
        return this.#method(node.args[0], node.args[1], node.args[2]);
      case 'list':
        return { op: 'list', at: node.start, items: node.args.map((item) => this.expand(item)) };
      case 'map':
        return {
          op: 'map',
          at: node.start,
          entries: node.args.map(([key, value]) => [this.expand(key), this.expand(value)]),
        };
      case '?:':
        return this.#call(this.#find('?', node.args[0].end), '_?_:_', node.args);
      case '!_':
      case '-_':
        return this.#unary(node.op, node.start, node.args);
      default:
        return this.#binary(node.op, node.args as readonly [ASTNode, ASTNode]);
    }
  }

  #find(token: string, from: number): number {
    const at = this.#source.indexOf(token, from);
    return at < 0 ? from : at;
  }

  #call(at: number, name: string, args: readonly ASTNode[]): Expr {
    return { op: 'call', at, name, target: undefined, args: args.map((arg) => this.expand(arg)) };
  }

  #unary(op: string, at: number, operand: ASTNode): Expr {
    if (op === '-_' && operand.op === 'value') {
      const value = operand.args;
      if (typeof value === 'bigint' || typeof value === 'number') return literal(-value, at);
    }
    return this.#call(at, UNARY[op] ?? op, [operand]);
  }

  #binary(op: string, [left, right]: readonly [ASTNode, ASTNode]): Expr {
    const name = op === 'in' ? '@in' : `_${op}_`;
    return this.#call(this.#find(op, left.end), name, [left, right]);
  }

  #function(start: number, name: string, args: readonly ASTNode[]): Expr {
    const at = this.#find('(', start);
    if (name === 'has' && args.length === 1 && args[0]) return this.#has(at, args[0]);
    return this.#call(at, name, args);
  }

  #has(at: number, argument: ASTNode): Expr {
    const operand = this.expand(argument);
    if (operand.op === 'select' && operand.mode === 'plain') return { ...operand, at, mode: 'test' };
    this.issues.push({ at: operand.at, message: 'invalid argument to has() macro' });
    return { op: 'const', at: operand.at, value: false, type: { kind: 'error' } };
  }

  #method(name: string, receiver: ASTNode, args: readonly ASTNode[]): Expr {
    const at = this.#find('(', this.#find(name, receiver.end));
    const macro = macroOf(this.#macros, name, args);
    if (macro) {
      const expanded = macro({ at, receiver, args, expand: (node) => this.expand(node) });
      if ('op' in expanded) return expanded;
      this.issues.push(expanded);
      return { op: 'const', at, value: false, type: { kind: 'error' } };
    }
    return { op: 'call', at, name, target: this.expand(receiver), args: args.map((arg) => this.expand(arg)) };
  }
}

function literal(value: unknown, at: number): Expr {
  const [converted, kind] = constantOf(value);
  return { op: 'const', at, value: converted, type: { kind } };
}

function constantOf(value: unknown): [Value, Scalar] {
  switch (typeof value) {
    case 'bigint':
      return [value, 'int'];
    case 'number':
      return [value, 'double'];
    case 'string':
      return [value, 'string'];
    case 'boolean':
      return [value, 'bool'];
  }
  if (value === null) return [null, 'null'];
  if (value instanceof Uint8Array) return [value, 'bytes'];
  // The parser's unsigned integer gives its bigint through valueOf.
  return [new Uint(BigInt(String(value))), 'uint'];
}
