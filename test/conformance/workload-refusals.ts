import { type Cases, MERGE } from './fixture.js';
import { around, at, CONTAINER, create, POD, type Spec, type Workload } from './workload-values.js';

const PREFIX: Readonly<Record<Workload, string>> = {
  Deployment: 'spec.template.',
  StatefulSet: 'spec.template.',
  DaemonSet: 'spec.template.',
  Job: 'spec.template.',
  CronJob: 'spec.jobTemplate.spec.template.',
  Pod: '',
};

const container = (rest: Spec): Spec => ({ containers: [{ ...CONTAINER, ...rest }] });

/** A pod nobody takes, and the fields it is refused for. */
const MISTAKES: Readonly<Record<string, readonly [pod: Spec, ...fields: string[]]>> = {
  'no containers': [{}, 'containers'],
  'two containers of one name': [{ containers: [CONTAINER, CONTAINER] }, 'containers[1].name'],
  'a port out of range': [container({ ports: [{ containerPort: 70_000 }] }), 'containers[0].ports[0].containerPort'],
  'a mount without its volume': [
    container({ volumeMounts: [{ name: 'none', mountPath: '/x' }] }),
    'containers[0].volumeMounts[0].name',
  ],
  'a probe without a handler': [container({ livenessProbe: {} }), 'containers[0].livenessProbe'],
  'a request beyond its limit': [
    container({ resources: { limits: { cpu: 1 }, requests: { cpu: 2 } } }),
    'containers[0].resources.requests',
  ],
  'a variable of two sources': [
    container({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
    'containers[0].env[0].valueFrom',
  ],
  'a toleration of everything that is not one': [{ ...POD, tolerations: [{}] }, 'tolerations[0].operator'],
  'two kinds of volume in one': [
    { ...POD, volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }] },
    'volumes[0].hostPath',
  ],
  'a DNS policy without servers': [{ ...POD, dnsPolicy: 'None' }, 'dnsConfig'],
  'a skew of nothing': [
    {
      ...POD,
      topologySpreadConstraints: [
        { maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
      ],
    },
    'topologySpreadConstraints[0].maxSkew',
  ],
};

const KINDS = Object.keys(PREFIX) as Workload[]; // the keys of a record of them

const podMistakes: Cases = Object.fromEntries(
  Object.entries(MISTAKES).map(([mistake, [pod, ...fields]]) => [
    `every workload refuses ${mistake}`,
    async (t, p) => {
      for (const kind of KINDS) {
        const { code, body } = await create(p, kind, around(kind, pod));
        t.is(code, 422, kind);
        const told = body.details.causes.map(({ field }) => field);
        t.deepEqual(
          [...new Set(told)],
          fields.map((field) => `${PREFIX[kind]}spec.${field}`),
          kind,
        );
      }
    },
  ]),
);

const causeOf =
  (kind: Workload, rest: Spec, field: string, message: string): Cases[string] =>
  async (t, p) => {
    const { code, body } = await create(p, kind, around(kind, POD, rest));
    t.is(code, 422);
    t.deepEqual(
      body.details.causes.map((cause) => [cause.field, cause.message]),
      [[field, message]],
    );
  };

/** What workloads are refused or warned of. */
export const WORKLOAD_REFUSAL_CASES: Cases = {
  ...podMistakes,
  'a selector that misses its template is refused with the labels it missed': causeOf(
    'Deployment',
    { selector: { matchLabels: { app: 'other' } } },
    'spec.template.metadata.labels',
    'Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ),
  'a rolling update that never moves is refused': causeOf(
    'Deployment',
    { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
    'spec.strategy.rollingUpdate.maxUnavailable',
    'Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ),
  'a deadline that comes before readiness is refused': causeOf(
    'Deployment',
    { minReadySeconds: 600 },
    'spec.progressDeadlineSeconds',
    'Invalid value: 600: must be greater than minReadySeconds',
  ),
  'a schedule of too few fields is refused in the words of its parser': causeOf(
    'CronJob',
    { schedule: '* * *' },
    'spec.schedule',
    'Invalid value: "* * *": expected exactly 5 fields, found 3: [* * *]',
  ),
  'an indexed Job without completions is refused': causeOf(
    'Job',
    { completionMode: 'Indexed', parallelism: 1 },
    'spec.completions',
    'Required value: when completion mode is Indexed',
  ),
  'a selector never changes': async (t, p) => {
    await create(p, 'Deployment');
    const labels = { matchLabels: { app: 'x' } };
    const spec = { selector: labels, template: { metadata: { labels: { app: 'x' } } } };
    const { code, body } = await p.wire.call('PATCH', at(p, 'Deployment', '/a'), { type: MERGE, body: { spec } });
    t.is(code, 422);
    t.deepEqual(body.details.causes, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: {"matchLabels":{"app":"x"}}: field is immutable',
        field: 'spec.selector',
      },
    ]);
  },
  'a Pod of an unknown priority class is forbidden': async (t, p) => {
    const { code, body } = await create(p, 'Pod', { ...POD, priorityClassName: 'none' });
    t.is(code, 403);
    t.is(body.message, 'pods "a" is forbidden: no PriorityClass with name none was found');
  },
  'millibytes, hidden variables and doubled ports are warned of': async (t, p) => {
    const pod = container({
      resources: { limits: { memory: '100m' } },
      env: [
        { name: 'A', value: 'x' },
        { name: 'A', value: 'y' },
      ],
      ports: [{ containerPort: 80 }, { containerPort: 80, name: 'web' }],
    });
    const { code, headers } = await create(p, 'Deployment', around('Deployment', pod));
    t.is(code, 201);
    const warnings = String(headers.warning);
    const field = 'spec.template.spec.containers[0]';
    t.true(warnings.includes(`${field}.resources.limits[memory]: fractional byte value`), warnings);
    t.true(warnings.includes(`${field}.env[1]: hides previous definition of`), warnings);
    t.true(warnings.includes(`${field}.ports[1]: duplicate port definition with ${field}.ports[0]`), warnings);
  },
  'the counts of a status are no less than nothing and no more than the replicas': async (t, p) => {
    await create(p, 'Deployment');
    const status = { replicas: 1, readyReplicas: 2, updatedReplicas: -1 };
    const { body } = await p.wire.call('PATCH', at(p, 'Deployment', '/a/status'), { type: MERGE, body: { status } });
    t.deepEqual(
      body.details.causes.map(({ field, message }) => [field, message]),
      [
        ['status.updatedReplicas', 'Invalid value: -1: must be greater than or equal to 0'],
        ['status.readyReplicas', 'Invalid value: 2: cannot be greater than status.replicas'],
      ],
    );
  },
};
