import test from 'ava';
import { Secret } from '../../src/api/core.js';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { goText } from '../../src/generator/go-text.js';
import { parametersFor } from '../../src/generator/params.js';
import { parseQuestion } from '../../src/generator/question.js';
import { type Snapshot, takeSnapshot, type World } from '../../src/generator/snapshot.js';

const LABEL = 'cluster.open-cluster-management.io';

const placement = (name: string, selected: number): Placement =>
  Placement.schema.parse({
    apiVersion: `${LABEL}/v1beta1`,
    kind: 'Placement',
    metadata: { namespace: 'argocd', name },
    spec: {},
    status: { numberOfSelectedClusters: selected, conditions: [] },
  });

const slice = (of: string, n: number, clusters: readonly string[], labels = {}): PlacementDecision =>
  PlacementDecision.schema.parse({
    apiVersion: `${LABEL}/v1beta1`,
    kind: 'PlacementDecision',
    metadata: { namespace: 'argocd', name: `${of}-decision-${n}`, labels: { [`${LABEL}/placement`]: of, ...labels } },
    status: { decisions: clusters.map((clusterName) => ({ clusterName, reason: '' })) },
  });

const secret = (name: string): Secret =>
  Secret.schema.parse({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'argocd', name: `cluster-${name}`, labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
    data: {
      name: Buffer.from(name).toString('base64'),
      server: Buffer.from(`https://${name}.example/`).toString('base64'),
      ...(name === 'broken' ? { config: Buffer.from('{').toString('base64') } : {}),
    },
  });

const world = (parts: Partial<World>): World => ({
  placements: [],
  decisions: [],
  secrets: ['a', 'b', 'c', 'broken'].map(secret),
  ...parts,
});

const snapshotOf = (parts: Partial<World>, previous?: Snapshot, now = 0) =>
  takeSnapshot(world(parts), previous, 'argocd', now);

const names = (snapshot: Snapshot, parameters: object, now = 0): string =>
  parametersFor(parseQuestion({ input: { parameters } }, 'argocd'), snapshot, now)
    .map(({ name }) => name)
    .join();

const WEB = { placement: 'web' };
const BY_LABEL = { labelSelector: { matchLabels: { [`${LABEL}/placement`]: 'web' } } };

test('a placement is answered from all its slices, each cluster once', (t) => {
  const decisions = [
    slice('web', 10, ['c']),
    slice('web', 2, ['b', 'a']),
    slice('web', 1, ['a']),
    slice('db', 1, ['c']),
  ];
  t.is(names(snapshotOf({ decisions, placements: [placement('web', 3)] }), WEB), 'a,c,b');
});

test('a decision group is found by index and by name', (t) => {
  const group = (index: string, name: string) => ({
    [`${LABEL}/decision-group-index`]: index,
    [`${LABEL}/decision-group-name`]: name,
  });
  const decisions = [slice('web', 1, ['a'], group('0', 'canary')), slice('web', 2, ['b'], group('1', ''))];
  const snapshot = snapshotOf({ decisions });
  t.is(names(snapshot, { ...WEB, decisionGroup: 'canary' }), 'a');
  t.is(names(snapshot, { ...WEB, decisionGroup: 1 }), 'b');
  t.throws(() => names(snapshot, { ...WEB, decisionGroup: '7' }), { message: /no PlacementDecision matches/ });
});

const refuses = test.macro((t, parts: Partial<World>, parameters: object, status: number, message: string) => {
  t.throws(() => names(snapshotOf(parts), parameters), { name: 'Refusal', message });
  const error = t.throws(() => names(snapshotOf(parts), parameters)) as { status?: number } | undefined;
  t.is(error?.status, status);
});
const ab = [slice('web', 1, ['a', 'nobody'])];
test('unknown placement', refuses, {}, WEB, 404, 'placement argocd/web: no PlacementDecision matches');
test(
  'nothing selected',
  refuses,
  { decisions: [slice('web', 1, [])] },
  WEB,
  409,
  'placement argocd/web: no cluster is selected; onEmpty: allow permits an empty answer',
);
test(
  'only clusters Argo CD does not know',
  refuses,
  { decisions: [slice('web', 1, ['x', 'y'])] },
  { ...WEB, onUnmatched: 'drop' },
  409,
  'placement argocd/web: none of 2 clusters has an Argo CD cluster Secret; onEmpty: allow permits an empty answer',
);
test(
  'a cluster Argo CD does not know, whose Application it would otherwise delete',
  refuses,
  { decisions: ab },
  WEB,
  409,
  'placement argocd/web: no Argo CD cluster Secret for nobody; onUnmatched: drop leaves them out',
);
test(
  'a cluster whose Secret Argo CD cannot read',
  refuses,
  { decisions: [slice('web', 1, ['a', 'broken'])] },
  WEB,
  503,
  'cluster broken: Secret cluster-broken: config is not JSON',
);
for (const parameters of [WEB, BY_LABEL]) {
  test(
    `slices that are missing at the first read, asked by ${Object.keys(parameters)}`,
    refuses,
    { decisions: [slice('web', 2, ['b'])], placements: [placement('web', 2)] },
    parameters,
    503,
    'placement argocd/web: its decisions are being rewritten, some of them are missing',
  );
}
test(
  'a placement whose decisions are all missing',
  refuses,
  { decisions: [slice('db', 1, ['b'])], placements: [placement('web', 2)] },
  { labelSelector: { matchExpressions: [{ key: `${LABEL}/placement`, operator: 'Exists' }] } },
  503,
  'placement argocd/web: its decisions are being rewritten, some of them are missing',
);

test('an unregistered cluster is dropped or emitted by choice', (t) => {
  const snapshot = snapshotOf({ decisions: ab });
  t.is(names(snapshot, { ...WEB, onUnmatched: 'drop' }), 'a');
  t.is(names(snapshot, { ...WEB, onUnmatched: 'emit' }), 'a,nobody');
});

test('while slices are rewritten the last complete set is served, but not for ever', (t) => {
  const placements = [placement('web', 3)];
  const complete = snapshotOf({ placements, decisions: [slice('web', 1, ['a', 'b']), slice('web', 2, ['c'])] });
  const torn = snapshotOf({ placements, decisions: [slice('web', 1, ['a', 'b'])] }, complete, 1_000);
  t.is(names(torn, WEB, 2_000), 'a,b,c');
  t.is(names(torn, BY_LABEL, 2_000), 'a,b,c');
  const still = snapshotOf({ placements, decisions: [slice('web', 2, ['c'])] }, torn, 20_000);
  t.is(names(still, WEB, 30_999), 'a,b,c');
  t.throws(() => names(still, WEB, 31_001), { message: /being rewritten/ });
  const repaired = snapshotOf({ placements, decisions: [slice('web', 1, ['a', 'b', 'c'])] }, still, 40_000);
  t.is(names(repaired, WEB, 40_000), 'a,b,c');
});

test('a torn placement does not disturb questions about others', (t) => {
  const decisions = [slice('web', 1, ['a']), slice('db', 1, ['b'])];
  const snapshot = snapshotOf({ decisions, placements: [placement('web', 5), placement('db', 1)] });
  t.is(names(snapshot, { labelSelector: { matchLabels: { [`${LABEL}/placement`]: 'db' } } }), 'b');
});

const malformed = test.macro((t, parameters: object | undefined, message: string | RegExp) => {
  t.throws(() => parseQuestion({ applicationSetName: 'x', input: { parameters } }, 'argocd'), {
    name: 'Refusal',
    message,
  });
});
test('no parameters', malformed, undefined, /^input\.parameters: /);
test(
  'no subject',
  malformed,
  {},
  'input.parameters: exactly one of placement, decision, labelSelector is needed, none is given',
);
test('two subjects', malformed, { placement: 'a', decision: 'b' }, /given are placement and decision/);
test('an empty selector', malformed, { labelSelector: {} }, /none is given/);
test('a misspelt parameter', malformed, { placment: 'a' }, /input\.parameters: .*placment/);
test(
  'a limit that is no number',
  malformed,
  { ...WEB, maxRemovalPercent: 'ten' },
  /^input\.parameters\.maxRemovalPercent: /,
);
test('a guard of unknown value', malformed, { ...WEB, onEmpty: 'no' }, /^input\.parameters\.onEmpty: /);

test('parameters may all be texts, as a matrix makes them', (t) => {
  const question = parseQuestion(
    {
      input: { parameters: { labelSelector: '{"matchLabels":{"a":"b"}}', maxRemovalPercent: '10', values: { n: 3 } } },
    },
    'argocd',
  );
  t.deepEqual(question.labelSelector, { matchLabels: { a: 'b' } });
  t.deepEqual([question.maxRemovalPercent, question.values], [10, { n: '3' }]);
});

const badSelector = test.macro((t, labelSelector: object, message: RegExp) => {
  t.throws(() => names(snapshotOf({}), { labelSelector }), { name: 'Refusal', message });
});
const expression = (operator: string, values?: string[]) => ({ matchExpressions: [{ key: 'k', operator, values }] });
test(
  'a label value that was not rendered',
  badSelector,
  { matchLabels: { a: '{{.env}}' } },
  /"\{\{\.env\}\}" is not a label value/,
);
test('a label key nobody can have', badSelector, { matchLabels: { 'Bad.Prefix/x': 'y' } }, /is not a label key/);
test('an unknown operator', badSelector, expression('Near', ['x']), /"Near" is not one of/);
test('In without values', badSelector, expression('In', []), /needs values/);
test('Exists with values', badSelector, expression('Exists', ['x']), /takes no values/);

test('goText writes what Go prints', (t) => {
  const rows: readonly [unknown, string][] = [
    [0, '0'],
    [-0, '0'],
    [-12, '-12'],
    [1.5, '1.5'],
    [1e20, '100000000000000000000'],
    [1e21, '1e+21'],
    [0.0001, '0.0001'],
    [0.000012, '1.2e-05'],
    [1e-10, '1e-10'],
    [true, 'true'],
    [null, '<nil>'],
    ['', ''],
    [[], '[]'],
    [['a', 1, null], '[a 1 <nil>]'],
    [{}, 'map[]'],
    [{ b: { d: 'x y' }, a: [1] }, 'map[a:[1] b:map[d:x y]]'],
  ];
  for (const [value, expected] of rows) t.is(goText(value), expected);
});
