interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly Bounds[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: MONTHS },
  { least: 0, most: 6, names: DAYS },
];

const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** What is wrong with the schedule of a CronJob, in the words of the parser Kubernetes has; undefined when nothing is. */
export function scheduleProblem(text: string): string | undefined {
  if (text === '') return 'empty spec string';
  const schedule = text.replace(/^(?:CRON_)?TZ=\S* ?/, '').trim();
  if (schedule.startsWith('@')) return descriptorProblem(schedule);
  const fields = schedule.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`;
  }
  for (const [index, bounds] of FIELDS.entries()) {
    const problem = fieldProblem(fields[index] ?? '', bounds);
    if (problem) return problem;
  }
  return undefined;
}

const DURATION = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/;

function descriptorProblem(text: string): string | undefined {
  if (DESCRIPTORS.includes(text)) return undefined;
  const [, duration] = /^@every (.*)$/.exec(text) ?? [];
  if (duration === undefined) return `unrecognized descriptor: ${text}`;
  return DURATION.test(duration) || duration === '0'
    ? undefined
    : `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`;
}

function fieldProblem(text: string, bounds: Bounds): string | undefined {
  for (const range of text.split(',').filter((part) => part !== '')) {
    const problem = rangeProblem(range, bounds);
    if (problem) return problem;
  }
  return undefined;
}

function rangeProblem(text: string, bounds: Bounds): string | undefined {
  const [range = '', stepText, ...moreSteps] = text.split('/');
  const limits = range.split('-');
  const read = limitsOf(limits, text, bounds);
  if (typeof read === 'string') return read;
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  const step = stepText === undefined ? 1 : numberIn(stepText);
  if (typeof step === 'string') return step;
  const [start] = read;
  const end = stepText !== undefined && limits.length === 1 ? bounds.most : read[1];
  if (start < bounds.least) return `beginning of range (${start}) below minimum (${bounds.least}): ${text}`;
  if (end > bounds.most) return `end of range (${end}) above maximum (${bounds.most}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return step === 0 ? `step of range should be a positive number: ${text}` : undefined;
}

function limitsOf(limits: readonly string[], text: string, bounds: Bounds): readonly [number, number] | string {
  const [first = '', last] = limits;
  if (first === '*' || first === '?') return [bounds.least, bounds.most];
  const start = numberIn(first, bounds);
  if (typeof start === 'string') return start;
  if (limits.length > 2) return `too many hyphens: ${text}`;
  const end = last === undefined ? start : numberIn(last, bounds);
  return typeof end === 'string' ? end : [start, end];
}

function numberIn(
  text: string,
  { names, least }: Pick<Bounds, 'names' | 'least'> = { names: [], least: 0 },
): number | string {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + least;
  if (!/^[+-]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}
