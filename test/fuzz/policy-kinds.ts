import fc from 'fast-check';
import { builtIn } from './fuzz-kind.js';
import { type Json, mostly, some } from './values.js';

const AMOUNT = mostly(
  fc.constantFrom<(number | string)[]>(0, 1, '50%', '100%'),
  fc.constantFrom<(number | string)[]>(-1, 'x', '101%', '5'),
  10,
);
const SELECTOR = mostly(
  fc.constantFrom<Json[]>({ matchLabels: { app: 'web' } }, {}, { matchLabels: { tier: 'db' } }),
  fc.constantFrom<Json[]>({ matchLabels: { 'a b': 'c' } }, { matchExpressions: [{ key: 'a', operator: 'In' }] }),
  15,
);
const BUDGET = fc
  .tuple(
    fc.oneof(some({ minAvailable: AMOUNT }), some({ maxUnavailable: AMOUNT })),
    some({
      selector: SELECTOR,
      unhealthyPodEvictionPolicy: mostly(
        fc.constantFrom('AlwaysAllow', 'IfHealthyBudget'),
        fc.constantFrom('Odd', ''),
        10,
      ),
    }),
  )
  .map(([amount, rest]): Json => ({ spec: { ...amount, ...rest } }));

const CONDITION = fc.record(
  {
    type: mostly(fc.constantFrom('DisruptionAllowed', 'Other'), fc.constantFrom('', 'a b'), 10),
    status: mostly(fc.constantFrom('True', 'False'), fc.constantFrom('Odd', ''), 10),
    reason: mostly(fc.constant('Enough'), fc.constantFrom('', '9'), 10),
    message: fc.constantFrom('', 'x'),
    lastTransitionTime: fc.constant('2001-01-01T00:00:00Z'),
  },
  { requiredKeys: ['type', 'status', 'reason', 'message'] },
);

export const budgets = builtIn('PodDisruptionBudget', 'poddisruptionbudgets', 'policy/v1', {
  hasStatus: true,
  content: BUDGET,
  part: BUDGET,
  status: some({
    currentHealthy: mostly(fc.constantFrom(0, 2), fc.constant(-1)),
    disruptionsAllowed: mostly(fc.constantFrom(0, 1), fc.constant(-1)),
    observedGeneration: fc.constantFrom(0, 1),
    conditions: fc.uniqueArray(CONDITION, { maxLength: 2, selector: ({ type }) => type }),
  }),
  pointers: ['/spec/minAvailable', '/spec/maxUnavailable', '/spec/selector', '/spec', '/status', '/spec/surplus', ''],
  last: { spec: { minAvailable: 1 } },
});

const TARGET = some({
  type: mostly(fc.constantFrom('Utilization', 'AverageValue', 'Value'), fc.constantFrom('Odd', ''), 10),
  averageUtilization: mostly(fc.constantFrom(50, 80), fc.constant(0), 10),
  averageValue: mostly(fc.constantFrom<(string | number)[]>('100m', 1, '0.5'), fc.constantFrom('0', '-1'), 10),
  value: mostly(fc.constant('1k'), fc.constant('0'), 10),
});
const METRIC = fc.oneof(
  fc.record({
    type: fc.constant('Resource'),
    resource: some({ name: fc.constantFrom('cpu', 'memory', ''), target: TARGET }),
  }),
  fc.record({
    type: fc.constant('Pods'),
    pods: some({ metric: some({ name: fc.constantFrom('m', 'a/b') }), target: TARGET }),
  }),
  fc.record({
    type: fc.constant('ContainerResource'),
    containerResource: some({
      name: fc.constantFrom('cpu', 'odd'),
      container: fc.constantFrom('main', 'Bad_'),
      target: TARGET,
    }),
  }),
  fc.record({
    type: fc.constant('External'),
    external: some({ metric: some({ name: fc.constant('m') }), target: TARGET }),
  }),
  fc.record({
    type: mostly(fc.constant('Object'), fc.constant('Odd'), 5),
    object: some({
      describedObject: fc.constantFrom<Json[]>(
        { apiVersion: 'v1', kind: 'Service', name: 's' },
        {},
        { apiVersion: 'a/b/c' },
      ),
      metric: some({ name: fc.constant('m') }),
      target: TARGET,
    }),
  }),
);
const GOOD_METRIC: Json = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
};
const RULES = some({
  stabilizationWindowSeconds: mostly(fc.constantFrom(0, 60), fc.constantFrom(-1, 3601), 10),
  selectPolicy: mostly(fc.constantFrom('Max', 'Disabled'), fc.constant('Odd'), 10),
  policies: fc.array(
    fc.record({
      type: mostly(fc.constantFrom('Pods', 'Percent'), fc.constant('Odd'), 10),
      value: mostly(fc.constant(4), fc.constant(0), 10),
      periodSeconds: mostly(fc.constant(60), fc.constantFrom(0, 1801), 10),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});
const SCALED = mostly(
  fc.constantFrom<Json[]>(
    { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    { apiVersion: 'v1', kind: 'ReplicationController', name: 'web' },
  ),
  fc.constantFrom<Json[]>({}, { kind: 'Deployment', name: 'web' }, { apiVersion: 'a/b/c', kind: 'a/b', name: 'x' }),
  15,
);
const AUTOSCALER = some({
  minReplicas: mostly(fc.constantFrom(1, 2), fc.constantFrom(0, -1), 15),
  maxReplicas: mostly(fc.constantFrom(5, 6), fc.constantFrom(0, -1, 1), 15),
  metrics: fc.array(mostly(fc.constant(GOOD_METRIC), METRIC, 1), { maxLength: 2 }),
  behavior: some({ scaleUp: RULES, scaleDown: RULES }),
}).map((spec): Json => ({ spec }));

export const autoscalers = builtIn('HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'autoscaling/v2', {
  hasStatus: true,
  content: fc
    .tuple(SCALED, AUTOSCALER)
    .map(([scaleTargetRef, { spec }]): Json => ({ spec: { maxReplicas: 5, scaleTargetRef, ...(spec as Json) } })), // as made above
  part: AUTOSCALER,
  status: some({
    currentReplicas: mostly(fc.constantFrom(0, 2), fc.constant(-1), 10),
    desiredReplicas: fc.constantFrom(0, 3),
    conditions: fc.constantFrom<Json[][]>([], [{ type: 'AbleToScale', status: 'True' }]),
  }),
  pointers: [
    '/spec/metrics',
    '/spec/metrics/0',
    '/spec/minReplicas',
    '/spec/maxReplicas',
    '/spec/behavior',
    '/spec/surplus',
    '',
  ],
  last: { spec: { maxReplicas: 1, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } },
});

const QUANTITY = mostly(fc.constantFrom<(string | number)[]>('5', 1, '1024Mi', '0.5'), fc.constantFrom('-1', 'x'), 15);
const RESOURCE = mostly(
  fc.constantFrom('pods', 'cpu', 'requests.cpu', 'limits.memory', 'count/deployments.apps', 'requests.example.com/gpu'),
  fc.constantFrom('odd', 'Bad_/x/y'),
  20,
);
const SCOPE = mostly(
  fc.constantFrom('Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass'),
  fc.constant('Odd'),
  15,
);
const QUOTA = some({
  hard: fc.dictionary(RESOURCE, QUANTITY, { maxKeys: 2 }),
  scopes: fc.array(SCOPE, { maxLength: 1 }),
  scopeSelector: some({
    matchExpressions: fc.array(
      some({
        scopeName: SCOPE,
        operator: mostly(fc.constantFrom('In', 'Exists'), fc.constant('Odd'), 10),
        values: fc.subarray(['x', 'y'], { minLength: 1 }),
      }),
      { maxLength: 1 },
    ),
  }),
}).map((spec): Json => ({ spec }));

export const quotas = builtIn('ResourceQuota', 'resourcequotas', 'v1', {
  hasStatus: true,
  content: QUOTA,
  part: QUOTA,
  status: some({
    hard: fc.dictionary(RESOURCE, QUANTITY, { maxKeys: 1 }),
    used: fc.dictionary(RESOURCE, QUANTITY, { maxKeys: 1 }),
  }),
  pointers: ['/spec/hard', '/spec/hard/pods', '/spec/scopes', '/status/used', '/spec/surplus', ''],
  last: {},
});

const AMOUNTS = fc.dictionary(
  mostly(fc.constantFrom('cpu', 'memory', 'storage'), fc.constantFrom('odd', 'example.com/gpu'), 10),
  mostly(fc.constantFrom<(string | number)[]>('1', 2, '500m'), fc.constantFrom('-1', 'x'), 20),
  { maxKeys: 2 },
);
const LIMITS = fc
  .array(
    some({
      type: mostly(fc.constantFrom('Container', 'Pod', 'PersistentVolumeClaim'), fc.constantFrom('Odd', ''), 15),
      max: AMOUNTS,
      min: AMOUNTS,
      default: AMOUNTS,
      defaultRequest: AMOUNTS,
      maxLimitRequestRatio: AMOUNTS,
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map((limits): Json => ({ spec: { limits } }));

export const limitRanges = builtIn('LimitRange', 'limitranges', 'v1', {
  hasStatus: false,
  isMadeByUpdates: true,
  content: LIMITS,
  part: LIMITS,
  pointers: ['/spec/limits/0', '/spec/limits/0/max', '/spec/limits/-', '/spec/surplus', ''],
  last: {},
});
