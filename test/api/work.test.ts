import test from 'ava';
import { AppliedManifestWork } from '../../src/api/applied-work.js';
import { ManifestWorkReplicaSet } from '../../src/api/replica-set.js';
import { ManifestWork } from '../../src/api/work.js';

const work = (spec: unknown) => ({
  apiVersion: 'work.open-cluster-management.io/v1',
  kind: 'ManifestWork',
  metadata: { name: 'w', namespace: 'c1' },
  spec,
});
const cm = { resource: 'configmaps', name: 'cm1', namespace: 'default' };

test('A13: an update strategy without type becomes Update', (t) => {
  const { spec } = ManifestWork.schema.parse(
    work({ manifestConfigs: [{ resourceIdentifier: cm, updateStrategy: { serverSideApply: {} } }] }),
  );
  t.deepEqual(spec?.manifestConfigs, [
    {
      resourceIdentifier: cm,
      updateStrategy: { type: 'Update', serverSideApply: { fieldManager: 'work-agent' } },
      feedbackScrapeType: 'Poll',
    },
  ]);
});

const refuses = test.macro((t, spec: unknown, path: string) => {
  const { error } = ManifestWork.schema.safeParse(work(spec));
  t.is(error?.issues[0]?.path.join('.'), path);
});

test(
  'A11: a field manager must start with work-agent',
  refuses,
  {
    manifestConfigs: [
      {
        resourceIdentifier: cm,
        updateStrategy: { type: 'ServerSideApply', serverSideApply: { fieldManager: 'foo' } },
      },
    ],
  },
  'spec.manifestConfigs.0.updateStrategy.serverSideApply.fieldManager',
);
test(
  'A17: an executor service account name must be a DNS subdomain',
  refuses,
  { executor: { subject: { type: 'ServiceAccount', serviceAccount: { namespace: 'ns', name: 'Bad_Name' } } } },
  'spec.executor.subject.serviceAccount.name',
);
test(
  'an unknown feedback type is refused',
  refuses,
  {
    manifestConfigs: [{ resourceIdentifier: cm, feedbackRules: [{ type: 'Magic' }] }],
  },
  'spec.manifestConfigs.0.feedbackRules.0.type',
);

test('manifests keep every field they came with', (t) => {
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'b' }, odd: [1, null] };
  const { spec } = ManifestWork.schema.parse(work({ workload: { manifests: [manifest] } }));
  t.deepEqual(spec?.workload?.manifests, [manifest]);
});

const replicaSet = (spec: unknown) => ({
  apiVersion: 'work.open-cluster-management.io/v1alpha1',
  kind: 'ManifestWorkReplicaSet',
  metadata: { name: 's', namespace: 'ns' },
  spec,
});

test('A28, A29: a placement reference rolls out to all at once and deletion does not wait', (t) => {
  const { spec } = ManifestWorkReplicaSet.schema.parse(replicaSet({ placementRefs: [{ name: 'p' }] }));
  t.deepEqual(spec, {
    placementRefs: [
      {
        name: 'p',
        rolloutStrategy: { type: 'All', all: { progressDeadline: 'None', maxFailures: 0, minSuccessTime: '0' } },
      },
    ],
    cascadeDeletionPolicy: 'Background',
  });
});

test('A27: a replica set needs a placement', (t) => {
  t.false(ManifestWorkReplicaSet.schema.safeParse(replicaSet({ placementRefs: [] })).success);
  t.false(ManifestWorkReplicaSet.schema.safeParse(replicaSet({})).success);
});

const concurrency = test.macro((t, maxConcurrency: unknown, fits: boolean) => {
  const rolloutStrategy = { type: 'Progressive', progressive: { maxConcurrency } };
  const set = replicaSet({ placementRefs: [{ name: 'p', rolloutStrategy }] });
  t.is(ManifestWorkReplicaSet.schema.safeParse(set).success, fits);
});
test('A30: 101% is no concurrency', concurrency, '101%', false);
test('A30: "-1" is no concurrency', concurrency, '-1', false);
test('A30: the number -1 passes the schema', concurrency, -1, true);
test('100% is a concurrency', concurrency, '100%', true);

test('A31: replica sets show what their conditions say', (t) => {
  t.deepEqual(ManifestWorkReplicaSet.shortNames, ['mwrs']);
  t.deepEqual(
    ManifestWorkReplicaSet.columns.map(({ name, jsonPath }) => [name, jsonPath]),
    [
      ['Placement', '.status.conditions[?(@.type=="PlacementVerified")].reason'],
      ['Found', '.status.conditions[?(@.type=="PlacementVerified")].status'],
      ['ManifestWorks', '.status.conditions[?(@.type=="ManifestworkApplied")].reason'],
      ['Applied', '.status.conditions[?(@.type=="ManifestworkApplied")].status'],
    ],
  );
});

test('AppliedManifestWorks are cluster-scoped', (t) => {
  t.false(AppliedManifestWork.namespaced);
  t.true(AppliedManifestWork.hasStatus);
});
