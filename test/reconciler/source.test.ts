import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { ManagedCluster } from '../../src/api/cluster.js';
import { Event, Namespace, Role, RoleBinding, Secret } from '../../src/api/core.js';
import { GitSource } from '../../src/api/gitsource.js';
import type { Unstructured } from '../../src/api/meta.js';
import { Placement } from '../../src/api/placement.js';
import { ManifestWork } from '../../src/api/work.js';
import { jsonLogger } from '../../src/control/log.js';
import type { GitOptions } from '../../src/gitsource/repository.js';
import { createCaches } from '../../src/kube/caches.js';
import type { KubeClient } from '../../src/kube/client.js';
import { createEventRecorder } from '../../src/kube/events.js';
import { type SourceLoop, startSourceLoop } from '../../src/reconciler/source.js';
import { startTestServer } from '../apiserver/test-server.js';
import { HOSTILE, LARGE_FLEET, largeFleet } from '../fixtures/fleets.js';
import { gitOptions, type TemporaryRepository, temporaryRepository } from '../gitsource/temporary-repository.js';
import { until } from '../until.js';

const PLACEMENT = (name: string, clusters = 1) =>
  `apiVersion: cluster.open-cluster-management.io/v1beta1\nkind: Placement\nmetadata: {name: ${name}}\nspec: {numberOfClusters: ${clusters}}\n`;
const WORK = (namespace: string, name: string) =>
  `apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec:\n  workload:\n    manifests: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}]\n`;
const NAMESPACE = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`;

interface Hub {
  readonly client: KubeClient;
  readonly git: GitOptions;
  readonly log: string[];
  loop: SourceLoop;
  /** Ends the loop, as a kill would, and starts another one. */
  restart(): Promise<void>;
  create(repository: TemporaryRepository, spec?: object, name?: string): Promise<void>;
  source(name?: string): Promise<GitSource>;
  /** The source once `holds`, within a deadline. */
  until(holds: (source: GitSource) => boolean, name?: string): Promise<GitSource>;
  condition(type: string, name?: string): Promise<string>;
}

async function startHub(t: ExecutionContext, git = gitOptions(t), wrap = (client: KubeClient) => client): Promise<Hub> {
  const { client } = await startTestServer(t);
  const log: string[] = [];
  let abort = new AbortController();
  const start = (): SourceLoop => {
    abort = new AbortController();
    const logger = jsonLogger('debug', { write: (line: string) => void log.push(line) });
    const hub = wrap(client);
    const context = {
      client: hub,
      caches: createCaches(hub, logger, abort.signal),
      events: createEventRecorder(hub, { component: 'placet-source', now: () => new Date(), log: logger }),
      log: logger,
      now: () => new Date(),
      git,
    };
    return startSourceLoop(context, abort.signal);
  };
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  t.teardown(() => abort.abort());
  const hub: Hub = {
    client,
    git,
    log,
    loop: start(),
    restart: async () => {
      abort.abort();
      await hub.loop.stopped;
      hub.loop = start();
    },
    create: async (repository, spec = {}, name = 'fleet') => {
      await client.create(GitSource, {
        apiVersion: 'placet.dev/v1alpha1',
        kind: 'GitSource',
        metadata: { name, namespace: 'team' },
        spec: { url: repository.url, ...spec },
      } as GitSource);
    },
    source: async (name = 'fleet') => {
      const source = await client.get(GitSource, { namespace: 'team', name });
      if (!source) throw new Error(`no source ${name}`);
      return source;
    },
    until: async (holds, name = 'fleet') => {
      let last: GitSource | undefined;
      const look = async () => {
        last = await client.get(GitSource, { namespace: 'team', name });
        return last && holds(last) ? last : undefined;
      };
      return await until(() => JSON.stringify(last?.status, null, 1), look);
    },
    condition: async (type, name = 'fleet') => {
      const found = (await hub.source(name)).status?.conditions?.find((one) => one.type === type);
      return `${found?.status} ${found?.reason}: ${found?.message}`;
    },
  };
  return hub;
}

const has = (type: string, reason: string) => (source: GitSource) =>
  source.status?.conditions?.some((one) => one.type === type && one.status === 'True' && one.reason === reason) ??
  false;
const isReady = has('Ready', 'Applied');
const appliedAt = (sha: string) => (source: GitSource) =>
  isReady(source) && source.status?.lastAppliedRevision?.endsWith(sha) === true;

const push = async (hub: Hub, repository: TemporaryRepository, name = 'fleet'): Promise<string> => {
  const sha = repository.commit();
  hub.loop.look(`team/${name}`, 0);
  return sha;
};

const placement = (hub: Hub, name: string, namespace = 'team') => hub.client.get(Placement, { namespace, name });

test('a commit becomes objects that name it, and the status says everything about it', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, {
    'ns.yaml': NAMESPACE('c1'),
    'p.yaml': PLACEMENT('p'),
    'w.yaml': WORK('c1', 'w'),
  });
  await hub.create(repository);
  const sha = repository.git('rev-parse', 'HEAD');
  const { status } = await hub.until(appliedAt(sha));
  t.like(status, {
    observedGeneration: 1,
    lastAttemptedRevision: `main@sha1:${sha}`,
    lastAppliedRevision: `main@sha1:${sha}`,
    artifact: { revision: `main@sha1:${sha}`, author: 'Ada', message: 'first', files: 3, objects: 3 },
  });
  t.deepEqual(
    status?.inventory?.map(({ kind, namespace, name }) => [kind, namespace, name]),
    [
      ['Namespace', undefined, 'c1'],
      ['Placement', 'team', 'p'],
      ['ManifestWork', 'c1', 'w'],
    ],
  );
  t.deepEqual(
    status?.conditions?.map(({ type, status, observedGeneration }) => [type, status, observedGeneration]),
    [
      ['Ready', 'True', 1],
      ['Reconciling', 'False', 1],
      ['Stalled', 'False', 1],
      ['Held', 'False', 1],
    ],
  );
  const live = await placement(hub, 'p');
  t.like(live?.metadata.annotations, { 'placet.dev/revision': `main@sha1:${sha}`, 'placet.dev/source': 'team/fleet' });
  t.deepEqual(
    live?.metadata.managedFields?.map(({ manager, operation }) => [manager, operation]),
    [['placet-source', 'Apply']],
  );
});

test('a steady state writes nothing, however often the repository is asked', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, { 'p.yaml': PLACEMENT('p') });
  await hub.create(repository);
  const before = await hub.until(isReady);
  const object = await placement(hub, 'p');
  for (let round = 0; round < 3; round += 1) {
    hub.loop.look('team/fleet', 0);
    await until('the loop to be idle', () => hub.loop.idle());
    await delay(5);
  }
  const after = await hub.source();
  // The first webhook may note its time, once a minute.
  t.deepEqual(
    { ...after.status, lastWebhookTime: undefined, lastProbeTime: undefined },
    { ...before.status, lastWebhookTime: undefined, lastProbeTime: undefined },
  );
  t.is((await placement(hub, 'p'))?.metadata.resourceVersion, object?.metadata.resourceVersion);
  const version = after.metadata.resourceVersion;
  hub.loop.look('team/fleet', 0);
  await until('the loop to be idle', () => hub.loop.idle());
  t.is((await hub.source()).metadata.resourceVersion, version);
});

test('a changed file changes its object and no other; a removed file removes its object', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, {
    'a.yaml': PLACEMENT('a'),
    'b.yaml': PLACEMENT('b'),
    'c.yaml': PLACEMENT('c'),
  });
  await hub.create(repository);
  await hub.until(isReady);
  const untouched = await placement(hub, 'a');
  repository.write({ 'b.yaml': PLACEMENT('b', 7), 'd.yaml': PLACEMENT('d') });
  repository.remove('c.yaml');
  const sha = await push(hub, repository);
  const { status } = await hub.until(appliedAt(sha));
  t.is((await placement(hub, 'b'))?.spec?.numberOfClusters, 7);
  t.is(await placement(hub, 'c'), undefined);
  t.truthy(await placement(hub, 'd'));
  t.is((await placement(hub, 'a'))?.metadata.resourceVersion, untouched?.metadata.resourceVersion);
  t.deepEqual(
    status?.inventory?.map(({ name }) => name),
    ['a', 'b', 'd'],
  );
});

test('one broken document keeps the whole commit out, and the next good commit goes in', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, { 'a.yaml': PLACEMENT('a') });
  await hub.create(repository);
  const { status: good } = await hub.until(isReady);
  repository.write({
    'a.yaml': PLACEMENT('a', 5),
    'sub/broken.yaml': 'kind: [\n',
    'typo.yaml': PLACEMENT('t').replace('numberOfClusters', 'numberOfCluster'),
  });
  const bad = await push(hub, repository);
  const { status } = await hub.until(has('Stalled', 'InvalidCommit'));
  const message = await hub.condition('Ready');
  t.regex(message, /^False InvalidCommit: main@sha1:/);
  t.true(message.includes('sub/broken.yaml:2:1: not valid YAML'), message);
  t.true(message.includes('typo.yaml:4:8: Placement t: spec.numberOfCluster: unknown field'), message);
  t.is(status?.lastAttemptedRevision, `main@sha1:${bad}`);
  t.is(status?.lastAppliedRevision, good?.lastAppliedRevision);
  t.deepEqual(status?.artifact, good?.artifact);
  t.is((await placement(hub, 'a'))?.spec?.numberOfClusters, 1);
  repository.remove('sub/broken.yaml', 'typo.yaml');
  await hub.until(appliedAt(await push(hub, repository)));
  t.is((await placement(hub, 'a'))?.spec?.numberOfClusters, 5);
});

test('an object the server refuses keeps the whole commit out, before anything of it is written', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, { 'a.yaml': PLACEMENT('a'), 'b.yaml': WORK('absent', 'w') });
  await hub.create(repository);
  await hub.until((source) => source.status?.conditions?.some(({ message }) => message.includes('absent')) ?? false);
  const message = await hub.condition('Ready');
  t.regex(
    message,
    /False HubRefused: .*b\.yaml:1:1: ManifestWork absent\/w: refused by the hub: .*namespaces "absent" not found/,
  );
  t.is(await placement(hub, 'a'), undefined);
  await hub.client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'absent' } });
  await hub.until(isReady);
  t.truthy(await placement(hub, 'a'));
});

test('a source applies as its ServiceAccount, and no more than that account may', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, { 'a.yaml': PLACEMENT('a'), 'ns.yaml': NAMESPACE('other') });
  const account = { kind: 'ServiceAccount', name: 'deployer', namespace: 'team' };
  const metadata = { name: 'deployer', namespace: 'team' };
  const rules = [
    {
      apiGroups: ['cluster.open-cluster-management.io'],
      resources: ['placements'],
      verbs: ['get', 'create', 'patch', 'delete'],
    },
  ];
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await hub.client.create(Role, { apiVersion, kind: 'Role', metadata, rules } as Unstructured);
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' };
  await hub.client.create(RoleBinding, {
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    subjects: [account],
    roleRef,
  } as Unstructured);
  await hub.create(repository, { serviceAccountName: 'deployer' });
  await hub.until((source) => source.status?.conditions?.some(({ reason }) => reason === 'HubRefused') ?? false);
  t.regex(
    await hub.condition('Ready'),
    /ns\.yaml:1:1: Namespace other: refused by the hub: .*system:serviceaccount:team:deployer/,
  );
  t.is(await placement(hub, 'a'), undefined, 'what the account may do is not done either');
  repository.remove('ns.yaml');
  await hub.until(appliedAt(await push(hub, repository)));
  t.truthy(await placement(hub, 'a'));
});

test('what others change or delete is put back within moments', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, { 'a.yaml': PLACEMENT('a') });
  await hub.create(repository);
  await hub.until(isReady);
  await hub.client.patch(
    Placement,
    { namespace: 'team', name: 'a' },
    { type: 'merge', body: { spec: { numberOfClusters: 9 }, metadata: { labels: { mine: 'yes' } } } },
  );
  await until('the drift to be corrected', async () => (await placement(hub, 'a'))?.spec?.numberOfClusters === 1);
  t.is((await placement(hub, 'a'))?.metadata.labels?.mine, 'yes', 'what Git says nothing about is left to others');
  await hub.client.delete(Placement, { namespace: 'team', name: 'a' });
  await until('created again', () => placement(hub, 'a'));
  t.true(isReady(await hub.source()));
});

test('while the newest commit is broken or the Git host is gone, the last good one still holds', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, { 'a.yaml': PLACEMENT('a') });
  await hub.create(repository);
  await hub.until(isReady);
  const meddle = async () => {
    const body = { spec: { numberOfClusters: 9 } };
    await hub.client.patch(Placement, { namespace: 'team', name: 'a' }, { type: 'merge', body });
    await until('restored', async () => (await placement(hub, 'a'))?.spec?.numberOfClusters === 1);
  };
  repository.write({ 'b.yaml': 'a: [' });
  await push(hub, repository);
  await hub.until(has('Stalled', 'InvalidCommit'));
  await meddle();
  repository.git('branch', '--move', 'main', 'elsewhere');
  hub.loop.look('team/fleet', 0);
  await hub.until(has('Stalled', 'RefNotFound'));
  await meddle();
  t.true(has('Stalled', 'RefNotFound')(await hub.source()));
});

test('an object of another source is an error that names it, and is never stolen', async (t) => {
  const hub = await startHub(t);
  const first = temporaryRepository(t, { 'a.yaml': PLACEMENT('a') });
  const second = temporaryRepository(t, { 'x/a.yaml': PLACEMENT('a', 9), 'b.yaml': PLACEMENT('b') });
  await hub.create(first, {}, 'first');
  await hub.until(isReady, 'first');
  await hub.create(second, {}, 'second');
  await hub.until(has('Stalled', 'OwnedByAnotherSource'), 'second');
  t.regex(await hub.condition('Ready', 'second'), /x\/a\.yaml:1:1: Placement team\/a belongs to GitSource team\/first/);
  t.is((await placement(hub, 'a'))?.spec?.numberOfClusters, 1);
  t.is(await placement(hub, 'b'), undefined);
  first.remove('a.yaml');
  await hub.until(appliedAt(await push(hub, first, 'first')), 'first');
  await hub.until(appliedAt(await push(hub, second, 'second')), 'second');
  t.is((await placement(hub, 'a'))?.metadata.annotations?.['placet.dev/source'], 'team/second');
});

test('a removal over the budget is held until somebody approves that revision', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(
    t,
    Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${name}.yaml`, PLACEMENT(name)])),
  );
  await hub.create(repository, { removalBudget: { maxObjects: '25%' } });
  await hub.until(isReady);
  repository.remove('a.yaml', 'b.yaml');
  repository.write({ 'c.yaml': PLACEMENT('c', 3) });
  const sha = await push(hub, repository);
  await hub.until(has('Held', 'RemovalBudgetExceeded'));
  const message = await hub.condition('Held');
  t.true(message.includes('removes 2 of 4 objects'), message);
  t.true(
    message.includes(
      `kubectl annotate gitsource -n team fleet --overwrite placet.dev/approve-removal=main@sha1:${sha}`,
    ),
    message,
  );
  t.is((await placement(hub, 'c'))?.spec?.numberOfClusters, 1, 'nothing of a held commit is applied');
  const approve = (revision: string) =>
    hub.client.patch(
      GitSource,
      { namespace: 'team', name: 'fleet' },
      { type: 'merge', body: { metadata: { annotations: { 'placet.dev/approve-removal': revision } } } },
    );
  await approve('main@sha1:another');
  t.truthy(await placement(hub, 'a'));
  await approve(`main@sha1:${sha}`);
  await hub.until(appliedAt(sha));
  t.is(await placement(hub, 'a'), undefined);
});

test('a budget counts clusters too', async (t) => {
  const hub = await startHub(t);
  for (const name of ['c1', 'c2', 'c3']) {
    await hub.client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await hub.client.create(ManagedCluster, {
      apiVersion: 'cluster.open-cluster-management.io/v1',
      kind: 'ManagedCluster',
      metadata: { name },
      spec: {},
    } as ManagedCluster);
  }
  const repository = temporaryRepository(t, { 'a.yaml': WORK('c1', 'w'), 'b.yaml': WORK('c2', 'w') });
  await hub.create(repository, { removalBudget: { maxClusters: 1 } });
  await hub.until(isReady);
  repository.remove('a.yaml', 'b.yaml');
  await push(hub, repository);
  await hub.until(has('Held', 'RemovalBudgetExceeded'));
  t.regex(await hub.condition('Held'), /removes objects of 2 of 3 clusters/);
});

test('without prune nothing is deleted', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, { 'a.yaml': PLACEMENT('a'), 'b.yaml': PLACEMENT('b') });
  await hub.create(repository, { prune: false });
  await hub.until(isReady);
  repository.remove('a.yaml');
  const { status } = await hub.until(appliedAt(await push(hub, repository)));
  t.truthy(await placement(hub, 'a'));
  t.deepEqual(
    status?.inventory?.map(({ name }) => name),
    ['b'],
  );
});

test('a repository that vanishes removes nothing', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, { 'a.yaml': PLACEMENT('a') });
  await hub.create(repository);
  await hub.until(isReady);
  repository.git('branch', '--move', 'main', 'elsewhere');
  hub.loop.look('team/fleet', 0);
  await hub.until(has('Stalled', 'RefNotFound'));
  t.truthy(await placement(hub, 'a'));
  repository.git('branch', '--move', 'elsewhere', 'main');
  hub.loop.look('team/fleet', 0);
  await hub.until(isReady);
});

test('a suspended source follows nothing, and catches up afterwards', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, { 'a.yaml': PLACEMENT('a') });
  await hub.create(repository, { suspend: true });
  hub.loop.look('team/fleet', 0);
  await until('the loop to be idle', () => hub.loop.idle());
  t.is((await hub.source()).status, undefined);
  await hub.client.patch(
    GitSource,
    { namespace: 'team', name: 'fleet' },
    { type: 'merge', body: { spec: { suspend: false } } },
  );
  await hub.until(isReady);
  t.truthy(await placement(hub, 'a'));
});

test('on deletion a source leaves its objects, or takes them with it, as it says', async (t) => {
  const hub = await startHub(t);
  const kept = temporaryRepository(t, { 'a.yaml': PLACEMENT('a') });
  const gone = temporaryRepository(t, { 'b.yaml': PLACEMENT('b'), 'ns.yaml': NAMESPACE('team') });
  await hub.create(kept, {}, 'kept');
  await hub.create(gone, { deletionPolicy: 'Delete' }, 'gone');
  await hub.until(isReady, 'kept');
  await hub.until(isReady, 'gone');
  t.deepEqual((await hub.source('gone')).metadata.finalizers, ['placet.dev/source']);
  t.is((await hub.source('kept')).metadata.finalizers, undefined);
  for (const name of ['kept', 'gone']) await hub.client.delete(GitSource, { namespace: 'team', name });
  await until('b is deleted', async () => !(await placement(hub, 'b')));
  await until(
    'the source is gone',
    async () => !(await hub.client.get(GitSource, { namespace: 'team', name: 'gone' })),
  );
  t.truthy(await placement(hub, 'a'));
  t.is(
    (await hub.client.get(Namespace, { name: 'team' }))?.metadata.deletionTimestamp,
    undefined,
    'never the namespace it lives in',
  );
});

test('objects without a namespace go where the source says', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t, { 'ns.yaml': NAMESPACE('other'), 'a.yaml': PLACEMENT('a') });
  await hub.create(repository, { targetNamespace: 'other' });
  await hub.until(isReady);
  t.truthy(await placement(hub, 'a', 'other'));
});

test('a wrong spec or Secret says what to do', async (t) => {
  const hub = await startHub(t);
  const repository = temporaryRepository(t);
  await hub.create(repository, { url: 'https://127.0.0.1/a.git' }, 'own-network');
  await hub.create(repository, { secretRef: { name: 'absent' } }, 'no-secret');
  await hub.create(repository, { ref: { semver: 'newest' } }, 'no-range');
  await hub.create(repository, { ref: { branch: 'a..b' } }, 'no-branch');
  for (const name of ['own-network', 'no-secret', 'no-range', 'no-branch']) {
    await hub.until(
      (source) =>
        source.status?.conditions?.some(({ type, status }) => type === 'Stalled' && status === 'True') ?? false,
      name,
    );
  }
  t.regex(
    await hub.condition('Stalled', 'own-network'),
    /True InvalidSpec: spec\.url: .*loopback.*--allow-private-git/,
  );
  t.regex(
    await hub.condition('Stalled', 'no-secret'),
    /True SecretInvalid: spec\.secretRef: there is no Secret absent in namespace team/,
  );
  t.regex(
    await hub.condition('Stalled', 'no-range'),
    /True InvalidSpec: spec\.ref\.semver: "newest" is not a version range/,
  );
  t.regex(await hub.condition('Stalled', 'no-branch'), /True InvalidSpec: spec\.ref\.branch: must not contain/);
});

test('a password never reaches logs, events or status', async (t) => {
  const canary = 'canary-9b1d-password';
  const hub = await startHub(t, gitOptions(t, { addresses: { allowPrivate: true, allowed: [] } }));
  const data = { username: 'ada', password: canary, 'ca.crt': canary };
  await hub.client.create(Secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'git', namespace: 'team' },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  } as Secret);
  const repository = temporaryRepository(t);
  await hub.create(repository, { url: 'https://localhost:1/a.git', secretRef: { name: 'git' } }, 'unreachable');
  await hub.create(repository, { url: 'ssh://localhost:1/a.git', secretRef: { name: 'git' } }, 'wrong-kind');
  const failing = (source: GitSource) =>
    source.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'False') ?? false;
  await hub.until(failing, 'unreachable');
  await hub.until(failing, 'wrong-kind');
  const events = await until('events', async () => {
    const { items } = await hub.client.list(Event);
    return items.length >= 2 ? items : undefined;
  });
  const everything = JSON.stringify([events, await hub.client.list(GitSource), hub.log]);
  t.true(everything.includes('unreachable'));
  t.false(everything.includes(canary));
  t.false(everything.includes(Buffer.from(canary).toString('base64').replace(/=+$/, '')));
});

/** Fails every write after the first `left`, as if the process had been killed there. */
const dying = (client: KubeClient, left: { writes: number }): KubeClient => {
  const spend = (): void => {
    left.writes -= 1;
    if (left.writes < 0) throw new Error('killed');
  };
  return {
    ...client,
    get: client.get.bind(client),
    list: client.list.bind(client),
    watch: client.watch.bind(client),
    create: async (type, object, options) => {
      if (type.kind !== 'Event') spend();
      return await client.create(type, object, options);
    },
    patch: async (type, name, patch, options) => {
      spend();
      return await client.patch(type, name, patch, options);
    },
    apply: async (type, object, options) => {
      if (!options.dryRun) spend();
      return await client.apply(type, object, options);
    },
    delete: async (type, name, options) => {
      spend();
      return await client.delete(type, name, options);
    },
  } as KubeClient;
};

test('stopped after any write, a source converges afterwards with nothing lost and nothing left over', async (t) => {
  const left = { writes: Number.POSITIVE_INFINITY };
  const hub = await startHub(t, gitOptions(t), (client) => dying(client, left));
  const repository = temporaryRepository(t, { 'keep.yaml': PLACEMENT('keep') });
  await hub.create(repository);
  await hub.until(isReady);
  for (let writes = 0; writes < 8; writes += 1) {
    repository.git('rm', '-q', '--ignore-unmatch', '--', `new${writes - 1}.yaml`, `other${writes - 1}.yaml`);
    repository.write({
      [`new${writes}.yaml`]: PLACEMENT(`new${writes}`),
      [`other${writes}.yaml`]: PLACEMENT(`other${writes}`),
    });
    left.writes = writes;
    const sha = await push(hub, repository);
    await until('death', async () => left.writes < 0 || appliedAt(sha)(await hub.source()));
    left.writes = Number.POSITIVE_INFINITY;
    await hub.restart();
    const { status } = await hub.until(appliedAt(sha));
    const { items } = await hub.client.list(Placement, { namespace: 'team' });
    const names = ['keep', `new${writes}`, `other${writes}`];
    t.deepEqual(items.map(({ metadata }) => metadata.name).sort(), names, `after ${writes} writes`);
    t.deepEqual(
      status?.inventory?.map(({ name }) => name),
      names,
    );
  }
});

test('a work whose cluster comes with the same commit waits for the namespace of that cluster', async (t) => {
  const hub = await startHub(t);
  const cluster =
    'apiVersion: cluster.open-cluster-management.io/v1\nkind: ManagedCluster\nmetadata: {name: c9}\nspec: {hubAcceptsClient: true}\n';
  const repository = temporaryRepository(t, { 'c.yaml': cluster, 'w.yaml': WORK('c9', 'w') });
  await hub.create(repository);
  await until('cluster', () => hub.client.get(ManagedCluster, { name: 'c9' }));
  await hub.client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'c9' } });
  await hub.until(isReady);
  t.truthy(await hub.client.get(ManifestWork, { namespace: 'c9', name: 'w' }));
});

test('a hostile fleet is refused with every problem named, and a large one beside it is applied', async (t) => {
  const hub = await startHub(t);
  const files = Object.entries(HOSTILE).map(([path, [content]]) => [path, content] as const);
  const hostile = temporaryRepository(t, { ...Object.fromEntries(files), 'good.yaml': PLACEMENT('good') });
  await hub.create(hostile, {}, 'hostile');
  await hub.create(temporaryRepository(t, largeFleet()), {}, 'large');
  await hub.until(has('Stalled', 'InvalidCommit'), 'hostile');
  const lines = (await hub.condition('Ready', 'hostile')).split('\n');
  t.true(lines.length <= 21, 'the first twenty, and how many more');
  t.true(lines.some((line) => line.startsWith('bomb.yaml:')));
  const { status } = await hub.until(isReady, 'large');
  t.is(status?.artifact?.files, LARGE_FLEET.files);
  t.is(status?.inventory?.length, LARGE_FLEET.objects);
  const { items } = await hub.client.list(Placement, { namespace: 'team' });
  t.is(items.length, LARGE_FLEET.placements);
});
