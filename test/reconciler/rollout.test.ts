import test from 'ava';
import { RolloutStrategy } from '../../src/api/rollout.js';
import { planRollout, type RolloutGroup } from '../../src/reconciler/rollout.js';
import { settingsOf } from '../../src/reconciler/rollout-settings.js';
import type { ClusterRollout, RolloutState } from '../../src/reconciler/rollout-state.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const LETTERS: Readonly<Record<string, RolloutState>> = {
  S: 'Succeeded',
  P: 'Progressing',
  F: 'Failed',
  A: 'ToApply',
  T: 'TimeOut',
  K: 'Skip',
};

const G0 = { index: 0, name: 'g0', clusters: ['c1', 'c2', 'c3'] };
const G1 = { index: 1, name: 'g1', clusters: ['c4', 'c5', 'c6'] };

/** `c1 S-30` is a cluster that succeeded 30 s ago. */
const parse = (text: string): ClusterRollout => {
  const [, cluster = '', letter = '', ago] = /^(\S+) (\w)(?:-(\d+))?$/.exec(text) ?? [];
  const state = LETTERS[letter] ?? 'Progressing';
  return ago === undefined ? { cluster, state } : { cluster, state, since: NOW - Number(ago) * 1000 };
};
const listOf = (text: string): ClusterRollout[] => (text === '' ? [] : text.split(', ').map(parse));
const told = (list: readonly ClusterRollout[]): string =>
  list
    .map(({ cluster, state }) => `${cluster} ${Object.keys(LETTERS).find((key) => LETTERS[key] === state)}`)
    .sort()
    .join(', ');

interface Row {
  readonly strategy: object;
  readonly existing?: string;
  readonly groups?: readonly RolloutGroup[];
  readonly candidates: string;
  readonly timedOut?: string;
  readonly breach?: boolean;
  readonly recheck?: number;
}

const plans = test.macro((t, rows: Row | readonly Row[]) => {
  for (const row of [rows].flat() as readonly Row[]) {
    const { strategy, existing = '', groups = [G0, G1], candidates, timedOut = '', breach = false, recheck } = row;
    const result = planRollout(RolloutStrategy.parse(strategy), groups, listOf(existing), NOW);
    const actual = {
      candidates: told(result.candidates),
      timedOut: told(result.timedOut).replaceAll(' T', ''),
      breach: result.breach,
      recheck: result.recheckMs === undefined ? undefined : result.recheckMs / 1000,
    };
    t.deepEqual(actual, { candidates, timedOut, breach, recheck }, JSON.stringify(row));
  }
});

const all = (more: object = {}) => ({ type: 'All', all: more });
const progressive = (maxConcurrency: number | string | undefined, more: object = {}) => ({
  type: 'Progressive',
  progressive: { ...(maxConcurrency === undefined ? {} : { maxConcurrency }), ...more },
});
const perGroup = (more: object = {}) => ({ type: 'ProgressivePerGroup', progressivePerGroup: more });
const deadline = (progressDeadline: string, more: object = {}) => ({ progressDeadline, ...more });
const FIRST = { mandatoryDecisionGroups: [{ groupIndex: 0 }] };
const groupOf = (...clusters: string[]): RolloutGroup => ({ index: 0, name: '', clusters });

test('T01 rows 1 and 2: All gives every cluster the template, deadlines still count', plans, [
  { strategy: all(deadline('90s')), candidates: 'c1 A, c2 A, c3 A, c4 A, c5 A, c6 A' },
  {
    strategy: all(deadline('90s')),
    existing: 'c1 S, c2 F-120, c3 P-120, c4 F-60, c5 P-60',
    candidates: 'c4 F, c5 P, c6 A',
    timedOut: 'c2, c3',
    recheck: 30,
  },
]);
test('T02 rows 3 to 8: Progressive by number, deadline and soak', plans, [
  { strategy: progressive(2), candidates: 'c1 A, c2 A' },
  { strategy: progressive(2), existing: 'c1 S, c2 P', candidates: 'c2 P, c3 A' },
  {
    strategy: progressive(2, deadline('90s', { maxFailures: 0 })),
    existing: 'c1 S, c2 F-120, c3 P-60',
    candidates: 'c3 P',
    timedOut: 'c2',
    breach: true,
    recheck: 30,
  },
  {
    strategy: progressive(2, deadline('90s', { maxFailures: 1 })),
    existing: 'c1 S, c2 F-120, c3 P-60',
    candidates: 'c3 P, c4 A',
    timedOut: 'c2',
    recheck: 30,
  },
  {
    strategy: progressive(2, deadline('90s', { maxFailures: '100%', minSuccessTime: '60s' })),
    existing: 'c1 S-30, c2 F-120, c3 P-30',
    candidates: 'c1 S, c3 P',
    timedOut: 'c2',
    recheck: 30,
  },
  {
    strategy: progressive(2, deadline('0s', { maxFailures: 3 })),
    existing: 'c1 S, c2 P, c3 P',
    candidates: 'c4 A, c5 A',
    timedOut: 'c2, c3',
  },
]);
test('T03 rows 9 to 11: Progressive by percentage, and without a number', plans, [
  {
    strategy: progressive('50%', { maxFailures: '100%' }),
    existing: 'c1 S, c2 F, c3 P',
    candidates: 'c2 F, c3 P, c4 A',
  },
  {
    strategy: progressive('50%', { maxFailures: '0%' }),
    existing: 'c1 S, c2 F, c3 P',
    candidates: 'c2 F, c3 P',
    breach: true,
  },
  {
    strategy: progressive(undefined),
    existing: 'c1 A, c2 A',
    groups: [groupOf('c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9')],
    candidates: 'c1 A, c2 A, c3 A, c4 A, c5 A, c6 A, c7 A, c8 A, c9 A',
  },
]);
test('T04 rows 12 and 13: mandatory groups come first and tolerate no failure', plans, [
  { strategy: progressive(2, FIRST), existing: 'c1 S, c2 S, c3 S', candidates: 'c4 A, c5 A' },
  {
    strategy: progressive(undefined, deadline('90s', FIRST)),
    existing: 'c1 S, c2 F-120, c3 P-60',
    candidates: 'c3 P',
    timedOut: 'c2',
    breach: true,
    recheck: 30,
  },
]);
test('T05 rows 14 to 19: group by group', plans, [
  { strategy: perGroup(deadline('90s')), candidates: 'c1 A, c2 A, c3 A' },
  {
    strategy: perGroup(deadline('90s', { maxFailures: 0 })),
    existing: 'c1 S, c2 F-120, c3 P-60',
    candidates: 'c3 P',
    timedOut: 'c2',
    breach: true,
    recheck: 30,
  },
  {
    strategy: perGroup(deadline('90s', { maxFailures: 2 })),
    existing: 'c1 S, c2 F-120, c3 S',
    candidates: 'c4 A, c5 A, c6 A',
    timedOut: 'c2',
  },
  { strategy: perGroup({ maxFailures: 0 }), existing: 'c1 S, c2 F, c3 S', candidates: 'c2 F', breach: true },
  { strategy: perGroup({ maxFailures: 2 }), existing: 'c1 S, c2 F, c3 S', candidates: 'c2 F, c4 A, c5 A, c6 A' },
  { strategy: perGroup({ maxFailures: '30%' }), existing: 'c1 F, c2 F, c3 S', candidates: 'c1 F, c2 F', breach: true },
]);
test('rows 20 and 21: soaking clusters hold their slot, the earliest recheck counts', plans, [
  {
    strategy: progressive(2, { minSuccessTime: '60s' }),
    existing: 'c1 S-10, c2 S-50',
    candidates: 'c1 S, c2 S',
    recheck: 10,
  },
  {
    strategy: progressive(2, { minSuccessTime: '60s' }),
    existing: 'c1 S-10, c2 S-70',
    candidates: 'c1 S, c3 A',
    recheck: 50,
  },
]);
test('row 22: percentages round up; nothing and more than everything mean the default', plans, [
  { strategy: progressive('25%'), candidates: 'c1 A, c2 A' },
  { strategy: progressive('1%'), candidates: 'c1 A' },
  { strategy: progressive('33%'), groups: [G0], candidates: 'c1 A' },
  { strategy: progressive('34%'), groups: [G0], candidates: 'c1 A, c2 A' },
  { strategy: progressive('0%'), groups: [G0], candidates: 'c1 A, c2 A, c3 A' },
  { strategy: progressive(99), groups: [G0], candidates: 'c1 A, c2 A, c3 A' },
  { strategy: progressive(1, { maxFailures: 99 }), existing: 'c1 F', groups: [G0], candidates: 'c1 F', breach: true },
]);
test('T11 a new cluster in the mandatory group starts besides those in flight elsewhere', plans, {
  strategy: progressive(undefined, deadline('90s', FIRST)),
  groups: [{ ...G0, clusters: ['c1', 'c2', 'c3', 'c7'] }, G1],
  existing: 'c1 S, c2 S, c3 S, c4 P-60, c5 P-60',
  candidates: 'c4 P, c5 P, c7 A',
  recheck: 30,
});
test('T12 a new cluster in an earlier group starts besides those of the later group', plans, {
  strategy: perGroup(deadline('90s')),
  existing: 'c1 S, c2 S, c4 P-60, c5 P-60',
  candidates: 'c3 A, c4 P, c5 P',
  recheck: 30,
});
test('T13 a cluster that is no longer selected does not count', plans, {
  strategy: progressive(2, deadline('90s', { maxFailures: '100%' })),
  groups: [{ ...G0, clusters: ['c2', 'c3'] }, G1],
  existing: 'c1 F-120, c2 F-120, c3 P-60',
  candidates: 'c3 P, c4 A',
  timedOut: 'c2',
  recheck: 30,
});
test('T14 a failed cluster that left the mandatory group no longer blocks', plans, {
  strategy: progressive(2, FIRST),
  groups: [{ ...G0, clusters: ['c1', 'c3'] }, G1],
  existing: 'c1 S, c2 F, c3 S',
  candidates: 'c4 A, c5 A',
});
test('T15 the third group starts although a tolerated cluster of the first timed out', plans, {
  strategy: perGroup(deadline('90s', { maxFailures: 2 })),
  groups: [G0, G1, { index: 2, name: 'g2', clusters: ['c7', 'c8', 'c9'] }],
  existing: 'c1 S, c2 F-120, c3 S, c4 S, c5 S, c6 S',
  candidates: 'c7 A, c8 A, c9 A',
  timedOut: 'c2',
});
test('T16 a soaking group holds the next one back', plans, {
  strategy: perGroup(deadline('90s', { minSuccessTime: '60s', maxFailures: '50%' })),
  existing: 'c1 S-30, c2 S-120, c3 P-30',
  candidates: 'c1 S, c3 P',
  recheck: 30,
});
test('T17 a success of unknown age soaks from now on', plans, {
  strategy: progressive(1, { minSuccessTime: '2m' }),
  existing: 'c1 S',
  candidates: 'c1 S',
  recheck: 120,
});
test('T18 an unknown state counts as in flight until its deadline', plans, [
  { strategy: progressive(1, deadline('90s')), existing: 'c1 X-60', candidates: 'c1 P', recheck: 30 },
  { strategy: progressive(1, deadline('90s')), existing: 'c1 X-90', candidates: '', timedOut: 'c1', breach: true },
]);
test('clusters that timed out or were skipped before take no slot', plans, {
  strategy: progressive(2, { maxFailures: 1 }),
  existing: 'c1 T, c2 K',
  candidates: 'c3 A, c4 A',
});
test('T21 a mandatory entry with a name ignores its index', plans, {
  strategy: progressive(undefined, { mandatoryDecisionGroups: [{ groupName: 'g1', groupIndex: 0 }] }),
  candidates: 'c4 A, c5 A, c6 A',
});

test('T19 deadlines are read as Go durations; None and nothing mean for ever', (t) => {
  const read = (progressDeadline: string) => settingsOf({ type: 'All', all: { ...ANY, progressDeadline } }).deadlineMs;
  t.deepEqual(['2h', '30m', '10s', '1h30m', '0s', 'None', ''].map(read), [
    7_200_000,
    1_800_000,
    10_000,
    5_400_000,
    0,
    undefined,
    undefined,
  ]);
});
const ANY = { minSuccessTime: '0', maxFailures: 0 };

test('T20 other deadlines are refused', (t) => {
  for (const progressDeadline of ['2d', '0', '10g', '2d0s', '5|']) {
    t.throws(() => settingsOf({ type: 'All', all: { ...ANY, progressDeadline } }), { message: /^progressDeadline: / });
  }
});
test('T22 an unknown type is refused', (t) => {
  // A server without the schema may hold anything.
  const strategy = { type: 'Foo' } as unknown as RolloutStrategy;
  t.throws(() => planRollout(strategy, [G0], [], NOW), { message: /Foo is not a rollout type/ });
});
test('T23 sizes that are neither number nor percentage are refused', (t) => {
  for (const field of ['maxConcurrency', 'maxFailures']) {
    const strategy = {
      type: 'Progressive',
      progressive: { ...ANY, progressDeadline: 'None', [field]: 'abc' },
    } as const;
    t.throws(() => planRollout(strategy, [G0], [], NOW), { message: new RegExp(`^${field}: "abc" is neither`) });
  }
});
