import { goQuoted } from './go-text.js';

type Place = 'value' | 'firstItem' | 'firstKey' | 'key' | 'colon' | 'pairEnd' | 'itemEnd' | 'end';

/** What is said of a character that cannot stand at a place. */
const CONTEXTS: Readonly<Record<Place, string>> = {
  value: 'looking for beginning of value',
  firstItem: 'looking for beginning of value',
  firstKey: 'looking for beginning of object key string',
  key: 'looking for beginning of object key string',
  colon: 'after object key',
  pairEnd: 'after object key:value pair',
  itemEnd: 'after array element',
  end: 'after top-level value',
};

/** Why bytes that `JSON.parse` refuses are no JSON, in the words of Go's parser. */
export function jsonFault(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  const around: Place[] = ['end'];
  let place: Place = 'value';
  let at = 0;
  for (;;) {
    at = after(/[ \t\r\n]*/y, text, at);
    const next = stepAt(place, text[at] ?? '', around);
    if (next === undefined) return faultAt(text, at, CONTEXTS[place]);
    const token = tokenAt(text, at);
    if (typeof token === 'string') return token;
    at = token;
    place = next;
  }
}

/** Where reading goes on after a token that begins with `first`; undefined when none may begin so here. */
function stepAt(place: Place, first: string, around: Place[]): Place | undefined {
  const close = (): Place | undefined => {
    around.pop();
    return around.at(-1);
  };
  if (place === 'colon') return first === ':' ? 'value' : undefined;
  if (place === 'pairEnd' && first === ',') return 'key';
  if (place === 'itemEnd' && first === ',') return 'value';
  if ((place === 'pairEnd' || place === 'firstKey') && first === '}') return close();
  if ((place === 'itemEnd' || place === 'firstItem') && first === ']') return close();
  if (place === 'firstKey' || place === 'key') return first === '"' ? 'colon' : undefined;
  if (place !== 'value' && place !== 'firstItem') return undefined;
  if (first === '{' || first === '[') {
    around.push(first === '{' ? 'pairEnd' : 'itemEnd');
    return first === '{' ? 'firstKey' : 'firstItem';
  }
  return /["tfn\-\d]/.test(first) ? around.at(-1) : undefined;
}

const LITERALS: readonly string[] = ['true', 'false', 'null'];

/** Where the token that begins at a position ends, or what is wrong in it. */
function tokenAt(text: string, at: number): number | string {
  const first = text[at] ?? '';
  if (first === '"') return stringAt(text, at);
  if (/[-\d]/.test(first)) return numberAt(text, at);
  const literal = LITERALS.find((one) => one.startsWith(first));
  if (literal === undefined || first === '') return at + 1;
  const wrong = [...literal].findIndex((letter, index) => text[at + index] !== letter);
  return wrong < 0
    ? at + literal.length
    : faultIn(text, at + wrong, `in literal ${literal} (expecting '${literal[wrong]}')`);
}

// Control characters are what it looks for.
// biome-ignore lint/suspicious/noControlCharactersInRegex: as said
const PLAIN = /(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*/y;

function stringAt(text: string, at: number): number | string {
  const end = after(PLAIN, text, at + 1);
  if (text[end] === '"') return end + 1;
  if (text[end] !== '\\') return faultAt(text, end, 'in string literal');
  if (text[end + 1] !== 'u') return faultIn(text, end + 1, 'in string escape code');
  return faultIn(text, after(/[\da-fA-F]{0,4}/y, text, end + 2), 'in \\u hexadecimal character escape');
}

function numberAt(text: string, at: number): number | string {
  const digits = text[at] === '-' ? at + 1 : at;
  const whole = after(/0|[1-9]\d*/y, text, digits);
  if (whole === digits) return faultIn(text, digits, 'in numeric literal');
  const fraction = after(/\.\d*/y, text, whole);
  if (fraction === whole + 1) return faultIn(text, fraction, 'after decimal point in numeric literal');
  const exponent = after(/[eE][+-]?\d*/y, text, fraction);
  if (exponent === fraction || /\d/.test(text[exponent - 1] ?? '')) return exponent;
  return faultIn(text, exponent, 'in exponent of numeric literal');
}

/** The position after what a sticky pattern finds there. */
function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}

const faultAt = (text: string, at: number, context: string): string =>
  at < text.length ? `invalid character ${quoted(text[at] ?? '')} ${context}` : 'unexpected end of JSON input';

/** Go finds the end of a text with a space after it, which no token but a string may hold. */
const faultIn = (text: string, at: number, context: string): string => faultAt(`${text} `, at, context);

const quoted = (character: string): string =>
  character === '"' || character === "'"
    ? `'${character === "'" ? '\\' : ''}${character}'`
    : `'${goQuoted(character).slice(1, -1)}'`;
