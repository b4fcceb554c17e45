type Element = readonly [layout: string, pattern: RegExp];
const ZONE: Element = ['Z07:00', /^(?:Z|[+-]\d\d:\d\d)/];
const TO_SECONDS: readonly Element[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d\d/],
  ['-', /^-/],
  ['02', /^\d\d/],
  ['T', /^T/],
  ['15', /^\d\d?/],
  [':', /^:/],
  ['04', /^\d\d/],
  [':', /^:/],
];
const TIME: readonly Element[] = [...TO_SECONDS, ['05', /^\d\d(?:[.,]\d+)?/], ZONE];
const MICRO_TIME: readonly Element[] = [...TO_SECONDS, ['05', /^\d\d/], ['.000000', /^[.,]\d{6}/], ZONE];

/** What Go says of a text that is no RFC 3339 time; undefined of one that looks like one. */
export const timeProblem = (text: string): string | undefined => problemOf(text, TIME, '2006-01-02T15:04:05Z07:00');

/** The same, where microseconds must be told. */
export const microTimeProblem = (text: string): string | undefined =>
  problemOf(text, MICRO_TIME, '2006-01-02T15:04:05.000000Z07:00');

function problemOf(text: string, elements: readonly Element[], whole: string): string | undefined {
  let rest = text;
  for (const [layout, pattern] of elements) {
    const [found] = pattern.exec(rest) ?? [];
    if (found === undefined) return problem(text, whole, `cannot parse ${quoted(rest)} as ${quoted(layout)}`);
    rest = rest.slice(found.length);
  }
  return rest === '' ? undefined : `parsing time ${quoted(text)}: extra text: ${quoted(rest)}`;
}

const problem = (text: string, whole: string, why: string): string =>
  `parsing time ${quoted(text)} as ${quoted(whole)}: ${why}`;

/** As the time package quotes: what is not ASCII byte by byte. */
function quoted(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => {
    if (byte < 0x20 || byte >= 0x80) return `\\x${byte.toString(16).padStart(2, '0')}`;
    const character = String.fromCharCode(byte);
    return character === '"' || character === '\\' ? `\\${character}` : character;
  });
  return `"${bytes.join('')}"`;
}

/** Of Kubernetes' times, which have whole seconds. */
export const timestamp = (now: Date): string => `${now.toISOString().slice(0, 19)}Z`;
