export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

interface Bound {
  readonly value: number;
  readonly isKnown: boolean;
  readonly isDerived: boolean;
}

export type PathNode =
  | { readonly op: 'text'; readonly value: string }
  | { readonly op: 'constant'; readonly value: number | boolean }
  | { readonly op: 'field'; readonly name: string }
  | { readonly op: 'slice'; readonly bounds: readonly [Bound, Bound, Bound] }
  | { readonly op: 'wildcard' | 'recursive' | 'range' | 'end' }
  | { readonly op: 'identifier'; readonly name: string }
  | { readonly op: 'union'; readonly branches: readonly (readonly PathNode[])[] }
  | {
      readonly op: 'filter';
      readonly left: readonly PathNode[];
      readonly operator: string;
      readonly right: readonly PathNode[];
    };

/** One piece of a template: literal text, or what one pair of braces holds. */
export type TemplatePart = { readonly text: string } | { readonly path: readonly PathNode[] };

export function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf('{', at);
    if (open !== at) parts.push({ text: template.slice(at, open < 0 ? undefined : open) });
    if (open < 0) break;
    const reader = new Reader(template, open + 1);
    parts.push({ path: reader.path() });
    at = reader.position;
  }
  return parts;
}

const isBlank = (character: string): boolean => character === ' ' || character === '\t';
const isLineEnd = (character: string): boolean => character === '\n' || character === '\r';
const TERMINATORS = new Set(['', '.', ',', '[', ']', '$', '@', '{', '}']);
const endsWord = (character: string): boolean =>
  isBlank(character) || isLineEnd(character) || TERMINATORS.has(character);

/** Reads the inside of one pair of braces. */
class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  get position(): number {
    return this.#at;
  }

  path(): PathNode[] {
    const nodes: PathNode[] = [];
    while (!this.#take('}')) nodes.push(...this.#step());
    return nodes;
  }

  #step(): readonly PathNode[] {
    if (this.#take('[?(')) return [this.#filter()];
    if (this.#take('..')) return this.#recursive();
    const character = this.#next();
    if (character === '' || isLineEnd(character)) throw new JsonPathError('unclosed action');
    if (character === ' ' || character === '@' || character === '$') return [];
    if (character === '[') return this.#array();
    if (character === '"' || character === "'") return [{ op: 'text', value: this.#quoted(character) }];
    if (character === '.') return [this.#field()];
    this.#at -= character.length;
    if (/[-+0-9]/.test(character)) return [this.#number()];
    if (/[\p{L}\p{N}_]/u.test(character)) return [this.#identifier()];
    throw new JsonPathError(`unrecognized character in action: ${describe(character)}`);
  }

  #take(prefix: string): boolean {
    if (!this.#text.startsWith(prefix, this.#at)) return false;
    this.#at += prefix.length;
    return true;
  }

  #peek(): string {
    return this.#text.slice(this.#at, this.#at + 1);
  }

  /** One code point, or nothing at the end. */
  #next(): string {
    const point = this.#text.codePointAt(this.#at);
    const character = point === undefined ? '' : String.fromCodePoint(point);
    this.#at += character.length;
    return character;
  }

  #word(): string {
    const start = this.#at;
    while (!endsWord(this.#peek())) this.#at += this.#peek() === '\\' ? 2 : 1;
    return this.#text.slice(start, this.#at);
  }

  #field(): PathNode {
    const word = this.#word();
    return word === '*' ? { op: 'wildcard' } : { op: 'field', name: word.replaceAll('\\', '') };
  }

  #recursive(): PathNode[] {
    return /[\p{L}\p{N}_]/u.test(this.#peek()) ? [{ op: 'recursive' }, this.#field()] : [{ op: 'recursive' }];
  }

  #number(): PathNode {
    const start = this.#at;
    this.#at += 1;
    while (/[0-9.]/.test(this.#peek())) this.#at += 1;
    const text = this.#text.slice(start, this.#at);
    if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(text)) throw new JsonPathError(`cannot parse number ${text}`);
    return { op: 'constant', value: Number(text) };
  }

  #identifier(): PathNode {
    const start = this.#at;
    while (!endsWord(this.#peek())) this.#at += 1;
    const word = this.#text.slice(start, this.#at);
    if (word === 'true' || word === 'false') return { op: 'constant', value: word === 'true' };
    return word === 'range' || word === 'end' ? { op: word } : { op: 'identifier', name: word };
  }

  #quoted(quote: string): string {
    const start = this.#at;
    for (;;) {
      const character = this.#next();
      if (character === '' || character === '\n') throw new JsonPathError('unterminated quoted string');
      if (character === '\\') this.#next();
      if (character === quote) return unquoted(this.#text.slice(start, this.#at - 1));
    }
  }

  #array(): readonly PathNode[] {
    const end = this.#text.indexOf(']', this.#at);
    const inside = end < 0 ? '' : this.#text.slice(this.#at, end);
    if (end < 0 || inside.includes('\n')) throw new JsonPathError('unterminated array');
    this.#at = end + 1;
    const choices = inside.split(',');
    if (choices.length === 1) return arrayStep(inside);
    return [{ op: 'union', branches: choices.map((choice) => arrayStep(choice.trim())) }];
  }

  #filter(): PathNode {
    const start = this.#at;
    let quote = '';
    let isClosed = false;
    for (;;) {
      const character = this.#next();
      if (character === '' || character === '\n') throw new JsonPathError('unterminated filter');
      if (character === ')' && (quote === '' || isClosed)) break;
      if (character !== '"' && character !== "'") continue;
      if (quote === '') quote = character;
      else if (character === quote && this.#text[this.#at - 2] !== '\\') isClosed = true;
    }
    if (this.#next() !== ']') throw new JsonPathError('unclosed array expect ]');
    return filterOf(this.#text.slice(start, this.#at - 2));
  }
}

function filterOf(text: string): PathNode {
  const parts = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text);
  if (!parts) return { op: 'filter', left: inside(text), operator: 'exists', right: [] };
  const [, left = '', operator = '', right = ''] = parts;
  return { op: 'filter', left: inside(left), operator, right: inside(right) };
}

const inside = (text: string): PathNode[] => new Reader(`${text}}`, 0).path();

const unknown: Bound = { value: 0, isKnown: false, isDerived: false };
const known = (value: number, isDerived = false): Bound => ({ value, isKnown: true, isDerived });

/** What stands between brackets: `'key'`, `*`, an index or a slice. */
function arrayStep(text: string): readonly PathNode[] {
  const key = /^'([^']*)'$/.exec(text);
  if (key) return inside(`.${key[1]}`);
  const slice = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text === '*' ? ':' : text);
  if (!slice) throw new JsonPathError(`invalid array index ${text}`);
  const [, from = '', to, step] = slice;
  const first = from === '' ? unknown : known(index(from));
  const last = to === undefined ? known(first.value + 1, true) : to === ':' ? unknown : known(index(to.slice(1)));
  const stride = step === undefined || step === ':' ? unknown : known(index(step.slice(1)));
  return [{ op: 'slice', bounds: [first, last, stride] }];
}

function index(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new JsonPathError(`array index ${text} is not a number`);
  return Number(text);
}

const describe = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${character}'`;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', a: '\x07' };

const unquoted = (text: string): string =>
  text.replace(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character);
