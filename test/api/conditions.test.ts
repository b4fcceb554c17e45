import test from 'ava';
import { condition, setConditions } from '../../src/api/conditions.js';

const early = new Date('2026-01-01T00:00:00.500Z');
const late = new Date('2026-01-02T00:00:00Z');

test('a condition keeps its transition time while its status stays', (t) => {
  const first = setConditions([], [condition('Bound', 'False', 'ClusterSetNotFound')], early);
  t.deepEqual(first, [
    {
      type: 'Bound',
      status: 'False',
      reason: 'ClusterSetNotFound',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ]);
  const second = setConditions(first, [{ ...condition('Bound', 'False', 'ClusterSetNotFound', 'again') }], late);
  t.like(second[0], { message: 'again', lastTransitionTime: '2026-01-01T00:00:00Z' });
  const third = setConditions(second, [condition('Bound', 'True', 'ClusterSetBound')], late);
  t.like(third[0], { status: 'True', lastTransitionTime: '2026-01-02T00:00:00Z' });
});

test('conditions of other types keep their place, new ones come last', (t) => {
  const old = setConditions(
    undefined,
    [condition('Applied', 'True', 'AppliedManifestComplete'), condition('Available', 'True', 'ResourceAvailable')],
    early,
  );
  const result = setConditions(
    old,
    [
      condition('StatusFeedbackSynced', 'True', 'NoStatusFeedbackSynced'),
      condition('Applied', 'False', 'AppliedManifestFailed'),
    ],
    late,
  );
  t.deepEqual(
    result.map(({ type, status }) => [type, status]),
    [
      ['Applied', 'False'],
      ['Available', 'True'],
      ['StatusFeedbackSynced', 'True'],
    ],
  );
  t.is(old[0]?.status, 'True', 'the old list is not changed');
});
