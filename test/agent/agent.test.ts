import test, { type ExecutionContext } from 'ava';
import { type AgentOptions, startAgent } from '../../src/agent/agent.js';
import { AppliedManifestWork } from '../../src/api/applied-work.js';
import { findCondition } from '../../src/api/conditions.js';
import { ConfigMap, Namespace } from '../../src/api/core.js';
import type { KubeObject } from '../../src/api/meta.js';
import { ManifestWork, WORK_FINALIZER } from '../../src/api/work.js';
import { silentLogger } from '../../src/control/log.js';
import { ApiError, type KubeClient } from '../../src/kube/client.js';
import { startTestServer } from '../apiserver/test-server.js';
import { until } from '../until.js';

const CLUSTER = 'c1';

interface Setting {
  readonly hub?: (client: KubeClient) => KubeClient;
  readonly spoke?: (client: KubeClient) => KubeClient;
  readonly options?: Partial<AgentOptions>;
  readonly onOutcome?: (key: string) => void;
}

const unchanged = (client: KubeClient): KubeClient => client;

async function start(t: ExecutionContext, setting: Setting = {}) {
  const [hub, spoke] = await Promise.all([startTestServer(t), startTestServer(t)]);
  await hub.client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CLUSTER } });
  await spoke.client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  let stop = new AbortController();
  t.teardown(() => stop.abort());
  const run = () =>
    startAgent(
      {
        clusterName: CLUSTER,
        hub: (setting.hub ?? unchanged)(hub.client),
        spoke: (setting.spoke ?? unchanged)(spoke.client),
        log: silentLogger,
        now: () => new Date(),
        evictionGraceMs: 1_000,
        onOutcome: (loop, key) => loop === 'work' && setting.onOutcome?.(key),
        ...setting.options,
      },
      stop.signal,
    );
  const agent = await run();
  /** Stops the agent, lets something happen in its absence, and starts another one. */
  const restart = async (meanwhile: () => Promise<void>): Promise<void> => {
    stop.abort();
    await agent.stopped;
    await meanwhile();
    stop = new AbortController();
    await run();
  };
  return { hub: hub.client, spoke: spoke.client, agent, restart };
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

const available = (hub: KubeClient, name: string) =>
  until('Applied and Available', async () => {
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
  const reported = await available(hub, 'w');
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
  await until('corrected', async () => {
    const now = await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' });
    return now?.data?.a === 'b';
  });

  await hub.delete(ManifestWork, { namespace: CLUSTER, name: 'w' });
  await until('gone', async () => !(await hub.get(ManifestWork, { namespace: CLUSTER, name: 'w' })));
  t.is(await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' }), undefined);
  t.is(await spoke.get(AppliedManifestWork, { name: `${agent.hubHash}-w` }), undefined);
});

/** The client with one verb changed; everything else reaches the server. */
const withFault = (client: KubeClient, fault: Partial<KubeClient>): KubeClient =>
  new Proxy(client, {
    get: (target, name) => {
      const changed = Reflect.get(fault, name) ?? Reflect.get(target, name);
      return typeof changed === 'function' ? changed.bind(target) : changed;
    },
  });

test('B04: what leaves the work leaves the cluster, and only that', async (t) => {
  const { hub, spoke, agent } = await start(t);
  await hub.create(ManifestWork, work('w', [configMap('cm1'), configMap('cm2')]));
  await available(hub, 'w');
  const before = await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm2' });
  const body = { spec: { workload: { manifests: [configMap('cm3'), configMap('cm2')] } } };
  await hub.patch(ManifestWork, { namespace: CLUSTER, name: 'w' }, { type: 'merge', body });
  await until('pruned', async () => {
    const record = await spoke.get(AppliedManifestWork, { name: `${agent.hubHash}-w` });
    return record?.status?.appliedResources?.map(({ name }) => name).join() === 'cm2,cm3';
  });
  await until('gone', async () => !(await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' })));
  const after = await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm2' });
  t.is(after?.metadata.uid, before?.metadata.uid);
});

/** The client, with each write noted as `side verb`. */
function counted(client: KubeClient, side: string, writes: string[]): KubeClient {
  const count =
    (verb: 'create' | 'update' | 'patch' | 'apply' | 'delete') =>
    (...args: unknown[]): unknown => {
      writes.push(`${side} ${verb}`);
      return Reflect.apply(client[verb], client, args);
    };
  return withFault(client, {
    create: count('create') as KubeClient['create'],
    update: count('update') as KubeClient['update'],
    patch: count('patch') as KubeClient['patch'],
    apply: count('apply') as KubeClient['apply'],
    delete: count('delete') as KubeClient['delete'],
  });
}

test('a removal that ends soon costs one write on the hub; one that does not is reported', async (t) => {
  const quick: string[] = [];
  const { hub, spoke } = await start(t, {
    hub: (client) => counted(client, 'hub', quick),
    options: { quickRemovalMs: 60_000 },
  });
  await hub.create(ManifestWork, work('w', [configMap('cm1')]));
  await available(hub, 'w');
  quick.length = 0;
  await hub.delete(ManifestWork, { namespace: CLUSTER, name: 'w' });
  await until('gone', async () => !(await hub.get(ManifestWork, { namespace: CLUSTER, name: 'w' })));
  t.deepEqual(quick, ['hub patch']);
  t.is(await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' }), undefined);

  const slow = await start(t, { options: { quickRemovalMs: 0 } });
  const held = { ...configMap('held'), metadata: { name: 'held', namespace: 'ns', finalizers: ['example.com/x'] } };
  await slow.hub.create(ManifestWork, work('w', [held]));
  await available(slow.hub, 'w');
  await slow.hub.delete(ManifestWork, { namespace: CLUSTER, name: 'w' });
  await until('Deleting', async () => {
    const found = await slow.hub.get(ManifestWork, { namespace: CLUSTER, name: 'w' });
    return findCondition(found?.status?.conditions, 'Deleting')?.status === 'True';
  });
});

test('steady state makes zero writes', async (t) => {
  const writes: string[] = [];
  const { hub, agent } = await start(t, {
    hub: (client) => counted(client, 'hub', writes),
    spoke: (client) => counted(client, 'spoke', writes),
    options: { resyncMs: 20 },
    onOutcome: (key) => passes.push(key),
  });
  const passes: string[] = [];
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'ns' },
    spec: {
      selector: { matchLabels: { app: 'd' } },
      template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  };
  await hub.create(ManifestWork, work('w', [configMap('cm1'), deployment]));
  await available(hub, 'w');
  await until('idle', async () => agent.idle());
  const before = writes.length;
  passes.length = 0;
  await until('looked at again', async () => passes.filter((key) => key === `${CLUSTER}/w`).length >= 3);
  t.deepEqual(writes.slice(before), []);
});

test('B25: a conflict on the cluster is cured inside the pass', async (t) => {
  let conflicts = 0;
  const { hub, spoke } = await start(t, {
    spoke: (client) =>
      withFault(client, {
        update: ((...args: Parameters<KubeClient['update']>) => {
          if (args[0].plural === 'configmaps' && conflicts++ === 0)
            throw new ApiError({ code: 409, reason: 'Conflict', message: 'the object has been modified' });
          return client.update(...args);
        }) as KubeClient['update'],
      }),
  });
  await spoke.create(ConfigMap, configMap('cm1', { a: 'other' }));
  await hub.create(ManifestWork, work('w', [configMap('cm1')]));
  const reported = await available(hub, 'w');
  t.is(conflicts, 2);
  t.is(findCondition(reported.status?.conditions, 'Applied')?.status, 'True');
});

test('F15: what cannot be deleted stays on the list and is tried again, others go', async (t) => {
  let refusals = 0;
  const { hub, spoke, agent } = await start(t, {
    spoke: (client) =>
      withFault(client, {
        delete: (type, name, options) => {
          if (name.name === 'cm1' && refusals++ === 0) throw new ApiError({ code: 500, message: 'boom' });
          return client.delete(type, name, options);
        },
      }),
  });
  await hub.create(ManifestWork, work('w', [configMap('cm1'), configMap('cm2')]));
  await available(hub, 'w');
  await hub.delete(ManifestWork, { namespace: CLUSTER, name: 'w' });
  await until('gone', async () => !(await hub.get(ManifestWork, { namespace: CLUSTER, name: 'w' })));
  t.true(refusals >= 2);
  t.is(await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' }), undefined);
  t.is(await spoke.get(AppliedManifestWork, { name: `${agent.hubHash}-w` }), undefined);
});

test('nothing is removed while one manifest cannot be mapped', async (t) => {
  const { hub, spoke } = await start(t);
  await hub.create(ManifestWork, work('w', [configMap('cm1')]));
  await available(hub, 'w');
  const unknown = { apiVersion: 'nope.example.com/v1', kind: 'Nope', metadata: { name: 'n', namespace: 'ns' } };
  const body = { spec: { workload: { manifests: [unknown, configMap('cm2')] } } };
  await hub.patch(ManifestWork, { namespace: CLUSTER, name: 'w' }, { type: 'merge', body });
  await until('reported', async () => {
    const found = await hub.get(ManifestWork, { namespace: CLUSTER, name: 'w' });
    return findCondition(found?.status?.conditions, 'Applied')?.status === 'False';
  });
  t.truthy(await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm2' }), 'the other manifest is applied');
  t.truthy(await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' }), 'nothing is removed');
});

test('a custom resource and its definition arrive in one work', async (t) => {
  const { hub, spoke } = await start(t);
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'foos', kind: 'Foo' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
  const foo = { apiVersion: 'example.com/v1', kind: 'Foo', metadata: { name: 'f', namespace: 'ns' }, spec: { a: 1 } };
  await hub.create(ManifestWork, work('w', [foo, definition]));
  const reported = await available(hub, 'w');
  const statuses = reported.status?.resourceStatus?.manifests?.map(
    ({ conditions }) => findCondition(conditions, 'Applied')?.status,
  );
  t.deepEqual(statuses, ['True', 'True']);
  const type = { group: 'example.com', version: 'v1', kind: 'Foo', plural: 'foos', namespaced: true };
  t.truthy(await spoke.get(type, { namespace: 'ns', name: 'f' }));
});

test('G08: what was deleted on the hub while the agent was away goes after the grace period', async (t) => {
  const { hub, spoke, agent, restart } = await start(t);
  await hub.create(ManifestWork, work('w', [configMap('cm1')]));
  await available(hub, 'w');
  await restart(async () => {
    const body = { metadata: { finalizers: null } };
    await hub.patch(ManifestWork, { namespace: CLUSTER, name: 'w' }, { type: 'merge', body });
    await hub.delete(ManifestWork, { namespace: CLUSTER, name: 'w' });
  });
  const name = `${agent.hubHash}-w`;
  await until('given notice', async () => {
    const record = await spoke.get(AppliedManifestWork, { name });
    return !record || record.status?.evictionStartTime !== undefined;
  });
  await until('given up', async () => !(await spoke.get(AppliedManifestWork, { name })));
  t.is(await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' }), undefined);
});

test('an agent that starts again corrects what changed meanwhile and nothing else', async (t) => {
  const { hub, spoke, restart } = await start(t);
  await hub.create(ManifestWork, work('w', [configMap('cm1'), configMap('cm2')]));
  await available(hub, 'w');
  const before = await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm2' });
  await restart(async () => {
    await spoke.patch(ConfigMap, { namespace: 'ns', name: 'cm1' }, { type: 'merge', body: { data: { a: 'hand' } } });
  });
  await until('corrected', async () => {
    const now = await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' });
    return now?.data?.a === 'b';
  });
  const after = await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm2' });
  t.is(after?.metadata.resourceVersion, before?.metadata.resourceVersion);
});

test('works that share an object do not fight over it', async (t) => {
  let updates = 0;
  const { hub, spoke, agent } = await start(t, {
    spoke: (client) =>
      withFault(client, {
        update: ((...args: Parameters<KubeClient['update']>) => {
          updates += 1;
          return client.update(...args);
        }) as KubeClient['update'],
      }),
  });
  await hub.create(ManifestWork, work('one', [configMap('cm1', { a: '1' })]));
  await available(hub, 'one');
  await hub.create(ManifestWork, work('two', [configMap('cm1', { a: '2' })]));
  await available(hub, 'two');
  await until('idle', async () => agent.idle());
  t.is(updates, 1);
  const name = { namespace: 'ns', name: 'cm1' };
  t.is((await spoke.get(ConfigMap, name))?.data?.a, '2');
  t.is((await spoke.get(ConfigMap, name))?.metadata.ownerReferences?.length, 2);

  const body = { metadata: { labels: { touched: 'yes' } } };
  await hub.patch(ManifestWork, { namespace: CLUSTER, name: 'one' }, { type: 'merge', body });
  await until('back', async () => (await spoke.get(ConfigMap, name))?.data?.a === '1');

  await hub.delete(ManifestWork, { namespace: CLUSTER, name: 'one' });
  await until('gone', async () => !(await hub.get(ManifestWork, { namespace: CLUSTER, name: 'one' })));
  t.is((await spoke.get(ConfigMap, name))?.metadata.ownerReferences?.length, 1);
});

test('a writer that keeps undoing the work is answered ever more rarely', async (t) => {
  let corrections = 0;
  const { hub, spoke, agent } = await start(t, {
    spoke: (client) =>
      withFault(client, {
        update: ((...args: Parameters<KubeClient['update']>) => {
          corrections += 1;
          return client.update(...args);
        }) as KubeClient['update'],
      }),
  });
  await hub.create(ManifestWork, work('w', [configMap('cm1')]));
  await available(hub, 'w');
  const name = { namespace: 'ns', name: 'cm1' };
  const undo = (value: string) => spoke.patch(ConfigMap, name, { type: 'merge', body: { data: { a: value } } });
  for (let round = 1; round <= 6; round += 1) {
    await undo(`round ${round}`);
    await until('corrected', async () => (await spoke.get(ConfigMap, name))?.data?.a === 'b');
  }
  const before = corrections;
  await undo('once more');
  await undo('and again');
  await until('idle', async () => agent.idle());
  t.true(corrections <= before + 1);
  await until('corrected in the end', async () => (await spoke.get(ConfigMap, name))?.data?.a === 'b');
});

test('F03: a work that was never applied goes at once', async (t) => {
  const { hub, spoke, restart } = await start(t);
  const name = { namespace: CLUSTER, name: 'w' };
  await restart(async () => {
    const unseen = work('w', [configMap('cm1')]);
    await hub.create(ManifestWork, {
      ...unseen,
      metadata: { ...unseen.metadata, finalizers: [WORK_FINALIZER] },
    } as KubeObject);
    await hub.delete(ManifestWork, name);
  });
  await until('gone', async () => !(await hub.get(ManifestWork, name)));
  t.is(await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' }), undefined);
});

test('Orphan chosen in the moment of deletion leaves the objects behind', async (t) => {
  const { hub, spoke, restart } = await start(t);
  await hub.create(ManifestWork, work('w', [configMap('cm1')]));
  await available(hub, 'w');
  const name = { namespace: CLUSTER, name: 'w' };
  await restart(async () => {
    const body = { spec: { deleteOption: { propagationPolicy: 'Orphan' } } };
    await hub.patch(ManifestWork, name, { type: 'merge', body });
    await hub.delete(ManifestWork, name);
  });
  await until('gone', async () => !(await hub.get(ManifestWork, name)));
  const left = await spoke.get(ConfigMap, { namespace: 'ns', name: 'cm1' });
  t.deepEqual(left?.metadata.ownerReferences ?? [], []);
  t.truthy(left);
});
