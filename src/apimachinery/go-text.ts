/** A JSON value as Go prints it with `%+v`: `map[a:1 b:[x y]]`. Only messages show it. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value === 'number') return goNumber(value);
  if (typeof value !== 'object') return String(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([name, member]) => `${name}:${goText(member)}`).join(' ')}]`;
}

/** JSON as Go writes it: fit for HTML. */
export const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A value in a message about it: a text is quoted as Go quotes it, anything else is JSON. */
export const goShown = (value: unknown): string => (typeof value === 'string' ? goQuoted(value) : goJson(value));

/** Escapes JSON lacks. */
const GO_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\u0007', '\\a'],
  ['\\u000b', '\\v'],
  ['\u007f', '\\x7f'],
]);

/** What nobody sees, spaces but the common one included. */
const UNSEEN = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** Text in quotes as Go writes it: a control character is `\x01` where JSON has `\u0001`, others are `\u2028`. */
export const goQuoted = (text: string): string =>
  JSON.stringify(text)
    .replace(
      /\\(?:u00([01][0-9a-f])|.)|\u007f/g,
      (found: string, code?: string) => GO_ESCAPES.get(found) ?? (code === undefined ? found : `\\x${code}`),
    )
    .replace(UNSEEN, (found) => {
      const code = (found.codePointAt(0) ?? 0).toString(16);
      return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
    });

const INT64_END = 2 ** 63;

/** Whether a number of JSON is an integer to Go, not a float. */
export const isInt64 = (value: number): boolean => Number.isInteger(value) && value >= -INT64_END && value < INT64_END;

/** A number of JSON as Go prints it: one that is no integer of 64 bits has an exponent soon. */
export function goNumber(value: number): string {
  if (isInt64(value)) return String(BigInt(value));
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const size = Number(exponent);
  if (size >= -4 && size < 6) return String(value);
  return `${digits}e${size < 0 ? '-' : '+'}${String(Math.abs(size)).padStart(2, '0')}`;
}

/** What Go's decoder calls the type of a JSON value. */
export function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** A JSON value as Go source, as `%#v` prints it. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value === 'number') return goNumber(value);
  if (typeof value === 'string') return goQuoted(value);
  if (typeof value !== 'object') return String(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]interface {}{${members.map(([name, member]) => `${goQuoted(name)}:${goSyntax(member)}`).join(', ')}}`;
}

/** The Go type a JSON value is read into, as `%T` prints it. */
export function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return isInt64(value) ? 'int64' : 'float64';
  return goKind(value);
}
