import test from 'ava';
import fc from 'fast-check';
import { leftOver, sortedResources } from '../../src/agent/applied-resources.js';
import { retryMs } from '../../src/agent/attempt.js';
import { configFor, globMatches } from '../../src/agent/config.js';
import { ExecutorDenied } from '../../src/agent/executor.js';
import { applyOrder } from '../../src/agent/order.js';
import { hasOtherRecord, isOwned, withOwner, withoutOwner } from '../../src/agent/ownership.js';
import { evictionOf } from '../../src/agent/record-loop.js';
import { ManifestConfig } from '../../src/api/manifest-config.js';
import type { DeleteOption } from '../../src/api/work.js';
import { ApiError } from '../../src/kube/client.js';

const ordered = test.macro((t, kinds: readonly (string | undefined)[], expected: readonly (string | undefined)[]) => {
  t.deepEqual(
    applyOrder(kinds.map((kind) => ({ kind }))).map(({ kind }) => kind),
    expected,
  );
});
test(
  'B21: a namespace is applied before what lives in it',
  ordered,
  ['ConfigMap', 'Namespace'],
  ['Namespace', 'ConfigMap'],
);
test(
  'B22: kinds are applied by their rank',
  ordered,
  ['Deployment', 'Secret', 'Role', 'Namespace', 'Service'],
  ['Namespace', 'Role', 'Secret', 'Service', 'Deployment'],
);
test(
  'B24: what cannot be decoded comes last, after unknown kinds',
  ordered,
  [undefined, 'Foo', 'APIService', 'Job'],
  ['Job', 'APIService', 'Foo', undefined],
);

test('B23: manifests of one rank keep the order of the spec', (t) => {
  const same = ['a', 'b', 'c'].map((name) => ({ kind: 'ConfigMap', name }));
  t.deepEqual(applyOrder(same), same);
});

const globs = test.macro((t, pattern: string, text: string, expected: boolean) => {
  t.is(globMatches(pattern, text), expected);
});
test('C01: * matches anything', globs, '*', 'my-test', true);
test('C01: * matches nothing too', globs, '*', '', true);
test('C02: my* matches my-test', globs, 'my*', 'my-test', true);
test('C03: a name is matched whole', globs, 'my', 'my-test', false);
test('C04: *my does not match my-test', globs, '*my', 'my-test', false);
test('C05: *m* matches my-test', globs, '*m*', 'my-test', true);
test('C05: *t matches my-test', globs, '*t', 'my-test', true);
test('C05: m*t matches my-test', globs, 'm*t', 'my-test', true);
test('C06: a dot is a dot', globs, 'my.test', 'my-test', false);
test('parts of a pattern must not overlap', globs, 'ab*ba', 'aba', false);

test('a pattern matches every text made from it', (t) => {
  const part = fc.stringMatching(/^[a-z.-]{0,4}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 4 }), part, (pieces, tail) => {
      const pattern = pieces.map(([literal]) => `${literal}*`).join('') + tail;
      const text = pieces.map(([literal, any]) => literal + any).join('') + tail;
      return globMatches(pattern, text);
    }),
  );
  t.pass();
});

const option = (identifier: object, rest: object = {}): ManifestConfig =>
  ManifestConfig.parse({
    resourceIdentifier: { resource: 'deployments', name: '*', namespace: '*', ...identifier },
    ...rest,
  });
const deployment = { group: 'apps', resource: 'deployments', namespace: 'ns', name: 'd' };
const rules = (name: string) => ({ feedbackRules: [{ type: 'JSONPaths', jsonPaths: [{ name, path: '.a' }] }] });

test('C07: an option without group means the core group', (t) => {
  t.deepEqual(configFor([option({}, rules('a'))], deployment).feedbackRules, []);
});

test('C08: namespace * matches cluster-scoped objects, an empty one only them', (t) => {
  const cluster = { group: '', resource: 'deployments', namespace: '', name: 'd' };
  t.is(configFor([option({}, rules('a'))], cluster).feedbackRules.length, 1);
  t.is(configFor([option({ namespace: '' }, rules('a'))], { ...cluster, namespace: 'ns' }).feedbackRules.length, 0);
});

test('C10: rules and strategy come each from the first option that has any', (t) => {
  const config = configFor(
    [
      option({ group: 'apps' }, { updateStrategy: { type: 'CreateOnly' } }),
      option({ group: 'apps' }, rules('first')),
      option({ group: 'apps' }, { ...rules('second'), updateStrategy: { type: 'ReadOnly' } }),
    ],
    deployment,
  );
  t.is(config.strategy.type, 'CreateOnly');
  t.is(config.feedbackRules[0]?.jsonPaths?.[0]?.name, 'first');
});

const owned = test.macro((t, deleteOption: DeleteOption | undefined, expected: boolean) => {
  t.is(isOwned(deleteOption, { group: '', resource: 'configmaps', namespace: 'ns', name: 'cm1' }), expected);
});
const selectively = (...orphaningRules: readonly object[]): DeleteOption =>
  ({ propagationPolicy: 'SelectivelyOrphan', selectivelyOrphans: { orphaningRules } }) as DeleteOption;
const cm1 = { group: '', resource: 'configmaps', name: 'cm1', namespace: 'ns' };
test('objects are owned without a delete option', owned, undefined, true);
test('F04: Orphan owns nothing', owned, { propagationPolicy: 'Orphan' }, false);
test('F05: an orphaning rule names what is left behind', owned, selectively(cm1), false);
test('F06: SelectivelyOrphan without rules owns everything', owned, selectively(), true);
test('F07: orphaning rules know no wildcard', owned, selectively({ ...cm1, name: '*' }), true);
test('F08: the namespace of an orphaning rule must match', owned, selectively({ ...cm1, namespace: 'other' }), true);

const reference = (name: string, uid: string) => ({
  apiVersion: 'work.open-cluster-management.io/v1',
  kind: 'AppliedManifestWork',
  name,
  uid,
});

test('an owner reference with an old uid is overwritten, others stay', (t) => {
  const other = reference('b', '2');
  t.deepEqual(withOwner([reference('a', '1'), other], reference('a', '9')), [reference('a', '9'), other]);
  t.deepEqual(withoutOwner([reference('a', '1'), other], reference('a', '9')), [other]);
});

test('F09: another record keeps the object, another kind of owner does not', (t) => {
  t.true(hasOtherRecord([reference('a', '1'), reference('b', '2')], '1'));
  t.false(hasOtherRecord([reference('a', '1'), { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '3' }], '1'));
});

const entry = (name: string, rest: object = {}) => ({
  version: 'v1',
  resource: 'configmaps',
  namespace: 'ns',
  name,
  ...rest,
});

test('a manifest that moves to another version of its API is not left over', (t) => {
  t.deepEqual(leftOver([entry('a', { version: 'v1beta1', uid: '1' }), entry('b')], [entry('a')]), [entry('b')]);
});

test('applied resources are sorted and keep duplicates', (t) => {
  const sorted = sortedResources([entry('b'), entry('a'), { group: 'apps', ...entry('a') }, entry('a')]);
  t.deepEqual(
    sorted.map((resource) => `${'group' in resource ? resource.group : ''}/${resource.name}`),
    ['/a', '/a', '/b', 'apps/a'],
  );
});

const now = new Date('2026-01-01T00:10:00Z');
const eviction = test.macro(
  (t, startTime: string | undefined, hasWork: boolean, graceMs: number, expected: ReturnType<typeof evictionOf>) => {
    t.deepEqual(evictionOf(startTime, hasWork, graceMs, now), expected);
  },
);
test('G05: a record first seen without its work starts to wait', eviction, undefined, false, 60_000, { kind: 'start' });
test('G06: it goes when the grace period is over', eviction, '2026-01-01T00:09:00Z', false, 60_000, { kind: 'evict' });
test('G07: a work that came back stops the clock', eviction, '2026-01-01T00:09:30Z', true, 60_000, { kind: 'clear' });
test('G09: a record with its work is left alone', eviction, undefined, true, 60_000, { kind: 'keep' });
test('G10: the wait ends exactly with the grace period', eviction, '2026-01-01T00:09:30Z', false, 60_000, {
  kind: 'wait',
  ms: 30_000,
});
test('eviction can be turned off', eviction, '2026-01-01T00:00:00Z', false, Number.POSITIVE_INFINITY, {
  kind: 'clear',
});

test('B27: a manifest that keeps failing is tried ever more rarely', (t) => {
  const delays = [0, 1, 2, 30].map((failures) => retryMs(new Error('no'), failures));
  t.deepEqual(delays, [100, 200, 400, 60_000]);
});

test('E11: a refused executor is asked again after a minute, however often it was refused', (t) => {
  t.deepEqual(
    [0, 5].map((failures) => retryMs(new ExecutorDenied('no'), failures)),
    [60_000, 60_000],
  );
});

test('a conflict of fields waits for a change', (t) => {
  const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "x"', field: '.data.a' }];
  const conflict = new ApiError({ code: 409, reason: 'Conflict', details: { causes } });
  t.is(retryMs(conflict, 0), Number.POSITIVE_INFINITY);
});
