import test from 'ava';
import type { ManagedCluster } from '../../src/api/cluster.js';
import { Misconfigured } from '../../src/scheduler/plugin.js';
import { misconfigured, satisfied } from '../../src/scheduler/status.js';
import { cluster, placement, scheduled } from './world.js';

const base = scheduled({}, { clusters: [cluster('c1')] });

interface Given {
  readonly boundSets?: readonly string[];
  readonly eligibleSets?: readonly string[];
  readonly candidates?: readonly ManagedCluster[];
  readonly selected?: readonly ManagedCluster[];
  readonly unscheduled?: number;
}

const says = test.macro((t, given: Given, status: string, reason: string, message: string) => {
  t.deepEqual(satisfied(placement({ clusterSets: ['a', 'b'] }), { ...base, ...given }), {
    type: 'PlacementSatisfied',
    status: status as 'True',
    reason,
    message,
  });
});

test(
  'F1 no binding outranks everything',
  says,
  { boundSets: [], unscheduled: 5 },
  'False',
  'NoManagedClusterSetBindings',
  'No valid ManagedClusterSetBindings found in placement namespace',
);
test(
  'F2 bound sets, none of them wanted',
  says,
  { eligibleSets: [] },
  'False',
  'NoIntersection',
  'None of ManagedClusterSets [a,b] is bound to placement namespace',
);
test(
  'F3 sets without clusters',
  says,
  { candidates: [] },
  'False',
  'AllManagedClusterSetsEmpty',
  'All ManagedClusterSets [s1] have no member ManagedCluster',
);
test(
  'F4 candidates, none selected',
  says,
  { selected: [], judged: { dropped: [], fitting: [] } } as Given,
  'False',
  'NoManagedClusterMatched',
  'No ManagedCluster matches any of the cluster predicate',
);
test('F5 all scheduled', says, {}, 'True', 'AllDecisionsScheduled', 'All cluster decisions scheduled');
test(
  'F5 one unscheduled',
  says,
  { unscheduled: 1 },
  'False',
  'NotAllDecisionsScheduled',
  '1 cluster decisions unscheduled',
);

test('F6 a placement that can be scheduled is not misconfigured', (t) => {
  t.deepEqual(misconfigured(base), {
    type: 'PlacementMisconfigured',
    status: 'False',
    reason: 'Succeedconfigured',
    message: 'Placement configurations check pass',
  });
});

test('F7 a misconfiguration names the plugin and what is wrong', (t) => {
  const result = misconfigured({ ...base, misconfiguration: new Misconfigured('plugin', 'reasons') });
  t.deepEqual(result, {
    type: 'PlacementMisconfigured',
    status: 'True',
    reason: 'Misconfigured',
    message: 'plugin:reasons',
  });
});
