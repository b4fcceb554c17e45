import test from 'ava';
import { type Cel, ruleConditions } from '../../src/agent/condition-rules.js';
import { type FeedbackOptions, feedbackOf } from '../../src/agent/feedback.js';
import { queryJsonPath } from '../../src/agent/query.js';
import { nextStatus, type Observation, type Presence } from '../../src/agent/status.js';
import { findCondition } from '../../src/api/conditions.js';
import { ConditionRule, FeedbackRule } from '../../src/api/manifest-config.js';
import type { Unstructured } from '../../src/api/meta.js';
import type { ManifestWorkStatus } from '../../src/api/work.js';
import { evaluateCondition } from '../../src/apimachinery/cel/condition-expression.js';

const T0 = new Date('2026-01-01T00:00:00Z');
const T1 = new Date('2026-01-01T00:01:00Z');
const time = (date: Date) => date.toISOString().replace('.000', '');

const present = (values: object[] = [], rules: object[] = []): Presence =>
  ({ kind: 'present', feedback: values.length > 0 ? { values, errors: [] } : undefined, rules }) as Presence;
const observed = (ordinal: number, name: string, presence: Presence = present(), ok = true): Observation => ({
  meta: { ordinal, version: 'v1', kind: 'ConfigMap', resource: 'configmaps', name, namespace: 'ns' },
  applied: ok ? { ok } : { ok, reason: 'AppliedManifestFailed', message: 'Failed to apply manifest: no' },
  presence,
});
const value = (text: string) => ({ name: 'v', fieldValue: { type: 'String', string: text } });
const rule = (type: string, status: string, generation = 1, message = '') => ({
  type,
  status,
  reason: 'ConditionRuleEvaluated',
  message,
  observedGeneration: generation,
});
const first = (observations: readonly Observation[]): ManifestWorkStatus =>
  nextStatus(undefined, observations, { generation: 1, now: T0 });

const works = test.macro(
  (t, observations: readonly Observation[], type: string, status: string, reason: string, message: string) => {
    t.like(findCondition(first(observations).conditions, type), { status, reason, message, observedGeneration: 1 });
  },
);
test(
  'B06: one manifest that fails makes the work fail',
  works,
  [observed(0, 'a'), observed(1, 'b', { kind: 'absent' }, false)],
  'Applied',
  'False',
  'AppliedManifestWorkFailed',
  'Failed to apply manifest work',
);
test(
  'S19: a missing object makes the work not available',
  works,
  [observed(0, 'a'), observed(1, 'b', { kind: 'absent' })],
  'Available',
  'False',
  'ResourcesNotAvailable',
  '1 of 2 resources are not available',
);
test(
  'S20: an unknown object makes the work unknown',
  works,
  [observed(0, 'a'), observed(1, 'b', { kind: 'unknown', error: 'boom' })],
  'Available',
  'Unknown',
  'ResourcesStatusUnknown',
  '1 of 2 resources have unknown status',
);
test(
  'S22: an object whose kind is unknown is unknown',
  works,
  [observed(0, 'a', { kind: 'incomplete' })],
  'Available',
  'Unknown',
  'ResourcesStatusUnknown',
  '1 of 1 resources have unknown status',
);
test(
  'R15: one manifest with a rule speaks for the work',
  works,
  [observed(0, 'a', present([], [rule('Foo', 'False', 1, 'not yet')])), observed(1, 'b')],
  'Foo',
  'False',
  'ConditionRulesAggregated',
  'not yet',
);
const three = (type: string, ...statuses: string[]) =>
  statuses.map((status, index) => observed(index, `m${index}`, present([], [rule(type, status)])));
test(
  'R16: one False makes it False',
  works,
  three('Foo', 'True', 'True', 'False'),
  'Foo',
  'False',
  'ConditionRulesAggregated',
  'Aggregated from 3 manifest conditions',
);
test(
  'R17: True and Unknown make Unknown',
  works,
  three('Foo', 'True', 'Unknown'),
  'Foo',
  'Unknown',
  'ConditionRulesAggregated',
  'Aggregated from 2 manifest conditions',
);
test(
  'one manifest in progress keeps the work in progress',
  works,
  three('Progressing', 'True', 'False'),
  'Progressing',
  'True',
  'ConditionRulesAggregated',
  'Aggregated from 2 manifest conditions',
);

test('S21: a work without manifests that was applied before has nothing available', (t) => {
  const before = first([observed(0, 'a')]);
  const after = nextStatus(before, [], { generation: 2, now: T1 });
  t.is(findCondition(after.conditions, 'Available')?.message, 'cannot get any available resource ');
});

test('B03: a synced manifest has exactly three conditions', (t) => {
  const [manifest] = first([observed(0, 'a')]).resourceStatus?.manifests ?? [];
  t.deepEqual(manifest?.conditions.map(({ type, reason }) => `${type} ${reason}`).sort(), [
    'Applied AppliedManifestComplete',
    'Available ResourceAvailable',
    'StatusFeedbackSynced NoStatusFeedbackSynced',
  ]);
});

test('nothing changes when nothing changed, however late it is', (t) => {
  const observations = [observed(0, 'a', present([value('x')], [rule('Foo', 'True')]))];
  const before = first(observations);
  t.deepEqual(nextStatus(before, observations, { generation: 1, now: T1 }), before);
});

test('B30: a generation with the same outcome renews the transition of the manifest, not that of the work', (t) => {
  const after = nextStatus(first([observed(0, 'a')]), [observed(0, 'a')], { generation: 2, now: T1 });
  t.like(findCondition(after.conditions, 'Applied'), { observedGeneration: 2, lastTransitionTime: time(T0) });
  t.like(findCondition(after.resourceStatus?.manifests?.[0]?.conditions, 'Applied'), {
    observedGeneration: 2,
    lastTransitionTime: time(T1),
  });
});

test('S14: a value that changes renews the transition of StatusFeedbackSynced', (t) => {
  const after = nextStatus(
    first([observed(0, 'a', present([value('x')]))]),
    [observed(0, 'a', present([value('y')]))],
    {
      generation: 1,
      now: T1,
    },
  );
  t.is(
    findCondition(after.resourceStatus?.manifests?.[0]?.conditions, 'StatusFeedbackSynced')?.lastTransitionTime,
    time(T1),
  );
});

test('S15: values and rule conditions of an object that is gone stay', (t) => {
  const before = first([observed(0, 'a', present([value('x')], [rule('Foo', 'True')]))]);
  const after = nextStatus(before, [observed(0, 'a', { kind: 'absent' })], { generation: 1, now: T1 });
  const [manifest] = after.resourceStatus?.manifests ?? [];
  t.deepEqual(manifest?.statusFeedback, { values: [value('x')] });
  t.is(findCondition(manifest?.conditions, 'Foo')?.status, 'True');
  t.is(findCondition(manifest?.conditions, 'Available')?.reason, 'ResourceNotAvailable');
});

test('S24: values follow the object to its new place', (t) => {
  const before = first([observed(0, 'a', present([value('x')])), observed(1, 'b')]);
  const gone: Presence = { kind: 'absent' };
  const after = nextStatus(before, [observed(0, 'b'), observed(1, 'a', gone)], { generation: 2, now: T1 });
  t.deepEqual(after.resourceStatus?.manifests?.[1]?.statusFeedback, { values: [value('x')] });
});

test('S25: of two equal entries none is carried over to another place', (t) => {
  const before = first([observed(0, 'a', present([value('x')])), observed(1, 'a', present([value('x')]))]);
  const after = nextStatus(before, [observed(2, 'a', { kind: 'absent' })], { generation: 2, now: T1 });
  t.is(after.resourceStatus?.manifests?.[0]?.statusFeedback, undefined);
});

test('rule conditions of an earlier generation vanish', (t) => {
  const before = first([observed(0, 'a', present([], [rule('Foo', 'True')]))]);
  const after = nextStatus(before, [observed(0, 'a')], { generation: 2, now: T1 });
  t.is(findCondition(after.conditions, 'Foo'), undefined);
  t.is(findCondition(after.resourceStatus?.manifests?.[0]?.conditions, 'Foo'), undefined);
});

test('R18: conditions that others set are neither aggregated nor removed', (t) => {
  const mine = { type: 'Mine', status: 'True' as const, reason: 'Custom', message: '', lastTransitionTime: time(T0) };
  const before = first([observed(0, 'a')]);
  const after = nextStatus({ ...before, conditions: [...(before.conditions ?? []), mine] }, [observed(0, 'a')], {
    generation: 2,
    now: T1,
  });
  t.deepEqual(findCondition(after.conditions, 'Mine'), mine);
});

const options: FeedbackOptions = { query: queryJsonPath, rawJson: false, maxRawJsonLength: 1024 };
const live = (apiVersion: string, kind: string, rest: object): Unstructured =>
  ({ apiVersion, kind, metadata: { name: 'x' }, ...rest }) as Unstructured;
const paths = (...list: object[]) => FeedbackRule.parse({ type: 'JSONPaths', jsonPaths: list });
const wellKnown = FeedbackRule.parse({ type: 'WellKnownStatus' });

const reports = test.macro(
  (t, rule: FeedbackRule, object: Unstructured, values: object, errors: readonly string[] = [], more: object = {}) => {
    const feedback = feedbackOf([rule], object, { ...options, ...more });
    t.deepEqual(
      Object.fromEntries(
        feedback.values.map(({ name, fieldValue: { type: _, ...rest } }) => [name, Object.values(rest)[0]]),
      ),
      values,
    );
    t.deepEqual(feedback.errors, errors);
  },
);
test(
  'S01, S02: well-known values of a Deployment, those that are there',
  reports,
  wellKnown,
  live('apps/v1', 'Deployment', { status: { replicas: 3, readyReplicas: 2 } }),
  { ReadyReplicas: 2, Replicas: 3 },
);
test(
  'S04: well-known values of a Job',
  reports,
  wellKnown,
  live('batch/v1', 'Job', { status: { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] } }),
  { JobComplete: 'True', JobSucceeded: 1 },
);
test('S06: other kinds have no well-known values', reports, wellKnown, live('v1', 'ServiceAccount', {}), {}, [
  'cannot find the wellknown statuses for resource with gvk /v1, Kind=ServiceAccount',
]);
test(
  'S08, S09: booleans are reported, missing fields are not',
  reports,
  paths({ name: 'paused', path: '.spec.paused' }, { name: 'nope', path: '.spec.nope' }),
  live('apps/v1', 'Deployment', { spec: { paused: true } }),
  { paused: true },
);
test(
  'S11: an object is refused, the other values are reported',
  reports,
  paths({ name: 'm', path: '.spec' }, { name: 'k', path: '.kind' }),
  live('v1', 'Foo', { spec: { a: 1 } }),
  { k: 'Foo' },
  ['the type map[string]interface {} of the value for m is not found'],
);
test(
  'S12: with raw JSON an object is reported as text',
  reports,
  paths({ name: 'm', path: '.spec' }),
  live('v1', 'Foo', { spec: { a: 1 } }),
  { m: '{"a":1}' },
  [],
  { rawJson: true },
);
test(
  'raw JSON has a limit',
  reports,
  paths({ name: 'm', path: '.spec' }),
  live('v1', 'Foo', { spec: { a: 12_345 } }),
  {},
  ['the length of returned json raw string for name m is larger than the maximum length 8'],
  { rawJson: true, maxRawJsonLength: 8 },
);
test(
  'a path of another API version is refused',
  reports,
  paths({ name: 'v', path: '.kind', version: 'v2' }),
  live('v1', 'Foo', {}),
  {},
  ['version set in the path v is not matched for the related resource'],
);

const judged = test.macro((t, rule: object, object: Unstructured, expected: object | undefined, cel?: Cel) => {
  const [condition] = ruleConditions([ConditionRule.parse(rule)], object, 3, cel ?? evaluateCondition);
  t.is(condition === undefined, expected === undefined);
  if (expected) t.like(condition, { ...expected, observedGeneration: 3 });
});
const job = (...conditions: object[]) => live('batch/v1', 'Job', { status: { conditions, active: 1 } });
const complete = { condition: 'Complete', type: 'WellKnownConditions' };
const cel = (celExpressions: string[], rest: object = {}) => ({
  condition: 'Foo',
  type: 'CEL',
  celExpressions,
  ...rest,
});
const evaluated = (status: string, message: string) => ({ status, reason: 'ConditionRuleEvaluated', message });
const refused = (message: string) => ({ status: 'False', reason: 'ConditionRuleExpressionError', message });
test('R01: a running Job is not complete', judged, complete, job(), evaluated('False', 'Job is not finished'));
test(
  'R02: a complete Job is',
  judged,
  complete,
  job({ type: 'Complete', status: 'True' }),
  evaluated('True', 'Job is finished'),
);
test(
  'R03: a failed Job is complete',
  judged,
  complete,
  job({ type: 'Failed', status: 'True' }),
  evaluated('True', 'Job is finished'),
);
test(
  'R04: a Job without status is not complete',
  judged,
  complete,
  live('batch/v1', 'Job', {}),
  evaluated('False', 'Job is not finished'),
);
test(
  'R05: a Pod is complete by its phase',
  judged,
  complete,
  live('v1', 'Pod', { status: { phase: 'Failed' } }),
  evaluated('True', 'Pod is in phase Failed'),
);
test(
  'R06: other names are no well-known conditions',
  judged,
  { condition: 'NotWellKnown', type: 'WellKnownConditions' },
  job(),
  undefined,
);
test(
  'R07: a message expression sees object and result',
  judged,
  cel(['object.status.active == 2'], { messageExpression: "result ? 'one' : 'not one'" }),
  job(),
  evaluated('False', 'not one'),
);
test('R08: a missing key is an error', judged, cel(['object.missing == 1']), job(), refused('no such key: missing'));
test('R09: an expression must be boolean', judged, cel(["'x'"]), job(), refused('expected bool result, got string'));
test(
  'R11: the first false ends the evaluation',
  judged,
  cel(['false', 'object.missing == 1']),
  job(),
  evaluated('False', 'Manifest is not Foo'),
);
test(
  'R12: without message the condition speaks for itself',
  judged,
  cel(['true']),
  job(),
  evaluated('True', 'Manifest is Foo'),
);
test(
  'R14: the rules of a manifest share a budget',
  judged,
  cel(['true', 'true']),
  job(),
  refused('CEL evaluation budget exceeded'),
  () => ({
    kind: 'value',
    value: true,
    type: 'bool',
    cost: 6_000_000,
  }),
);
