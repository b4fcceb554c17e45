import test from 'ava';
import { withoutIgnored } from '../../src/agent/ignore-fields.js';
import { compileJqPaths } from '../../src/agent/jq.js';
import type { Ownership } from '../../src/agent/merge/metadata.js';
import { newObject, planUpdate } from '../../src/agent/merge/update.js';
import { queryJsonPath } from '../../src/agent/query.js';
import { IgnoreField } from '../../src/api/manifest-config.js';
import type { Unstructured } from '../../src/api/meta.js';

const reference = {
  apiVersion: 'work.open-cluster-management.io/v1',
  kind: 'AppliedManifestWork',
  name: 'hash-w',
  uid: 'uid-1',
};
const OWNED: Ownership = { reference, owned: true };

const object = (apiVersion: string, kind: string, rest: object = {}, metadata: object = {}): Unstructured =>
  ({ apiVersion, kind, metadata: { name: 'x', namespace: 'ns', ...metadata }, ...rest }) as Unstructured;
const live = (apiVersion: string, kind: string, rest: object = {}, metadata: object = {}): Unstructured =>
  object(apiVersion, kind, rest, { uid: 'u', resourceVersion: '7', ownerReferences: [reference], ...metadata });

const keeps = test.macro((t, manifest: Unstructured, existing: Unstructured) => {
  t.deepEqual(planUpdate(manifest, existing, OWNED), { kind: 'keep' });
});
const becomes = test.macro((t, manifest: Unstructured, existing: Unstructured, expected: object) => {
  const plan = planUpdate(manifest, existing, OWNED);
  t.like(plan, { kind: 'update', object: expected });
});

test('D01, D02: data of a ConfigMap becomes that of the manifest', (t) => {
  const plan = planUpdate(
    object('v1', 'ConfigMap', { data: { a: 'c' } }),
    live('v1', 'ConfigMap', { data: { a: 'b', extra: '1' } }),
    OWNED,
  );
  t.deepEqual(plan.kind === 'update' && plan.object.data, { a: 'c' });
});
test(
  'D03: labels and annotations of others stay',
  keeps,
  object('v1', 'ConfigMap', { data: { a: 'b' } }, { labels: { mine: '1' } }),
  live('v1', 'ConfigMap', { data: { a: 'b' } }, { labels: { mine: '1', theirs: '2' }, annotations: { x: 'y' } }),
);
test('D04: a label with a trailing dash is taken away', (t) => {
  const plan = planUpdate(
    object('v1', 'ConfigMap', {}, { labels: { 'foo-': '' } }),
    live('v1', 'ConfigMap', {}, { labels: { foo: '1', bar: '2' } }),
    OWNED,
  );
  t.deepEqual(plan.kind === 'update' && plan.object.metadata.labels, { bar: '2' });
});
test('D05: finalizers of a live object stay, its content is replaced', (t) => {
  const plan = planUpdate(
    object('example.com/v1', 'Foo', { spec: { a: 1 } }),
    live('example.com/v1', 'Foo', { spec: { b: 2 }, status: { ok: true } }, { finalizers: ['x/y'] }),
    OWNED,
  );
  t.like(plan, { kind: 'update', object: { spec: { a: 1 }, metadata: { finalizers: ['x/y'], resourceVersion: '7' } } });
  t.false(plan.kind === 'update' && 'b' in (plan.object.spec as object));
});
test(
  'D07: the spec of a Namespace is never touched',
  keeps,
  object('v1', 'Namespace', { spec: { finalizers: ['x/y'] } }),
  live('v1', 'Namespace', { spec: { finalizers: ['kubernetes'] } }),
);
test('D08: a Secret of another type is made anew', (t) => {
  const plan = planUpdate(
    object('v1', 'Secret', { type: 'kubernetes.io/tls', data: { a: 'Yg==' } }),
    live('v1', 'Secret', { type: 'Opaque', data: { a: 'Yg==' } }),
    OWNED,
  );
  t.is(plan.kind, 'recreate');
});
test(
  'D09: stringData that is there already as data is no difference',
  keeps,
  object('v1', 'Secret', { stringData: { k: 'v' } }),
  live('v1', 'Secret', { type: 'Opaque', data: { k: 'dg==' } }),
);
test('a key with two values in a Secret is refused by name, without its value', (t) => {
  const manifest = object('v1', 'Secret', { stringData: { k: 'canary' }, data: { k: 'eA==' } });
  const error = t.throws(() => newObject(manifest, OWNED));
  t.regex(error.message, /"k"/);
  t.notRegex(error.message, /canary/);
});
test('keys of a Secret may be named like the members of every JavaScript object', (t) => {
  const names = ['__proto__', 'constructor', 'toString'];
  const stringData = Object.fromEntries(names.map((name) => [name, 'v']));
  const made = newObject(object('v1', 'Secret', { stringData }), OWNED);
  t.deepEqual(made.data, Object.fromEntries(names.map((name) => [name, 'dg=='])));
});
test('D10: a new Service carries the hash of its spec', (t) => {
  const made = newObject(object('v1', 'Service', { spec: { selector: { a: 'b' } } }), OWNED);
  t.truthy(made.metadata.annotations?.['operator.openshift.io/spec-hash']);
});
test('D11: what the cluster assigned to a Service stays', (t) => {
  const plan = planUpdate(
    object('v1', 'Service', { spec: { selector: { a: 'c' }, ports: [{ port: 80 }] } }),
    live('v1', 'Service', {
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.0.0.1',
        clusterIPs: ['10.0.0.1'],
        selector: { a: 'b' },
        ports: [{ port: 80, protocol: 'TCP', nodePort: 30_000 }],
      },
    }),
    OWNED,
  );
  t.like(plan, {
    kind: 'update',
    object: { spec: { clusterIP: '10.0.0.1', selector: { a: 'c' }, ports: [{ port: 80, nodePort: 30_000 }] } },
  });
});
test(
  'D12: an injected CA bundle stays',
  keeps,
  object('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', {
    webhooks: [{ name: 'w', clientConfig: { url: 'https://x' } }],
  }),
  live('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', {
    webhooks: [{ name: 'w', clientConfig: { url: 'https://x', caBundle: 'Zm9v' } }],
  }),
);
test(
  'D13: rules that were aggregated into a ClusterRole stay',
  keeps,
  object('rbac.authorization.k8s.io/v1', 'ClusterRole', { aggregationRule: { clusterRoleSelectors: [] }, rules: [] }),
  live('rbac.authorization.k8s.io/v1', 'ClusterRole', {
    aggregationRule: { clusterRoleSelectors: [] },
    rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
  }),
);
test(
  'D14: a field that leaves the manifest of a Deployment leaves the object',
  becomes,
  object('apps/v1', 'Deployment', { spec: { replicas: 1 } }),
  live('apps/v1', 'Deployment', { spec: { replicas: 1, paused: true } }),
  { spec: { replicas: 1 } },
);
test('a StorageClass with other parameters is made anew', (t) => {
  const plan = planUpdate(
    object('storage.k8s.io/v1', 'StorageClass', { provisioner: 'p', parameters: { a: '2' } }),
    live('storage.k8s.io/v1', 'StorageClass', { provisioner: 'p', parameters: { a: '1' }, reclaimPolicy: 'Delete' }),
    OWNED,
  );
  t.is(plan.kind, 'recreate');
});
test('what is not owned loses our owner reference and keeps others', (t) => {
  const theirs = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'o' };
  const plan = planUpdate(
    object('v1', 'ConfigMap'),
    live('v1', 'ConfigMap', {}, { ownerReferences: [reference, theirs] }),
    { reference, owned: false },
  );
  t.deepEqual(plan.kind === 'update' && plan.object.metadata.ownerReferences, [theirs]);
});
test('B10: a uid in a manifest is not sent', (t) => {
  t.is(newObject(object('v1', 'ConfigMap', {}, { uid: 'made-up' }), OWNED).metadata.uid, undefined);
});

const pod = object('v1', 'Pod', {
  spec: {
    replicas: 3,
    containers: [
      { name: 'container1', image: 'a' },
      { name: 'sidecar', image: 'b' },
    ],
  },
});
const ignores = test.macro((t, field: object, change: (expected: Unstructured) => void) => {
  const expected = structuredClone(pod);
  change(expected);
  t.deepEqual(withoutIgnored(pod, [IgnoreField.parse(field)], queryJsonPath), expected);
});
const spec = (value: Unstructured) => value.spec as { replicas?: number; containers: { image?: string }[] };
test('D27: a JSON pointer to nothing is no error', ignores, { jsonPointers: ['/spec/nope/deep'] }, () => undefined);
test('D29: a JSONPath names a field', ignores, { jsonPaths: ['.spec.replicas'] }, (value) => {
  delete spec(value).replicas;
});
test(
  'D32: a filter selects the element whose field is ignored',
  ignores,
  { jsonPaths: ['.spec.containers[?(@.name=="container1")].image'] },
  (value) => {
    delete spec(value).containers[0]?.image;
  },
);
test(
  'D33: elements of lists are never removed by a JSONPath',
  ignores,
  { jsonPaths: ['.spec.containers[?(@.name=="container1")]'] },
  () => undefined,
);
test(
  'D34: jq can select a list element',
  ignores,
  { jqPathExpressions: ['.spec.containers[] | select(.name=="sidecar")'] },
  (value) => {
    spec(value).containers.splice(1, 1);
  },
);
test(
  'fields of OnSpokeChange are sent',
  ignores,
  { condition: 'OnSpokeChange', jsonPaths: ['.spec.replicas'] },
  () => undefined,
);
test('D28: a JSON pointer unescapes ~1 and ~0', (t) => {
  const manifest = object('v1', 'ConfigMap', {}, { annotations: { 'a/b': '1', 'c~d': '2', e: '3' } });
  const field = IgnoreField.parse({ jsonPointers: ['/metadata/annotations/a~1b', '/metadata/annotations/c~0d'] });
  t.deepEqual(withoutIgnored(manifest, [field], queryJsonPath).metadata.annotations, { e: '3' });
});
test('D30: a jq expression that cannot be compiled is named', (t) => {
  const field = IgnoreField.parse({ jqPathExpressions: ['.spec.['] });
  t.throws(() => withoutIgnored(pod, [field], queryJsonPath), {
    message: /^Failed to process ignoreFields: JQ expression error in '\.spec\.\[': /,
  });
});

const paths = test.macro((t, expression: string, expected: readonly (readonly (string | number)[])[]) => {
  const root = {
    a: { 'b.c': 1, d: null },
    l: [
      { n: 'x', v: 1 },
      { n: 'y', v: 2 },
    ],
    s: 'text',
  };
  t.deepEqual(compileJqPaths(expression)(root), expected);
});
test('jq: the root', paths, '.', [[]]);
test('jq: members', paths, '.a.d', [['a', 'd']]);
test('jq: quoted members', paths, '.a["b.c"]', [['a', 'b.c']]);
test('jq: quoted members after a dot', paths, '.a."b.c"', [['a', 'b.c']]);
test('jq: indexes from both ends', paths, '.l[0], .l[-1]', [
  ['l', 0],
  ['l', 1],
]);
test('jq: all elements', paths, '.l[].v', [
  ['l', 0, 'v'],
  ['l', 1, 'v'],
]);
test('jq: select with and', paths, '.l[] | select(.n == "y" and .v == 2) | .v', [['l', 1, 'v']]);
test('jq: select with a function', paths, '.l[] | select(.n | startswith("x"))', [['l', 0]]);
test('jq: a question mark forgives', paths, '.s.nope?', []);
test('jq: a type error says what it met', (t) => {
  t.throws(() => compileJqPaths('.s[]')({ s: 'text' }), { message: 'cannot iterate over: string' });
  t.throws(() => compileJqPaths('.a |')({}), { message: 'unexpected EOF' });
});
