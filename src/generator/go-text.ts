/** The text Go's `%v` gives for a decoded JSON value: what Argo CD's own generator turns decision members into. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return goNumber(value);
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value === 'object') return goMap(value);
  return String(value);
}

const goMap = (value: object): string => {
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, member]) => `${key}:${goText(member)}`).join(' ')}]`;
};

/** Both languages switch to exponents at 1e21; Go does so below 1e-4 too, and writes at least two exponent digits. */
function goNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || size >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
