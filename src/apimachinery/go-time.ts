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
    if (found === undefined)
      return problem(text, whole, `cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(layout)}`);
    rest = rest.slice(found.length);
  }
  return rest === '' ? undefined : `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`;
}

const problem = (text: string, whole: string, why: string): string =>
  `parsing time ${JSON.stringify(text)} as ${JSON.stringify(whole)}: ${why}`;
