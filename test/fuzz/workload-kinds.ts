import fc from 'fast-check';
import { builtIn, type FuzzKind } from './fuzz-kind.js';
import { APP, podSpec } from './pod-values.js';
import { type Json, mostly, some } from './values.js';

const LABELS = mostly(fc.constant(APP), fc.constantFrom<Json[]>({}, { app: 'db' }), 30);
const COUNT = mostly(fc.constantFrom(0, 1, 3), fc.constant(-1), 20);
const SHARE = mostly(
  fc.constantFrom<(string | number)[]>(1, '25%', 0),
  fc.constantFrom<(string | number)[]>('x', '200%', -1),
  15,
);
const ROLLING = some({ maxUnavailable: SHARE, maxSurge: SHARE });
const SELECTOR = mostly(
  fc.constant<Json>({ matchLabels: APP }),
  fc.constantFrom<Json[]>({}, { matchExpressions: [{ key: 'app', operator: 'Odd' }] }, { matchLabels: { 'a b': 'c' } }),
);

const POINTERS = [
  '/spec/template/metadata/labels/app',
  '/spec/template/spec/containers/0/image',
  '/spec/template/spec/containers/0/name',
  '/spec/template/spec/containers/0/env',
  '/spec/template/spec/containers/-',
  '/spec/template/spec/volumes',
  '/spec/template/spec/restartPolicy',
  '/spec/template',
  '/spec/surplus',
  '',
];

const plainTemplate = (rest: Json = {}): Json => ({
  metadata: { labels: APP },
  spec: { ...rest, containers: [{ name: 'main', image: 'app' }] },
});

const template = (spec = podSpec()): fc.Arbitrary<Json> =>
  fc.tuple(LABELS, spec).map(([labels, own]) => ({ metadata: { labels }, spec: own }));

/** A kind that keeps pods running. */
const replicated = (
  kind: string,
  plural: string,
  members: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  status: fc.Arbitrary<Json>,
  pointers: readonly string[] = [],
): FuzzKind =>
  builtIn(kind, plural, 'apps/v1', {
    hasStatus: true,
    content: fc
      .tuple(some(members), SELECTOR, template())
      .map(([rest, selector, pods]): Json => ({ spec: { ...rest, selector, template: pods } })),
    part: some({ ...members, template: some({ spec: podSpec() }) }).map((spec): Json => ({ spec })),
    status,
    pointers: ['/spec/replicas', '/spec/selector/matchLabels/app', ...pointers, ...POINTERS],
    last: { spec: { selector: { matchLabels: APP }, template: plainTemplate() } },
  });

const CONDITIONS = fc.array(
  fc.record({ type: fc.constantFrom('Available', 'Progressing'), status: fc.constantFrom('True', 'False') }),
  { maxLength: 1 },
);
const REPLICAS = { replicas: fc.constantFrom(0, 2), readyReplicas: COUNT, availableReplicas: COUNT };
const STATUS = some({ ...REPLICAS, observedGeneration: fc.constantFrom(1, 2), conditions: CONDITIONS });

const STRATEGY = mostly(
  fc.oneof(
    fc.constantFrom<Json[]>({ type: 'Recreate' }, { type: 'RollingUpdate' }, { type: '' }),
    ROLLING.map((rollingUpdate): Json => ({ rollingUpdate })),
  ),
  fc.constantFrom<Json[]>({ type: 'Recreate', rollingUpdate: { maxSurge: 1 } }, { type: 'Odd' }),
  20,
);

export const deployments = replicated(
  'Deployment',
  'deployments',
  {
    replicas: COUNT,
    paused: fc.boolean(),
    minReadySeconds: mostly(fc.constantFrom(0, 5), fc.constant(-1), 20),
    revisionHistoryLimit: fc.constantFrom(0, 2),
    progressDeadlineSeconds: mostly(fc.constant(100), fc.constant(1), 20),
    strategy: STRATEGY,
  },
  STATUS,
  ['/spec/strategy', '/spec/strategy/type'],
);

export const replicaSets = replicated('ReplicaSet', 'replicasets', { replicas: COUNT, minReadySeconds: COUNT }, STATUS);

export const statefulSets = replicated(
  'StatefulSet',
  'statefulsets',
  {
    replicas: COUNT,
    serviceName: mostly(fc.constantFrom('web', ''), fc.constant('Bad_Name'), 20),
    podManagementPolicy: mostly(fc.constantFrom('Parallel', ''), fc.constant('Odd'), 20),
    updateStrategy: mostly(
      fc.constantFrom<Json[]>({ type: 'OnDelete' }, { type: 'RollingUpdate' }, { rollingUpdate: { partition: 2 } }, {}),
      fc.constantFrom<Json[]>({ type: 'Odd' }, { type: 'OnDelete', rollingUpdate: {} }),
      20,
    ),
    volumeClaimTemplates: mostly(
      fc.constant([
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ]),
      fc.constant([{ metadata: { name: 'data' }, spec: {} }]),
      15,
    ),
    persistentVolumeClaimRetentionPolicy: some({ whenDeleted: fc.constantFrom('Delete', 'Retain') }),
    minReadySeconds: COUNT,
  },
  STATUS,
  ['/spec/serviceName', '/spec/volumeClaimTemplates'],
);

export const daemonSets = replicated(
  'DaemonSet',
  'daemonsets',
  {
    minReadySeconds: COUNT,
    revisionHistoryLimit: COUNT,
    updateStrategy: mostly(
      fc.oneof(
        fc.constantFrom<Json[]>({ type: 'OnDelete' }, { type: 'RollingUpdate' }, {}),
        ROLLING.map((rollingUpdate): Json => ({ rollingUpdate })),
      ),
      fc.constant({ type: 'Odd' }),
      20,
    ),
  },
  some({ numberReady: COUNT, currentNumberScheduled: COUNT, conditions: CONDITIONS }),
);

const ENDING = podSpec(
  mostly(fc.constantFrom<Json[]>({ restartPolicy: 'Never' }, { restartPolicy: 'OnFailure' }), fc.constant({}), 15),
);
const JOB_MEMBERS = {
  parallelism: COUNT,
  completions: COUNT,
  backoffLimit: COUNT,
  activeDeadlineSeconds: COUNT,
  ttlSecondsAfterFinished: COUNT,
  suspend: fc.boolean(),
  completionMode: mostly(fc.constantFrom('NonIndexed', 'Indexed'), fc.constant('Odd'), 20),
  podFailurePolicy: mostly(
    fc.constantFrom<Json[]>(
      { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] },
      { rules: [{ action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [1, 2] } }] },
    ),
    fc.constantFrom<Json[]>(
      { rules: [{}] },
      { rules: [{ action: 'Count', onExitCodes: { operator: 'In', values: [0] } }] },
    ),
    10,
  ),
};
const JOB = fc.tuple(some(JOB_MEMBERS), ENDING).map(([rest, spec]): Json => ({ ...rest, template: { spec } }));

/** Without the status, of which the Job controller's rules are not checked. */
export const jobs = builtIn('Job', 'jobs', 'batch/v1', {
  hasStatus: false,
  content: JOB.map((spec): Json => ({ spec })),
  part: some({ ...JOB_MEMBERS, template: some({ spec: ENDING }) }).map((spec): Json => ({ spec })),
  pointers: ['/spec/parallelism', '/spec/suspend', '/spec/selector', ...POINTERS],
  last: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'app' }] } } } },
});

const CRON_JOB_MEMBERS = {
  schedule: mostly(
    fc.constantFrom('* * * * *', '@daily', '*/5 1-3 * jan mon'),
    fc.constantFrom('', '* * *', '61 * * * *', '@never', 'TZ=UTC * * * * *'),
    10,
  ),
  concurrencyPolicy: mostly(fc.constantFrom('Forbid', ''), fc.constant('Odd'), 20),
  timeZone: mostly(fc.constant('Etc/UTC'), fc.constantFrom('', 'Odd/Zone'), 10),
  startingDeadlineSeconds: COUNT,
  successfulJobsHistoryLimit: COUNT,
  suspend: fc.boolean(),
};

export const cronJobs = builtIn('CronJob', 'cronjobs', 'batch/v1', {
  hasStatus: true,
  content: fc
    .tuple(some(CRON_JOB_MEMBERS), JOB)
    .map(([rest, spec]): Json => ({ spec: { schedule: '* * * * *', ...rest, jobTemplate: { spec } } })),
  part: some({ ...CRON_JOB_MEMBERS, jobTemplate: some({ spec: JOB }) }).map((spec): Json => ({ spec })),
  status: some({ lastScheduleTime: fc.constant('2001-01-01T00:00:00Z'), active: fc.constantFrom<Json[][]>([], [{}]) }),
  pointers: [
    '/spec/schedule',
    '/spec/suspend',
    '/spec/jobTemplate',
    '/spec/jobTemplate/spec/template/spec',
    '/surplus',
    '',
  ],
  last: {
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: plainTemplate({ restartPolicy: 'Never' }) } },
    },
  },
});

export const pods = builtIn('Pod', 'pods', 'v1', {
  hasStatus: false,
  content: podSpec().map((spec): Json => ({ spec })),
  part: some({
    containers: fc.constantFrom<Json[][]>([{ name: 'main', image: 'other' }], []),
    activeDeadlineSeconds: COUNT,
  }).map((spec): Json => ({ spec })),
  pointers: [
    '/spec/containers/0/image',
    '/spec/containers/-',
    '/spec/tolerations',
    '/spec/nodeName',
    '/spec/surplus',
    '',
  ],
  fieldSelectors: ['spec.restartPolicy=Always', 'status.phase=Pending'],
  last: { spec: { containers: [{ name: 'main', image: 'app' }] } },
});
