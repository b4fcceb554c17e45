import fc from 'fast-check';
import { clusterWide, type FuzzKind } from './fuzz-kind.js';
import { type Json, mostly, some } from './values.js';

const CLASS = some({
  parameters: mostly(
    fc.constantFrom<Json[]>(
      { kind: 'X', name: 'y' },
      { apiGroup: 'a.b', kind: 'X', name: 'y', scope: 'Namespace', namespace: 'z' },
    ),
    fc.constantFrom<Json[]>({}, { kind: 'X', name: 'y', scope: 'Odd' }, { kind: 'X', name: 'y', namespace: 'z' }),
    8,
  ),
});

const ingressClasses = clusterWide('IngressClass', 'ingressclasses', 'networking.k8s.io/v1', {
  hasStatus: false,
  content: fc
    .tuple(mostly(fc.constantFrom('example.com/a', 'example.com/b'), fc.constantFrom('', 'x', 'Bad_/x'), 12), CLASS)
    .map(([controller, rest]): Json => ({ spec: { controller, ...rest } })),
  part: CLASS.map((spec): Json => ({ spec })),
  pointers: ['/spec/controller', '/spec/parameters', '/spec/parameters/scope', '/spec/surplus', ''],
  last: { spec: { controller: 'example.com/a' } },
});

const HOOK = fc
  .tuple(
    mostly(fc.constantFrom('a.example.com', 'b.example.com'), fc.constantFrom('', 'x', 'Bad_.x.y'), 15),
    mostly(
      fc.constantFrom<Json[]>(
        { url: 'https://x.example.com/y' },
        { service: { name: 's', namespace: 'n', path: '/p' }, caBundle: 'eA==' },
      ),
      fc.constantFrom<Json[]>({}, { url: 'http://u@x?a#b' }, { service: { path: 'x', port: 0 } }),
      12,
    ),
    some({
      rules: fc.array(
        some({
          operations: fc.subarray(['CREATE', '*', 'ODD']),
          apiGroups: fc.constantFrom(['never.example.com'], ['never.example.com', '*'], []),
          apiVersions: fc.constantFrom(['v1'], ['']),
          resources: fc.constantFrom(['nothings'], ['nothings', 'nothings/*', 'nothings/status'], ['*', 'x'], ['']),
          scope: mostly(fc.constantFrom('*', 'Namespaced'), fc.constant('Odd'), 10),
        }),
        { maxLength: 1 },
      ),
      matchPolicy: mostly(fc.constantFrom('Exact', 'Equivalent'), fc.constant('Odd'), 10),
      timeoutSeconds: mostly(fc.constantFrom(1, 30), fc.constantFrom(0, 31), 10),
      namespaceSelector: fc.constantFrom<Json[]>({}, { matchLabels: { a: 'b' } }, { matchLabels: { 'a b': 'c' } }),
    }),
  )
  .map(
    ([name, clientConfig, rest]): Json => ({
      name,
      clientConfig,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      failurePolicy: 'Ignore',
      ...rest,
    }),
  );
const HOOKS = fc
  .uniqueArray(HOOK, { minLength: 1, maxLength: 2, selector: ({ name }) => name })
  .map((webhooks): Json => ({ webhooks }));

const webhookConfigurations = clusterWide(
  'ValidatingWebhookConfiguration',
  'validatingwebhookconfigurations',
  'admissionregistration.k8s.io/v1',
  {
    hasStatus: false,
    content: HOOKS,
    part: HOOKS,
    pointers: ['/webhooks', '/webhooks/0/timeoutSeconds', '/webhooks/-', '/surplus', ''],
    last: {},
  },
);

export const CLUSTER_KINDS: readonly FuzzKind[] = [ingressClasses, webhookConfigurations];
