const LAYOUT = '2006-01-02T15:04:05Z07:00';
const ELEMENTS: readonly (readonly [layout: string, pattern: RegExp])[] = [
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
  ['05', /^\d\d(?:[.,]\d+)?/],
  ['Z07:00', /^(?:Z|[+-]\d\d:\d\d)/],
];

/** What Go says of a text that is no RFC 3339 time; undefined of one that looks like one. */
export function timeProblem(text: string): string | undefined {
  let rest = text;
  for (const [layout, pattern] of ELEMENTS) {
    const [found] = pattern.exec(rest) ?? [];
    if (found === undefined) return problem(text, `cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(layout)}`);
    rest = rest.slice(found.length);
  }
  return rest === '' ? undefined : `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`;
}

const problem = (text: string, why: string): string =>
  `parsing time ${JSON.stringify(text)} as ${JSON.stringify(LAYOUT)}: ${why}`;
