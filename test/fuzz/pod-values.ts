import fc from 'fast-check';
import { type Json, mostly, some } from './values.js';

const TEXT = fc.constantFrom('x', 'y', '');
export const APP: Json = { app: 'web' };
const SELECTOR = mostly(
  fc.constantFrom<Json[]>({ matchLabels: APP }, { matchExpressions: [{ key: 'app', operator: 'Exists' }] }),
  fc.constantFrom<Json[]>({ matchLabels: { 'a b': 'c' } }, { matchExpressions: [{ key: 'x', operator: 'Odd' }] }),
);

const QUANTITY = mostly(fc.constantFrom<(string | number)[]>('100m', '0.5', '1Gi', 1), fc.constantFrom('x', '-1'), 20);
const AMOUNTS = some({ cpu: QUANTITY, memory: QUANTITY, 'ephemeral-storage': fc.constantFrom('1Gi', '1500m') });
const PORT = mostly(
  fc.record(
    {
      containerPort: fc.constantFrom(80, 81),
      protocol: fc.constantFrom('TCP', 'UDP'),
      name: fc.constantFrom('http', 'web'),
      hostPort: fc.constantFrom(80, 0),
    },
    { requiredKeys: ['containerPort'] },
  ),
  fc.constantFrom<Json[]>({}, { containerPort: 0 }, { containerPort: 70_000 }, { containerPort: 1, name: 'A_b' }),
  20,
);
const NUMBERED = mostly(
  fc.constantFrom<(string | number)[]>(80, 'http'),
  fc.constantFrom<(string | number)[]>(0, '80'),
  15,
);
const HANDLER = mostly(
  fc.oneof(
    fc.constant({ exec: { command: ['true'] } }),
    some({ path: fc.constant('/ready'), scheme: mostly(fc.constant('HTTPS'), fc.constant('FTP'), 10) }).chain((rest) =>
      NUMBERED.map((port): Json => ({ httpGet: { ...rest, port } })),
    ),
    NUMBERED.map((port): Json => ({ tcpSocket: { port } })),
    fc.constant({ grpc: { port: 9000 } }),
  ),
  fc.constantFrom<Json[]>({}, { exec: {} }, { exec: { command: ['a'] }, tcpSocket: { port: 1 } }),
  20,
);
const SECONDS = mostly(fc.constantFrom(1, 5), fc.constantFrom(0, -1), 15);
const PROBE = fc
  .tuple(
    HANDLER,
    some({ initialDelaySeconds: SECONDS, periodSeconds: SECONDS, successThreshold: fc.constantFrom(1, 2) }),
  )
  .map(([handler, rest]): Json => ({ ...handler, ...rest }));

const ENV = mostly(
  fc.oneof(
    fc.record({ name: fc.constantFrom('A', 'B'), value: TEXT }),
    fc.record({
      name: fc.constantFrom('A', 'C'),
      valueFrom: fc.constantFrom<Json[]>(
        { fieldRef: { fieldPath: 'metadata.name' } },
        { secretKeyRef: { name: 's', key: 'k' } },
        { configMapKeyRef: { name: 'c', key: 'k', optional: false } },
        { resourceFieldRef: { resource: 'limits.cpu' } },
        { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } },
      ),
    }),
  ),
  fc.constantFrom<Json[]>(
    { name: '' },
    { name: 'A', valueFrom: {} },
    { name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'spec.nope' } } },
    { name: 'B', valueFrom: { secretKeyRef: { key: '' } } },
  ),
  20,
);
const MOUNT = mostly(
  fc.record(
    {
      name: mostly(fc.constant('data'), fc.constantFrom('none', ''), 10),
      mountPath: fc.constantFrom('/a', '/b'),
      readOnly: fc.boolean(),
      subPath: mostly(fc.constant('x'), fc.constantFrom('../x', '/x'), 10),
    },
    { requiredKeys: ['name', 'mountPath'] },
  ),
  fc.constantFrom<Json[]>({ name: 'data' }, { mountPath: '/c' }),
);

const container = (names: fc.Arbitrary<string>): fc.Arbitrary<Json> =>
  fc.record(
    {
      name: names,
      image: mostly(
        fc.constantFrom('example.com/app:1', 'example.com/app', 'app:latest'),
        fc.constantFrom('', ' A'),
        20,
      ),
      command: fc.constantFrom(['run'], ['run', 'x'], []),
      env: fc.array(ENV, { maxLength: 2 }),
      envFrom: fc.constantFrom<Json[][]>(
        [{ configMapRef: { name: 'c' } }],
        [{ prefix: 'P', secretRef: { name: 's' } }],
        [{}],
      ),
      ports: fc.array(PORT, { maxLength: 2 }),
      resources: some({ limits: AMOUNTS, requests: some({ cpu: fc.constant('50m') }) }),
      imagePullPolicy: mostly(fc.constantFrom('Always', 'IfNotPresent', ''), fc.constant('Odd'), 20),
      livenessProbe: PROBE,
      readinessProbe: PROBE,
      lifecycle: HANDLER.map((preStop): Json => ({ preStop })),
      securityContext: some({
        runAsUser: mostly(fc.constantFrom(0, 1000), fc.constant(-1), 20),
        allowPrivilegeEscalation: fc.boolean(),
        capabilities: fc.constantFrom<Json[]>({ drop: ['ALL'] }, {}),
        seccompProfile: mostly(fc.constant({ type: 'RuntimeDefault' }), fc.constant({ type: 'Odd' }), 10),
      }),
      volumeMounts: fc.array(MOUNT, { maxLength: 2 }),
      stdin: fc.boolean(),
    },
    { requiredKeys: ['name', 'image'] },
  );

export const CONTAINERS = mostly(
  fc.uniqueArray(container(mostly(fc.constantFrom('main', 'side'), fc.constantFrom('', 'Bad_Name'), 20)), {
    minLength: 1,
    maxLength: 2,
    selector: ({ name }) => name,
  }),
  fc.constant([]),
  20,
);

const SOURCE = mostly(
  fc.constantFrom<Json[]>(
    {},
    { emptyDir: {} },
    { emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
    { hostPath: { path: '/var' } },
    { configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } },
    { secret: { secretName: 's', defaultMode: 256 } },
    { persistentVolumeClaim: { claimName: 'p' } },
    {
      projected: {
        sources: [
          { configMap: { name: 'c' } },
          { downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.name' } }] } },
        ],
      },
    },
  ),
  fc.constantFrom<Json[]>(
    { secret: {} },
    { configMap: { name: 'c', defaultMode: 1000, items: [{ key: '', path: '../x' }] } },
    { hostPath: { path: '', type: 'Odd' } },
    { emptyDir: {}, hostPath: { path: '/x' } },
    { projected: { sources: [{ secret: {} }] } },
  ),
);

const TOLERATION = mostly(
  fc.constantFrom<Json[]>(
    { key: 'a', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'b', value: 'c' },
    { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
  ),
  fc.constantFrom<Json[]>({}, { key: 'a b' }, { key: 'a', operator: 'Odd' }, { key: 'a', effect: 'Odd' }),
);

const TERM = SELECTOR.map((labelSelector): Json => ({ labelSelector, topologyKey: 'kubernetes.io/hostname' }));
const AFFINITY = some({
  nodeAffinity: mostly(
    fc.constantFrom<Json[]>(
      {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }],
        },
      },
      {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 5, preference: { matchExpressions: [{ key: 'zone', operator: 'Exists' }] } },
        ],
      },
    ),
    fc.constantFrom<Json[]>(
      { requiredDuringSchedulingIgnoredDuringExecution: {} },
      { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0 }] },
    ),
    15,
  ),
  podAntiAffinity: fc.oneof(
    TERM.map(
      (podAffinityTerm): Json => ({
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }],
      }),
    ),
    TERM.map((term): Json => ({ requiredDuringSchedulingIgnoredDuringExecution: [term] })),
  ),
});

const SPREAD = mostly(
  SELECTOR.map(
    (labelSelector): Json => ({ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector }),
  ),
  fc.constantFrom<Json[]>(
    { maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Odd' },
    { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 1 },
  ),
  15,
);

/** The spec of a pod but for its containers. */
export const POD_MEMBERS = {
  initContainers: fc.array(container(fc.constantFrom('first', 'main')), { maxLength: 1 }),
  volumes: fc.array(
    SOURCE.map((source): Json => ({ name: 'data', ...source })),
    { minLength: 1, maxLength: 1 },
  ),
  nodeSelector: mostly(fc.constantFrom<Json[]>({ zone: 'a' }, {}), fc.constant({ 'a b': 'c' })),
  tolerations: fc.array(TOLERATION, { maxLength: 2 }),
  affinity: AFFINITY,
  topologySpreadConstraints: fc.array(SPREAD, { maxLength: 1 }),
  serviceAccountName: mostly(fc.constant('runner'), fc.constantFrom('', 'Bad_Name'), 15),
  securityContext: some({ runAsNonRoot: fc.boolean(), fsGroup: mostly(fc.constant(2000), fc.constant(-1), 15) }),
  terminationGracePeriodSeconds: mostly(fc.constantFrom(0, 60), fc.constant(-1), 15),
  dnsPolicy: mostly(fc.constantFrom('Default', ''), fc.constantFrom('None', 'Odd'), 15),
  imagePullSecrets: fc.constantFrom<Json[][]>([{ name: 'r' }], []),
  hostNetwork: fc.boolean(),
  hostAliases: fc.constantFrom<Json[][]>([{ ip: '10.0.0.1', hostnames: ['a.example'] }], [{ ip: 'x' }]),
};

/** Few of the members at a time: an object that is refused shows less. */
export const podSpec = (rest: fc.Arbitrary<Json> = fc.constant({})): fc.Arbitrary<Json> =>
  fc
    .tuple(CONTAINERS, fc.subarray(Object.keys(POD_MEMBERS), { maxLength: 3 }), fc.record(POD_MEMBERS), rest)
    .map(([containers, names, members, more]) => ({
      ...Object.fromEntries(Object.entries(members).filter(([name]) => names.includes(name))),
      containers,
      ...more,
    }));
