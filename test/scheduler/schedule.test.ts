import test from 'ava';
import fc from 'fast-check';
import { keyOf } from '../../src/api/meta.js';
import { PROFILE } from '../../src/scheduler/profile.js';
import { schedule } from '../../src/scheduler/schedule.js';
import { scoreNote } from '../../src/scheduler/score-note.js';
import { slices } from '../../src/scheduler/slices.js';
import { satisfied } from '../../src/scheduler/status.js';
import { anyPlacement, anyWorld } from './arbitrary.js';
import { cluster, NOW, placement, scheduled, score, selectedOf, snapshot, type WorldInput } from './world.js';

type Row = { readonly spec?: object; readonly world: WorldInput };

const selects = test.macro((t, { spec = {}, world }: Row, expected: readonly string[]) => {
  const result = scheduled({ ...spec }, world);
  t.is(result.misconfiguration, undefined);
  t.deepEqual(selectedOf(result), expected);
});

const c = (...names: readonly string[]) => names.map((name) => cluster(name));
const ifNew = { key: 'key1', effect: 'NoSelectIfNew' };

test('A22 acceptance and availability are not looked at', selects, { world: { clusters: c('c1') } }, ['c1']);
test('A27 a binding needs no Bound condition', selects, { world: { clusters: c('c1', 'c2') } }, ['c1', 'c2']);
test(
  'C11 a NoSelectIfNew taint does not drop a cluster that is decided already',
  selects,
  { world: { clusters: [cluster('c1', { taints: [ifNew] })], decisions: { 'ns1/p': ['c1'] } } },
  ['c1'],
);
test(
  'C30 an unreachable cluster stays when its taint is tolerated',
  selects,
  {
    spec: { tolerations: [{ key: 'cluster.open-cluster-management.io/unreachable' }] },
    world: {
      clusters: [
        cluster('c1', { taints: [{ key: 'cluster.open-cluster-management.io/unreachable', effect: 'NoSelect' }] }),
      ],
      decisions: { 'ns1/p': ['c1'] },
    },
  },
  ['c1'],
);
test(
  'C31 an unreachable cluster leaves as soon as it is tainted',
  selects,
  {
    world: {
      clusters: [
        cluster('c1', { taints: [{ key: 'cluster.open-cluster-management.io/unreachable', effect: 'NoSelect' }] }),
        cluster('c2'),
      ],
      decisions: { 'ns1/p': ['c1', 'c2'] },
    },
  },
  ['c2'],
);
test(
  'D42 equal totals are taken in byte order of the names',
  selects,
  { spec: { numberOfClusters: 1 }, world: { clusters: c('b', 'a', 'B') } },
  ['B'],
);

test('a negative number of clusters is a misconfiguration', (t) => {
  const { misconfiguration, selected } = scheduled({ numberOfClusters: -1 }, { clusters: c('c1') });
  t.is(misconfiguration?.message, 'numberOfClusters should not be negative: -1');
  t.deepEqual(selected, []);
});

test('a negative Steady weight is a misconfiguration only where there is a choice', (t) => {
  const prioritizerPolicy = { mode: 'Exact', configurations: [{ scoreCoordinate: { builtIn: 'Steady' }, weight: -1 }] };
  t.regex(
    scheduled({ prioritizerPolicy, numberOfClusters: 1 }, { clusters: c('c1') }).misconfiguration?.message ?? '',
    /weight of Steady/,
  );
  t.deepEqual(selectedOf(scheduled({ prioritizerPolicy }, { clusters: c('c1') })), ['c1']);
});

test('of several invalid prioritizers the first in spec order is named', (t) => {
  const configurations = ['Zebra', 'Apple'].map((builtIn) => ({ scoreCoordinate: { builtIn } }));
  const { misconfiguration } = scheduled({ prioritizerPolicy: { configurations } }, { clusters: [] });
  t.is(misconfiguration?.message, 'incorrect builtin prioritizer: Zebra');
});

test('a bounded toleration says when the schedule ends', (t) => {
  const taints = [{ key: 'k', effect: 'NoSelect', timeAdded: new Date(NOW.getTime() - 4_000).toISOString() }];
  const spec = { tolerations: [{ key: 'k', operator: 'Exists', tolerationSeconds: 10 }] };
  const { untilMs } = scheduled(spec, { clusters: [cluster('c1', { taints }), cluster('c2')] });
  t.is(untilMs, NOW.getTime() + 6_000);
});

test('a score with an end says when the schedule ends, and warns after it', (t) => {
  const addOn = { resourceName: 'usage', scoreName: 'usage' };
  const spec = {
    numberOfClusters: 1,
    prioritizerPolicy: { mode: 'Exact', configurations: [{ scoreCoordinate: { type: 'AddOn', addOn } }] },
  };
  const end = new Date(NOW.getTime() + 1_000);
  const world = { clusters: c('c1', 'c2'), scores: [score('c2', 'usage', 50, end)] };
  const before = scheduled(spec, world);
  t.deepEqual([selectedOf(before), before.untilMs, before.warning], [['c2'], end.getTime() + 1, undefined]);
  const after = scheduled(spec, { ...world, now: new Date(end.getTime() + 1) });
  t.deepEqual(selectedOf(after), ['c1']);
  t.deepEqual(after.warning, {
    plugin: 'AddOn/usage/usage',
    message: 'AddOnPlacementScores c2/usage expired',
  });
});

test('what nothing was selected for is counted per cause', (t) => {
  const spec = { predicates: [{ requiredClusterSelector: { labelSelector: { matchLabels: { env: 'prod' } } } }] };
  const clusters = [
    cluster('c1'),
    cluster('c2', { labels: { env: 'prod' }, taints: [{ key: 'k', effect: 'NoSelect' }] }),
  ];
  t.is(
    satisfied(placement(spec), scheduled(spec, { clusters })).message,
    'No ManagedCluster selected: 1 ManagedCluster matched no predicate, 1 ManagedCluster dropped for taints that are not tolerated',
  );
});

test('CEL that fails on a cluster is counted in the condition', (t) => {
  const celExpressions = ['managedCluster.metadata.labels["env"] == "prod"'];
  const spec = { predicates: [{ requiredClusterSelector: { celSelector: { celExpressions } } }] };
  const clusters = [cluster('c1', { labels: { env: 'prod' } }), cluster('c2')];
  t.regex(
    satisfied(placement(spec), scheduled(spec, { clusters })).message,
    /^All cluster decisions scheduled; CEL failed on 1 ManagedCluster, first c2: no such key: env/,
  );
});

test('Invariant 3: schedule is a function of the placement and the world, whatever the order of the clusters', (t) => {
  fc.assert(
    fc.property(anyWorld, anyPlacement, fc.nat(), (world, one, seed) => {
      const permuted = { ...world, clusters: shuffled(world.clusters ?? [], seed) };
      const [a, b] = [world, permuted].map((input) => visible(schedule(one, snapshot(input), PROFILE)));
      t.deepEqual(a, b);
    }),
    { numRuns: 200 },
  );
});

test('what is selected is a candidate, fits, and is as many as asked for', (t) => {
  fc.assert(
    fc.property(anyWorld, anyPlacement, (world, one) => {
      const result = schedule(one, snapshot(world), PROFILE);
      const names = new Set(result.judged.fitting.map(({ metadata }) => metadata.name));
      t.true(selectedOf(result).every((name) => names.has(name)));
      if (result.misconfiguration) return;
      const wanted = one.spec.numberOfClusters ?? names.size;
      t.is(result.selected.length, Math.min(wanted, names.size));
      t.is(result.selected.length + result.unscheduled, wanted);
      t.is(result.judged.dropped.length + names.size, result.candidates.length);
    }),
    { numRuns: 200 },
  );
});

test('with scorers that look at one cluster alone, removing a cluster that was not selected changes nothing', (t) => {
  fc.assert(
    fc.property(anyWorld, anyPlacement, (world, one) => {
      const policy = { mode: 'Exact', configurations: [{ scoreCoordinate: { builtIn: 'Steady' } }] };
      const spec = { ...one.spec, prioritizerPolicy: policy };
      const before = scheduled(spec, world);
      const chosen = new Set(selectedOf(before));
      const lost = before.candidates.find(({ metadata }) => !chosen.has(metadata.name));
      if (!lost) return;
      const clusters = (world.clusters ?? []).filter(({ metadata }) => metadata.name !== lost.metadata.name);
      t.deepEqual(selectedOf(scheduled(spec, { ...world, clusters })), selectedOf(before));
    }),
    { numRuns: 200 },
  );
});

test('slices hold every selected cluster once, at most 100 each, groups in order', (t) => {
  fc.assert(
    fc.property(anyWorld, anyPlacement, (world, one) => {
      const result = schedule(one, snapshot(world), PROFILE);
      const cut = slices(one.metadata.name, result.groups);
      t.true(cut.length > 0);
      t.true(cut.every(({ clusters }) => clusters.length <= 100));
      if (!result.misconfiguration)
        t.deepEqual(cut.flatMap(({ clusters }) => clusters).sort(), [...selectedOf(result)]);
      t.deepEqual(
        cut.map(({ name }) => name),
        cut.map((_, at) => `${one.metadata.name}-decision-${at + 1}`),
      );
    }),
    { numRuns: 200 },
  );
});

test('F17 the score note stops before it exceeds 1000 characters', (t) => {
  const clusters = Array.from({ length: 200 }, (_, at) => cluster(`cluster-with-quite-a-long-name-${100 + at}`));
  const note = scoreNote(scheduled({}, { clusters }).ranked);
  t.true(note.endsWith(' ......'));
  t.true(note.length - '......'.length <= 1000);
  t.true(note.length > 950);
});

/** Everything but the identity of objects. */
const visible = (result: ReturnType<typeof schedule>) => ({
  ...result,
  candidates: result.candidates.map(keyOf),
  misconfiguration: result.misconfiguration?.message,
});

function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const keyed = items.map((item, at) => ({ item, key: (at * 7919 + seed * 104729) % 1009 }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

test('every clause that a cluster misses is named, with what the cluster has', (t) => {
  const spec = {
    predicates: [
      {
        requiredClusterSelector: {
          labelSelector: {
            matchLabels: { env: 'prod' },
            matchExpressions: [{ key: 'region', operator: 'In', values: ['eu', 'us'] }],
          },
          claimSelector: { matchExpressions: [{ key: 'product', operator: 'Exists' }] },
          celSelector: { celExpressions: ['managedCluster.metadata.name == "c2"', 'has(managedCluster.metadata.x.y)'] },
        },
      },
    ],
  };
  const one = cluster('c1', { labels: { env: 'dev', region: 'eu' } });
  const [filter] = PROFILE.filters;
  t.deepEqual(filter?.explain(placement(spec), one, snapshot({ clusters: [one] })), [
    'predicate 1: label env In [prod]: the cluster has "dev"; claim product Exists: the cluster has none; ' +
      'CEL managedCluster.metadata.name == "c2": not true; CEL has(managedCluster.metadata.x.y): no such key: x',
  ]);
});
