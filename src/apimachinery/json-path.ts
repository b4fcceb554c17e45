import { JsonPathError, type PathNode, parseTemplate, type TemplatePart } from './json-path-grammar.js';

export interface JsonPathOptions {
  /** A field that is absent gives no result instead of an error. */
  readonly allowMissingKeys?: boolean;
}

export interface JsonPath {
  /** All results of all braces in order. Throws `JsonPathError`. */
  find(object: unknown): unknown[];
  /** One list per literal text and per pair of braces, as kubectl prints them. Throws `JsonPathError`. */
  results(object: unknown): unknown[][];
}

/** Compiles a kubectl template such as `{.items[*].metadata.name}`. Throws `JsonPathError`. */
export function parseJsonPath(template: string, options: JsonPathOptions = {}): JsonPath {
  const parts = parseTemplate(template);
  const results = (object: unknown): unknown[][] => new Run(options).template(parts, object);
  return Object.freeze({ results, find: (object: unknown) => results(object).flat() });
}

/** A path without braces, as printer columns and status feedback write it. */
export const parseBarePath = (path: string, options: JsonPathOptions = { allowMissingKeys: true }): JsonPath =>
  parseJsonPath(`{${path}}`, options);

/** The text kubectl prints for the results of one pair of braces. */
export const printResults = (values: readonly unknown[]): string => values.map(print).join(' ');

const print = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(sorted(value)) : value === undefined ? '' : String(value);

/** Go prints maps in the order of their keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Step {
  readonly part: readonly PathNode[] | undefined;
  readonly text: string;
}

class Run {
  readonly #options: JsonPathOptions;

  constructor(options: JsonPathOptions) {
    this.#options = options;
  }

  template(parts: readonly TemplatePart[], object: unknown): unknown[][] {
    const steps = parts.map(
      (part): Step => ('path' in part ? { part: part.path, text: '' } : { part: undefined, text: part.text }),
    );
    const { results, endedAt } = this.#block(steps, 0, object);
    if (endedAt < steps.length) throw new JsonPathError('not in range, nothing to end');
    return results;
  }

  /** Up to the matching `{end}` or the end of the template; `endedAt` is where it stopped. */
  #block(steps: readonly Step[], from: number, object: unknown): { results: unknown[][]; endedAt: number } {
    const results: unknown[][] = [];
    let at = from;
    for (; at < steps.length; at += 1) {
      const { part, text } = steps[at] as Step;
      if (!part) results.push([text]);
      else if (part.some(({ op }) => op === 'end')) return { results, endedAt: at };
      else if (part[0]?.op === 'range') {
        const loop = this.#range(steps, at, this.walk(part.slice(1), [object]));
        results.push(...loop.results);
        at = loop.endedAt;
      } else results.push(this.walk(part, [object]));
    }
    return { results, endedAt: at };
  }

  #range(steps: readonly Step[], at: number, items: readonly unknown[]): { results: unknown[][]; endedAt: number } {
    const loops = items.map((item) => this.#block(steps, at + 1, item));
    return { results: loops.flatMap(({ results }) => results), endedAt: loops[0]?.endedAt ?? endOf(steps, at) };
  }

  walk(nodes: readonly PathNode[], input: readonly unknown[]): unknown[] {
    return nodes.reduce<unknown[]>((values, node) => this.#step(node, values), [...input]);
  }

  #step(node: PathNode, input: readonly unknown[]): unknown[] {
    switch (node.op) {
      case 'text':
        return [node.value];
      case 'constant':
        return input.map(() => node.value);
      case 'field':
        return this.#field(node.name, input);
      case 'slice':
        return slice(node.bounds, input);
      case 'wildcard':
        return input.flatMap(children);
      case 'recursive':
        return descend(input);
      case 'union':
        return node.branches.flatMap((branch) => this.walk(branch, input));
      case 'filter':
        return this.#filter(node, input);
      case 'identifier':
        throw new JsonPathError(`unrecognized identifier ${node.name}`);
      default:
        throw new JsonPathError(`${node.op} must be the only word in its braces`);
    }
  }

  #field(name: string, input: readonly unknown[]): unknown[] {
    if (input.length === 0) return [];
    const found = input.filter(isMap).flatMap((map) => (Object.hasOwn(map, name) ? [map[name]] : []));
    if (found.length === 0 && !this.#options.allowMissingKeys) throw new JsonPathError(`${name} is not found`);
    return found;
  }

  #filter(node: Extract<PathNode, { op: 'filter' }>, input: readonly unknown[]): unknown[] {
    return input.flatMap((value) => {
      if (!Array.isArray(value)) {
        throw new JsonPathError(`${goText(value)} is not array or slice and cannot be filtered`);
      }
      return value.filter((item: unknown) => this.#passes(node, item));
    });
  }

  #passes({ left, operator, right }: Extract<PathNode, { op: 'filter' }>, item: unknown): boolean {
    if (operator === 'exists') return this.#exists(left, item);
    const lefts = this.walk(left, [item]);
    const rights = lefts.length === 0 ? [] : this.walk(right, [item]);
    if (lefts.length > 1 || rights.length > 1) throw new JsonPathError('can only compare one element at a time');
    return rights.length === 1 && compare(lefts[0], operator, rights[0]);
  }

  #exists(path: readonly PathNode[], item: unknown): boolean {
    try {
      return this.walk(path, [item]).length > 0;
    } catch (error) {
      // An absent field answers the question.
      if (error instanceof JsonPathError) return false;
      throw error;
    }
  }
}

/** Where the range that starts at `at` ends, though nothing in it runs. */
function endOf(steps: readonly Step[], at: number): number {
  let depth = 0;
  for (let index = at; index < steps.length; index += 1) {
    const part = steps[index]?.part;
    if (part?.[0]?.op === 'range') depth += 1;
    if (part?.some(({ op }) => op === 'end')) depth -= 1;
    if (depth === 0) return index;
  }
  return steps.length;
}

/** Maps in the order of their keys, so that results do not depend on how an object was built. */
function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value)
    ? Object.keys(value)
        .sort()
        .map((key) => value[key])
    : [];
}

const descend = (input: readonly unknown[]): unknown[] =>
  input.flatMap((value) => {
    const inner = children(value);
    return inner.length === 0 && !(typeof value === 'string' && value !== '') ? [] : [value, ...descend(inner)];
  });

type Bounds = Extract<PathNode, { op: 'slice' }>['bounds'];

function slice([first, last, stride]: Bounds, input: readonly unknown[]): unknown[] {
  const results: unknown[] = [];
  for (const value of input) {
    if (value === null || value === undefined) continue;
    if (!Array.isArray(value)) throw new JsonPathError(`${goType(value)} is not array or slice`);
    const { length } = value;
    const from = first.isKnown && first.value < 0 ? first.value + length : first.value;
    const isFromEnd = last.value < 0 || (last.value === 0 && last.isDerived);
    const to = !last.isKnown ? length : isFromEnd ? last.value + length : last.value;
    if (from === to) return results;
    checkRange(from, to, length);
    const step = stride.isKnown ? stride.value : 1;
    if (step <= 0) throw new JsonPathError('step must be > 0');
    for (let index = from; index < to; index += step) results.push(value[index]);
  }
  return results;
}

function checkRange(from: number, to: number, length: number): void {
  const outside = (index: number): JsonPathError =>
    new JsonPathError(`array index out of bounds: index ${index}, length ${length}`);
  if (from >= length || from < 0) throw outside(from);
  if (to > length || to < 0) throw outside(to - 1);
  if (from > to) throw new JsonPathError(`starting index ${from} is greater than ending index ${to}`);
}

function goType(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Go's `%v`. */
function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isMap(value)) return String(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${key}:${goText(value[key])}`);
  return `map[${members.join(' ')}]`;
}

type Ordered = string | number | boolean;

function compare(left: unknown, operator: string, right: unknown): boolean {
  if (!isOrdered(left) || !isOrdered(right)) throw new JsonPathError('invalid type for comparison');
  if (kindOf(left) !== kindOf(right)) throw new JsonPathError('incompatible types for comparison');
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return less(left, right);
    case '<=':
      return left === right || less(left, right);
    case '>':
      return less(right, left);
    case '>=':
      return left === right || less(right, left);
    default:
      throw new JsonPathError(`unrecognized filter operator ${operator}`);
  }
}

const isOrdered = (value: unknown): value is Ordered =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Go tells integers from floats; a JSON number without a fraction is an integer. */
const kindOf = (value: Ordered): string =>
  typeof value === 'number' ? (Number.isInteger(value) ? 'int' : 'float') : typeof value;

function less(left: Ordered, right: Ordered): boolean {
  if (typeof left === 'boolean') throw new JsonPathError('invalid type for comparison');
  return left < right;
}
