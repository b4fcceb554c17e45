import { checkKey, type Operator, type Requirement, requirement, SelectorError } from './requirement.js';

type Kind = 'identifier' | 'end' | 'error' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '<' | '>' | 'in' | 'notin';

interface Token {
  readonly kind: Kind;
  readonly text: string;
}

const SYMBOLS: ReadonlySet<string> = new Set(['(', ')', ',', '!', '=', '==', '!=', '<', '>']);
const END: Token = { kind: 'end', text: '' };

/** The tokens of a selector, in Kubernetes' grammar: symbols are read greedily, everything else up to a blank is a word. */
function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (const [run] of text.matchAll(/[=!(),<>]+|[^=!(),<> \t\r\n]+/g)) {
    if (run === 'in' || run === 'notin') found.push({ kind: run, text: run });
    else if (!/^[=!(),<>]/.test(run)) found.push({ kind: 'identifier', text: run });
    else found.push(...symbols(run));
  }
  return found;
}

function symbols(run: string): Token[] {
  const found: Token[] = [];
  let rest = run;
  while (rest !== '') {
    const two = rest.slice(0, 2);
    const symbol = SYMBOLS.has(two) ? two : rest.slice(0, 1);
    found.push({ kind: symbol as Kind, text: symbol });
    rest = rest.slice(symbol.length);
  }
  return found;
}

const OPERATORS: Readonly<Partial<Record<Kind, Operator>>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

/** The requirements as written. Throws `SelectorError`. */
export function readRequirements(text: string): Requirement[] {
  const list = tokens(text);
  let at = 0;
  const next = (): Token => list[at++] ?? END;
  const peek = (): Token => list[at] ?? END;
  const peekKind = (): Kind => asWord(peek());
  const requirements: Requirement[] = [];
  while (peekKind() !== 'end') {
    if (peekKind() !== 'identifier' && peekKind() !== '!') {
      throw new SelectorError(`found '${peek().text}', expected: !, identifier, or 'end of string'`);
    }
    requirements.push(inRequirement(() => readRequirement({ next, peek })));
    const separator = next();
    if (separator.kind === 'end') break;
    if (separator.kind !== ',') throw new SelectorError(`found '${separator.text}', expected: ',' or 'end of string'`);
    if (peekKind() !== 'identifier' && peekKind() !== '!') {
      throw new SelectorError(`found '${peek().text}', expected: identifier after ','`);
    }
  }
  return requirements;
}

/** `in` and `notin` are words like any other where a key or a value may stand. */
const asWord = ({ kind }: Token): Kind => (kind === 'in' || kind === 'notin' ? 'identifier' : kind);

function inRequirement(read: () => Requirement): Requirement {
  try {
    return read();
  } catch (error) {
    if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
    throw error;
  }
}

interface Reader {
  next(): Token;
  peek(): Token;
}

function readRequirement(reader: Reader): Requirement {
  const isNegated = reader.peek().kind === '!';
  if (isNegated) reader.next();
  const key = reader.next();
  if (asWord(key) !== 'identifier') throw new SelectorError(`found '${key.text}', expected: identifier`);
  checkKey(key.text);
  if (isNegated) return { key: key.text, operator: '!', values: [] };
  const { kind } = reader.peek();
  if (kind === 'end' || kind === ',') return { key: key.text, operator: 'exists', values: [] };
  const symbol = reader.next();
  const operator = OPERATORS[symbol.kind];
  if (!operator) throw new SelectorError(`found '${symbol.text}', expected: in, notin, =, ==, !=, gt, lt`);
  const values = operator === 'in' || operator === 'notin' ? readList(reader) : [readExact(reader)];
  return requirement(key.text, operator, values, []);
}

function readExact(reader: Reader): string {
  const { kind } = reader.peek();
  if (kind === 'end' || kind === ',') return '';
  const token = reader.next();
  if (asWord(token) !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`);
  return token.text;
}

/** `(a,b)`; a missing element, as in `(,a)` or `()`, is the empty string. */
function readList(reader: Reader): string[] {
  const open = reader.next();
  if (open.kind !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
  if (reader.peek().kind === ')') {
    reader.next();
    return [''];
  }
  const values: string[] = [];
  for (;;) {
    const isWord = asWord(reader.peek()) === 'identifier';
    values.push(isWord ? reader.next().text : '');
    const token = reader.next();
    if (token.kind === ')') return values;
    if (token.kind !== ',') throw new SelectorError(`found '${token.text}', expected: ',' or ')'`);
  }
}
