import test from 'ava';
import fc from 'fast-check';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { CLUSTER_GROUP, PLACEMENT_LABEL } from '../../src/api/placement-labels.js';
import { PROFILE } from '../../src/scheduler/profile.js';
import { clustersOf, publication, type Step } from '../../src/scheduler/publication.js';
import { isRelevant } from '../../src/scheduler/relevance.js';
import { schedule } from '../../src/scheduler/schedule.js';
import { slices } from '../../src/scheduler/slices.js';
import { statusOf } from '../../src/scheduler/status.js';
import { anyClusterNamed, anyPlacement, anyWorld } from './arbitrary.js';
import { NOW, snapshot } from './world.js';

const decision = (name: string, labels: Readonly<Record<string, string>>, clusters: readonly string[]) =>
  PlacementDecision.schema.parse({
    apiVersion: `${CLUSTER_GROUP}/v1beta1`,
    kind: 'PlacementDecision',
    metadata: { name, namespace: 'ns1', labels },
    status: { decisions: clusters.map((clusterName) => ({ clusterName, reason: '' })) },
  });

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `c${1000 + at}`);
const group = (clusters: readonly string[], name = '') => ({ name, clusters });
const existing = (...groups: readonly (readonly string[])[]) =>
  slices(
    'p',
    groups.map((clusters) => group(clusters)),
  ).map(({ name, labels, clusters }) => decision(name, labels, clusters));

const brief = (steps: readonly Step[]): readonly string[] =>
  steps.map((step) => (step.kind === 'create' ? `create ${step.slice.name}` : `${step.kind} ${step.name}`));

test('E4 decisions that are right already are not written', (t) => {
  t.deepEqual(publication('p', existing(names(128)), slices('p', [group(names(128))])), []);
});

test('E5 wrong labels take one write of labels, a missing slice one creation', (t) => {
  const [first, second] = existing(names(128));
  const wrong = decision(first!.metadata.name, { ...first!.metadata.labels, extra: 'x', [PLACEMENT_LABEL]: 'p' }, [
    ...clustersOf(first),
  ]);
  const labels = `${CLUSTER_GROUP}/decision-group-name`;
  wrong.metadata.labels = { ...wrong.metadata.labels, [labels]: 'fakegroup' };
  t.deepEqual(brief(publication('p', [wrong], slices('p', [group(names(128))]))), [
    'create p-decision-2',
    'decide p-decision-2',
    'label p-decision-1',
  ]);
  t.is(clustersOf(second).length, 28);
});

test('E6 fewer clusters shrink the first slice, then delete the second', (t) => {
  const steps = publication('p', existing(names(128)), slices('p', [group(names(10))]));
  t.deepEqual(brief(steps), ['decide p-decision-1', 'delete p-decision-2']);
});

test('E7 no cluster leaves one empty slice', (t) => {
  const steps = publication('p', existing(names(128)), slices('p', [group([])]));
  t.deepEqual(brief(steps), ['decide p-decision-1', 'delete p-decision-2']);
  t.like(steps[0], { clusters: [] });
});

test('E30 a foreign object with the label is deleted, one without is not', (t) => {
  const stray = decision('stray', { [PLACEMENT_LABEL]: 'p' }, ['c1000']);
  const [own] = existing(['c1000']);
  t.deepEqual(brief(publication('p', [own!, stray], slices('p', [group(['c1000'])]))), ['delete stray']);
});

const layout = fc
  .shuffledSubarray(names(24))
  .chain((chosen) => fc.tuple(fc.constant(chosen), fc.array(fc.nat(chosen.length), { maxLength: 4 })))
  .map(([chosen, cuts]) => {
    const edges = [0, ...[...cuts].sort((a, b) => a - b), chosen.length];
    return edges.slice(1).map((edge, at) => chosen.slice(edges[at], edge).sort());
  });

test('no cluster that stays selected is ever absent from all slices, and the end is what was wanted', (t) => {
  fc.assert(
    fc.property(layout, layout, (before, after) => {
      const old = existing(...before);
      const wanted = slices(
        'p',
        after.map((clusters) => group(clusters)),
      );
      const stays = new Set(before.flat().filter((name) => after.flat().includes(name)));
      const world = new Map(old.map((one) => [one.metadata.name, clustersOf(one)]));
      for (const step of publication('p', old, wanted)) {
        if (step.kind === 'create') world.set(step.slice.name, []);
        if (step.kind === 'decide') world.set(step.name, step.clusters);
        if (step.kind === 'delete') world.delete(step.name);
        const union = new Set([...world.values()].flat());
        t.true([...stays].every((name) => union.has(name)));
      }
      t.deepEqual(Object.fromEntries(world), Object.fromEntries(wanted.map(({ name, clusters }) => [name, clusters])));
    }),
    { numRuns: 500 },
  );
});

test('deletions come last', (t) => {
  fc.assert(
    fc.property(layout, layout, (before, after) => {
      const wanted = slices(
        'p',
        after.map((clusters) => group(clusters)),
      );
      const kinds = publication('p', existing(...before), wanted).map(({ kind }) => kind);
      const first = kinds.indexOf('delete');
      t.true(first < 0 || kinds.slice(first).every((kind) => kind === 'delete'));
    }),
  );
});

test('a change of a cluster that is called irrelevant changes neither decisions nor status', (t) => {
  let irrelevant = 0;
  fc.assert(
    fc.property(anyWorld, anyPlacement, anyClusterNamed('c05'), anyClusterNamed('c05'), (world, placement, a, b) => {
      const others = (world.clusters ?? []).filter(({ metadata }) => metadata.name !== 'c05');
      const [before, after] = [a, b].map((cluster) => snapshot({ ...world, clusters: [...others, cluster] }));
      const used = schedule(placement, before!, PROFILE).eligibleSets;
      const candidate = (cluster: typeof a) => {
        const isMember = after!.fleet.setsOf(cluster).some((set) => used.includes(set));
        return isMember && !cluster.metadata.deletionTimestamp ? cluster : undefined;
      };
      if (isRelevant(placement, { before: candidate(a), after: candidate(b) }, after!, PROFILE)) return;
      irrelevant += 1;
      const [x, y] = [before, after].map((world) => {
        const result = schedule(placement, world!, PROFILE);
        const cut = slices('p', result.groups);
        return { cut, status: statusOf(placement, result, cut, NOW), untilMs: result.untilMs };
      });
      t.deepEqual(x, y);
    }),
    { numRuns: 1500 },
  );
  t.true(irrelevant > 100, `only ${irrelevant} irrelevant changes were tried`);
});
