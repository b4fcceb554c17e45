/** Where a value is: the keys and indexes that lead to it from the root. */
export type Path = readonly (string | number)[];

interface Found {
  readonly path: Path;
  readonly value: unknown;
}
type Filter = (input: Found) => Found[];
type Expression = (value: unknown) => unknown;

/** The expression cannot be compiled, or does not fit the object it is evaluated on. */
export class JqError extends Error {
  override readonly name = 'JqError';
}

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|([A-Za-z_$][\w$]*)|(==|!=|<=|>=|\/\/|[.[\](){}|,?<>:]))/y;

function tokens(text: string): string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new JqError(`unexpected token ${JSON.stringify(text[at] ?? '')} at ${at}`);
    found.push(match[0].trim());
  }
  return found;
}

const isObject = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const typeName = (value: unknown): string => {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};

const truthy = (value: unknown): boolean => value !== null && value !== undefined && value !== false;

function member({ path, value }: Found, key: string | number): Found {
  if (value === null || value === undefined) return { path: [...path, key], value: null };
  if (typeof key === 'number' && Array.isArray(value)) {
    const index = key < 0 ? value.length + key : key;
    return { path: [...path, index], value: value[index] ?? null };
  }
  if (typeof key === 'string' && isObject(value)) return { path: [...path, key], value: value[key] ?? null };
  throw new JqError(`cannot index ${typeName(value)} with ${JSON.stringify(key)}`);
}

function each({ path, value }: Found): Found[] {
  if (Array.isArray(value)) return value.map((item, index) => ({ path: [...path, index], value: item }));
  if (isObject(value)) return Object.entries(value).map(([key, item]) => ({ path: [...path, key], value: item }));
  throw new JqError(`cannot iterate over: ${typeName(value)}`);
}

const COMPARISONS: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  '==': (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null),
  '!=': (a, b) => JSON.stringify(a ?? null) !== JSON.stringify(b ?? null),
  // Values of one type compare as JavaScript does; others never occur in label-like data.
  '<': (a, b) => String(a) < String(b),
  '>': (a, b) => String(a) > String(b),
  '<=': (a, b) => String(a) <= String(b),
  '>=': (a, b) => String(a) >= String(b),
};

const FUNCTIONS: Readonly<Record<string, (value: unknown, argument: unknown) => unknown>> = {
  startswith: (value, prefix) => String(value).startsWith(String(prefix)),
  endswith: (value, suffix) => String(value).endsWith(String(suffix)),
  contains: (value, part) => String(value).includes(String(part)),
  has: (value, key) => isObject(value) && Object.hasOwn(value, String(key)),
};

/** The part of jq that names paths: members, indexes, iteration, `select`, `|`, `,`, `?` and comparisons. */
class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  parse(): Filter {
    const filter = this.#pipe();
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return filter;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(expected?: string): string {
    const token = this.#tokens[this.#at];
    if (token === undefined || (expected !== undefined && token !== expected)) throw this.#unexpected();
    this.#at += 1;
    return token;
  }

  #accept(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(): JqError {
    const token = this.#peek();
    return new JqError(token === undefined ? 'unexpected EOF' : `unexpected token ${JSON.stringify(token)}`);
  }

  #pipe(): Filter {
    let filter = this.#comma();
    while (this.#accept('|')) {
      const [before, after] = [filter, this.#comma()];
      filter = (input) => before(input).flatMap(after);
    }
    return filter;
  }

  #comma(): Filter {
    const filters = [this.#term()];
    while (this.#accept(',')) filters.push(this.#term());
    return filters.length === 1 ? (filters[0] ?? ((input) => [input])) : (input) => filters.flatMap((f) => f(input));
  }

  #term(): Filter {
    if (this.#accept('(')) {
      const inner = this.#pipe();
      this.#take(')');
      return this.#suffixes(inner);
    }
    if (this.#accept('select')) {
      this.#take('(');
      const holds = this.#or();
      this.#take(')');
      return (input) => (truthy(holds(input.value)) ? [input] : []);
    }
    this.#take('.');
    const token = this.#peek();
    const start: Filter = (input) => [input];
    return this.#suffixes(token !== undefined && /^["A-Za-z_$]/.test(token) ? this.#field(start) : start);
  }

  #field(before: Filter): Filter {
    const token = this.#take();
    // A quoted token was matched as a JSON string.
    const key = token.startsWith('"') ? (JSON.parse(token) as string) : token;
    return (input) => before(input).map((found) => member(found, key));
  }

  #suffixes(start: Filter): Filter {
    let filter = start;
    for (;;) {
      if (this.#accept('[')) filter = this.#bracket(filter);
      else if (this.#accept('?')) filter = optional(filter);
      else if (this.#peek() === '.' && this.#tokens[this.#at + 1] === '[') this.#at += 1;
      else if (this.#peek() === '.' && /^["A-Za-z_$]/.test(this.#tokens[this.#at + 1] ?? '')) {
        this.#at += 1;
        filter = this.#field(filter);
      } else return filter;
    }
  }

  #bracket(before: Filter): Filter {
    if (this.#accept(']')) return (input) => before(input).flatMap(each);
    const token = this.#take();
    if (!/^(".*"|-?\d+)$/s.test(token)) {
      this.#at -= 1;
      throw this.#unexpected();
    }
    // The pattern above leaves JSON strings and integers.
    const key = JSON.parse(token) as string | number;
    this.#take(']');
    return (input) => before(input).map((found) => member(found, key));
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#accept('or')) {
      const [a, b] = [left, this.#and()];
      left = (value) => truthy(a(value)) || truthy(b(value));
    }
    return left;
  }

  #and(): Expression {
    let left = this.#comparison();
    while (this.#accept('and')) {
      const [a, b] = [left, this.#comparison()];
      left = (value) => truthy(a(value)) && truthy(b(value));
    }
    return left;
  }

  #comparison(): Expression {
    const left = this.#operand();
    const compare = COMPARISONS[this.#peek() ?? ''];
    if (!compare) return left;
    this.#at += 1;
    const right = this.#operand();
    return (value) => compare(left(value), right(value));
  }

  #operand(): Expression {
    const token = this.#peek() ?? '';
    if (token === '.' || token === '(') return this.#path();
    this.#take();
    if (/^["\d-]/.test(token) || ['true', 'false', 'null'].includes(token)) {
      const literal: unknown = JSON.parse(token);
      return () => literal;
    }
    const call = FUNCTIONS[token];
    if (!call) throw new JqError(`function not defined: ${token}`);
    this.#take('(');
    const argument = this.#operand();
    this.#take(')');
    return (value) => call(value, argument(value));
  }

  #path(): Expression {
    let filter: Filter = this.#term();
    if (this.#peek() === '|') {
      this.#at += 1;
      if (this.#accept('not')) return (value) => !truthy(filter({ path: [], value })[0]?.value);
      if (FUNCTIONS[this.#peek() ?? '']) {
        const call = this.#operand();
        return (value) => call(filter({ path: [], value })[0]?.value);
      }
      const [before, after] = [filter, this.#term()];
      filter = (input) => before(input).flatMap(after);
    }
    return (value) => filter({ path: [], value })[0]?.value;
  }
}

const optional =
  (filter: Filter): Filter =>
  (input) => {
    try {
      return filter(input);
    } catch (error) {
      if (error instanceof JqError) return [];
      throw error;
    }
  };

/** Compiles a jq path expression into a function that gives every path it leads to. */
export function compileJqPaths(expression: string): (root: unknown) => Path[] {
  const filter = new Parser(expression).parse();
  return (root) => filter({ path: [], value: root }).map(({ path }) => path);
}
