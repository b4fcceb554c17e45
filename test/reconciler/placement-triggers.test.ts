import test from 'ava';
import type { ManagedCluster } from '../../src/api/cluster.js';
import { keyOf } from '../../src/api/meta.js';
import type { Placement } from '../../src/api/placement.js';
import { PlacementTriggers } from '../../src/reconciler/placement-triggers.js';
import { PROFILE } from '../../src/scheduler/profile.js';
import { binding, cluster, clusterSet, placement, score, snapshot, type WorldInput } from '../scheduler/world.js';

const at = (key: string, spec: object = {}): Placement => {
  const [namespace, name] = key.split('/');
  return placement({ ...spec }, { namespace, name });
};

/** The triggers of a world that has the new state already. */
function triggersOf(placements: readonly Placement[], world: WorldInput) {
  const now = snapshot(world);
  const inNamespace = (namespace: string) => placements.filter(({ metadata }) => metadata.namespace === namespace);
  return { triggers: new PlacementTriggers(now.fleet, PROFILE, inNamespace), now };
}

const byLabel = (key: string, value: string) => ({
  selectorType: 'LabelSelector',
  labelSelector: { matchLabels: { [key]: value } },
});
const sets = (...names: readonly string[]) => names.map((name) => clusterSet(name));

test('G1 a set brings the placements that can use it', (t) => {
  const { triggers } = triggersOf([at('ns1/p1'), at('ns1/p2', { clusterSets: ['s2'] })], {
    sets: sets('s1', 's2'),
    bindings: [binding('s1'), binding('s2')],
  });
  t.deepEqual(triggers.ofSet({ before: undefined, after: clusterSet('s1') }), ['ns1/p1']);
});

test('G1 the status of a set brings nobody', (t) => {
  const { triggers } = triggersOf([at('ns1/p1')], {});
  t.deepEqual(triggers.ofSet({ before: clusterSet('s1'), after: clusterSet('s1') }), []);
});

test('G2 a binding brings the placements of its namespace that can use it', (t) => {
  const placements = [at('ns1/p1'), at('ns1/p2', { clusterSets: ['s2'] }), at('ns2/p3', { clusterSets: ['s1'] })];
  const { triggers } = triggersOf(placements, { sets: sets('s1', 's2'), bindings: [binding('s1'), binding('s2')] });
  t.deepEqual(triggers.ofBinding({ before: undefined, after: binding('s1') }), ['ns1/p1']);
});

test('G2 the last binding of a namespace brings also those that list another set', (t) => {
  const { triggers } = triggersOf([at('ns1/p2', { clusterSets: ['s2'] })], { sets: sets('s1'), bindings: [] });
  t.deepEqual(triggers.ofBinding({ before: binding('s1'), after: undefined }), ['ns1/p2']);
});

test('G3 a cluster of a set that does not exist brings nobody', (t) => {
  const { triggers, now } = triggersOf([at('ns1/p1')], { sets: [] });
  t.deepEqual(triggers.ofCluster({ before: undefined, after: cluster('c1') }, now), []);
});

test('G4 a cluster brings the placements that can select it', (t) => {
  const placements = [at('ns1/p1'), at('ns2/p2', { clusterSets: ['s1'] }), at('ns2/p3', { clusterSets: ['s2'] })];
  const { triggers, now } = triggersOf(placements, {
    sets: sets('s1', 's2'),
    bindings: [binding('s1'), binding('s1', 'ns2'), binding('s2', 'ns2')],
  });
  t.deepEqual(triggers.ofCluster({ before: undefined, after: cluster('c1') }, now), ['ns1/p1', 'ns2/p2']);
});

const three = {
  sets: [
    clusterSet('global', { selectorType: 'LabelSelector', labelSelector: {} }),
    clusterSet('s1', byLabel('cloud', 'Amazon')),
    clusterSet('s2'),
  ],
  bindings: [binding('global'), binding('s1', 'ns2'), binding('s2', 'ns3')],
};
const amazon = cluster('c1', { set: 's2', labels: { cloud: 'Amazon' } });
const google = cluster('c1', { set: 's2', labels: { cloud: 'Google' } });
const each = [at('ns1/p1'), at('ns2/p2'), at('ns3/p3')];

test('G5 a new cluster brings the placements of every set it matches', (t) => {
  const { triggers, now } = triggersOf(each, three);
  t.deepEqual(triggers.ofCluster({ before: undefined, after: amazon }, now), ['ns1/p1', 'ns2/p2', 'ns3/p3']);
});

test('G6 a label change brings those it joins or leaves, and nobody whose verdict stays', (t) => {
  const { triggers, now } = triggersOf(each, three);
  t.deepEqual(triggers.ofCluster({ before: amazon, after: google }, now), ['ns2/p2']);
});

test('G7 a cluster of no set brings nobody', (t) => {
  const { triggers, now } = triggersOf([at('ns1/p1')], {});
  const alone = (labels: Record<string, string>) => cluster('c1', { set: '', labels });
  t.deepEqual(triggers.ofCluster({ before: alone({ a: '1' }), after: alone({ a: '2' }) }, now), []);
});

const joins = test.macro((t, before: ManagedCluster | undefined, after: ManagedCluster | undefined) => {
  const { triggers, now } = triggersOf([at('ns1/p1')], { sets: sets('s1') });
  t.deepEqual(triggers.ofCluster({ before, after }, now), ['ns1/p1']);
});
test('G8 a cluster that gains the label of a set', joins, cluster('c1', { set: '' }), cluster('c1'));
test('G9 a cluster that loses the label of a set', joins, cluster('c1'), cluster('c1', { set: '' }));
test('G10 a cluster that is gone', joins, cluster('c1'), undefined);
test('G10 a cluster that terminates', joins, cluster('c1'), cluster('c1', { deleting: true }));

test('G10 sets, bindings and scores that are gone are like changes', (t) => {
  const addOn = { resourceName: 'score1', scoreName: 'x' };
  const policy = { configurations: [{ scoreCoordinate: { type: 'AddOn', addOn } }] };
  const { triggers } = triggersOf([at('ns1/p1', { prioritizerPolicy: policy })], { clusters: [cluster('c1')] });
  t.deepEqual(triggers.ofSet({ before: clusterSet('s1'), after: undefined }), ['ns1/p1']);
  t.deepEqual(triggers.ofBinding({ before: binding('s1'), after: undefined }), ['ns1/p1']);
  t.deepEqual(triggers.ofScore({ before: score('c1', 'score1', 1), after: undefined }), ['ns1/p1']);
});

const ranksBy = (resourceName: string) => ({
  prioritizerPolicy: {
    configurations: [{ scoreCoordinate: { type: 'AddOn', addOn: { resourceName, scoreName: 'x' } } }],
  },
});
const ranked = [at('ns1/p1', ranksBy('score1')), at('ns2/p2', ranksBy('score2')), at('ns3/p3', ranksBy('score1'))];

test('G11 a score brings the placements that rank by it and can select the cluster', (t) => {
  const { triggers } = triggersOf(ranked, {
    clusters: [cluster('c1')],
    bindings: [binding('s1'), binding('s1', 'ns3')],
  });
  t.deepEqual(triggers.ofScore({ before: undefined, after: score('c1', 'score1', 1) }), ['ns1/p1', 'ns3/p3']);
});

test('G12 a score does not bring a placement with another set', (t) => {
  const { triggers } = triggersOf(ranked, {
    clusters: [cluster('c1')],
    sets: sets('s1', 's2'),
    bindings: [binding('s2'), binding('s1', 'ns3')],
  });
  t.deepEqual(triggers.ofScore({ before: undefined, after: score('c1', 'score1', 1) }), ['ns3/p3']);
});

test('G13 a score brings the placements whose CEL reads it', (t) => {
  const reads = (expression: string) => ({
    predicates: [{ requiredClusterSelector: { celSelector: { celExpressions: [expression] } } }],
  });
  const placements = [
    at('ns1/p1', reads('managedCluster.scores("score1").size() > 0')),
    at('ns1/p2', reads('managedCluster.scores("other").size() > 0')),
    at('ns1/p3', reads('managedCluster.scores(managedCluster.metadata.name).size() > 0')),
  ];
  const { triggers } = triggersOf(placements, { clusters: [cluster('c1')] });
  t.deepEqual(triggers.ofScore({ before: undefined, after: score('c1', 'score1', 1) }), ['ns1/p1', 'ns1/p3']);
});

test('G16 a score in a namespace that is no cluster brings nobody', (t) => {
  const { triggers } = triggersOf(ranked, { clusters: [cluster('c1')] });
  t.deepEqual(triggers.ofScore({ before: undefined, after: score('elsewhere', 'score1', 1) }), []);
});

test('a heartbeat brings nobody', (t) => {
  const beat = (time: string): ManagedCluster => ({
    ...cluster('c1'),
    status: {
      conditions: [
        {
          type: 'ManagedClusterConditionAvailable',
          status: 'True',
          reason: 'x',
          message: '',
          lastTransitionTime: time,
        },
      ],
    },
  });
  const { triggers, now } = triggersOf([at('ns1/p1'), at('ns1/p2', { numberOfClusters: 1 })], {});
  const change = { before: beat('2026-01-01T00:00:00Z'), after: beat('2026-01-01T00:01:00Z') };
  t.deepEqual(triggers.ofCluster(change, now), []);
  t.is(keyOf(change.after), 'c1');
});
