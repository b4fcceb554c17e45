import test, { type ExecutionContext } from 'ava';
import { startAgent } from '../../src/agent/agent.js';
import { AppliedManifestWork } from '../../src/api/applied-work.js';
import { findCondition } from '../../src/api/conditions.js';
import { ConfigMap, Namespace } from '../../src/api/core.js';
import type { KubeObject } from '../../src/api/meta.js';
import { ManifestWork } from '../../src/api/work.js';
import { silentLogger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import { startTestServer } from '../apiserver/test-server.js';

const CLUSTER = 'c1';

async function start(t: ExecutionContext) {
  const [hub, spoke] = await Promise.all([startTestServer(t), startTestServer(t)]);
  await hub.client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CLUSTER } });
  await spoke.client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const agent = await startAgent(
    { clusterName: CLUSTER, hub: hub.client, spoke: spoke.client, log: silentLogger, now: () => new Date() },
    stop.signal,
  );
  return { hub: hub.client, spoke: spoke.client, agent };
}

const configMap = (name: string, data: Record<string, string> = { a: 'b' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'ns' },
  data,
});

const work = (name: string, manifests: readonly object[], rest: object = {}): KubeObject =>
  ({
    apiVersion: 'work.open-cluster-management.io/v1',
    kind: 'ManifestWork',
    metadata: { name, namespace: CLUSTER },
    spec: { workload: { manifests }, ...rest },
  }) as KubeObject;

async function eventually<T>(
  t: ExecutionContext,
  what: string,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const until = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > until) throw new Error(`${t.title}: never ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const available = (t: ExecutionContext, hub: KubeClient, name: string) =>
  eventually(t, 'Applied and Available', async () => {
    const found = await hub.get(ManifestWork, { namespace: CLUSTER, name });
    const conditions = found?.status?.conditions;
    return (
      findCondition(conditions, 'Applied')?.status === 'True' &&
      findCondition(conditions, 'Available')?.status === 'True' &&
      found
    );
  });

test('B01: a work becomes objects that its record owns, and says so', async (t) => {
  const { hub, spoke, agent } = await start(t);
  await hub.create(ManifestWork, work('w', [configMap('cm1')]));
  const reported = await available(t, hub, 'w');
  t.deepEqual(
    reported.status?.resourceStatus?.manifests?.map(({ conditions }) => conditions.map(({ type }) => type).sort()),
    [['Applied', 'Available', 'StatusFeedbackSynced']],
  );
  const record = await spoke.get(AppliedManifestWork, { name: `${agent.hubHash}-w` });
  const live = await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' });
  t.deepEqual(
    live?.metadata.ownerReferences?.map(({ uid }) => uid),
    [record?.metadata.uid],
  );
  t.deepEqual(
    record?.status?.appliedResources?.map(({ name }) => name),
    ['cm1'],
  );

  await spoke.patch(ConfigMap, { namespace: 'ns', name: 'cm1' }, { type: 'merge', body: { data: { a: 'hand' } } });
  await eventually(t, 'corrected', async () => {
    const now = await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' });
    return now?.data?.['a'] === 'b';
  });

  await hub.delete(ManifestWork, { namespace: CLUSTER, name: 'w' });
  await eventually(t, 'gone', async () => !(await hub.get(ManifestWork, { namespace: CLUSTER, name: 'w' })));
  t.is(await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' }), undefined);
  t.is(await spoke.get(AppliedManifestWork, { name: `${agent.hubHash}-w` }), undefined);
});
