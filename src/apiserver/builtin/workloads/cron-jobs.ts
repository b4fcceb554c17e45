import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { invalidValue, nonNegative, oneOf, required, unsupported } from '../checks/causes.js';
import { shownSelector } from '../checks/label-selectors.js';
import { specOf, typed } from '../model/typed.js';
import { completeTemplate } from '../pods/complete.js';
import { templateWarnings } from '../pods/warnings.js';
import { scheduleProblem } from './cron-schedule.js';
import { type JobSpec, validateJobSpec } from './job-spec.js';
import { isNewGeneration, nameWarnings } from './replicated.js';

interface CronJobSpec {
  schedule?: string;
  timeZone?: string;
  concurrencyPolicy?: string;
  startingDeadlineSeconds?: number;
  successfulJobsHistoryLimit?: number;
  failedJobsHistoryLimit?: number;
  jobTemplate?: { spec?: JobSpec };
}

/** Its jobs get eleven more characters. */
const LONGEST_NAME = 52;

export const cronJob: Strategy = {
  complete: (draft) => completeTemplate(specOf<CronJobSpec>(draft).jobTemplate?.spec?.template),
  validate(object, before) {
    const spec = specOf<CronJobSpec>(object);
    const old = before && typed<CronJobSpec>(before.spec);
    const { name } = object.metadata;
    return [
      ...scheduleProblems(spec, old),
      ...nonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'),
      ...(old && old.timeZone === spec.timeZone ? [] : zoneProblems(spec.timeZone, 'spec.timeZone')),
      ...oneOf(spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], 'spec.concurrencyPolicy'),
      ...jobProblems(spec.jobTemplate?.spec ?? {}, 'spec.jobTemplate.spec'),
      ...nonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'),
      ...nonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'),
      ...(!before && Buffer.byteLength(name) > LONGEST_NAME
        ? [invalidValue('metadata.name', name, `must be no more than ${LONGEST_NAME} characters`)]
        : []),
    ];
  },
  statusWarnings: () => [],
  validateStatus: () => [],
  warnings(object, before) {
    const { jobTemplate, schedule = '' } = specOf<CronJobSpec>(object);
    const zone =
      'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';
    return [
      ...nameWarnings(object, before),
      ...(isNewGeneration(object, before)
        ? templateWarnings(jobTemplate?.spec?.template, 'spec.jobTemplate.spec.template')
        : []),
      ...(before && schedule.includes('TZ') ? [zone] : []),
    ];
  },
};

function scheduleProblems({ schedule = '', timeZone }: CronJobSpec, old: CronJobSpec | undefined): Cause[] {
  const field = 'spec.schedule';
  if (schedule === '') return [required(field)];
  const problem = scheduleProblem(schedule);
  const zoned = schedule.includes('TZ');
  const allowed = old?.schedule?.includes('TZ') ?? false;
  return [
    ...(problem ? [invalidValue(field, schedule, problem)] : []),
    ...(zoned && allowed && timeZone !== undefined
      ? [invalidValue(field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')]
      : []),
    ...(zoned && !allowed
      ? [invalidValue(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')]
      : []),
  ];
}

function zoneProblems(zone: string | undefined, field: string): Cause[] {
  if (zone === undefined) return [];
  if (zone === '') return [invalidValue(field, zone, 'timeZone must be nil or non-empty string')];
  const isPart = (part: string): boolean =>
    part !== '.' && part !== '..' && !part.startsWith('-') && /^[A-Za-z.\-_0-9+]{1,14}$/.test(part);
  if (!zone.split('/').every(isPart)) return [invalidValue(field, zone, `unknown time zone ${zone}`)];
  const local = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
  if (zone.toLowerCase() === 'local') return [invalidValue(field, zone, local)];
  return isTimeZone(zone) ? [] : [invalidValue(field, zone, `unknown time zone ${zone}`)];
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const jobProblems = (spec: JobSpec, field: string): Cause[] => [
  ...validateJobSpec(spec, field),
  ...(spec.selector
    ? [invalidValue(`${field}.selector`, shownSelector(spec.selector), '`selector` will be auto-generated')]
    : []),
  ...(spec.manualSelector ? [unsupported(`${field}.manualSelector`, true, ['nil', 'false'])] : []),
];
