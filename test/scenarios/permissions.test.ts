import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { startAgent } from '../../src/agent/agent.js';
import { Namespace } from '../../src/api/core.js';
import { GitSource } from '../../src/api/gitsource.js';
import type { Unstructured } from '../../src/api/meta.js';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { PLACEMENT_LABEL } from '../../src/api/placement-labels.js';
import { ManifestWork } from '../../src/api/work.js';
import type { Attributes, Decision, User } from '../../src/apiserver/identity.js';
import { startHub } from '../../src/cli/hub.js';
import { HUB_CONTROLLERS } from '../../src/cli/hub-controllers.js';
import { createMetrics } from '../../src/cli/metrics.js';
import { silentLogger } from '../../src/control/log.js';
import { createCaches } from '../../src/kube/caches.js';
import type { KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';
import { createEventRecorder } from '../../src/kube/events.js';
import { runLeaderElection } from '../../src/kube/leader.js';
import { startTestServer, type TestServer } from '../apiserver/test-server.js';
import { temporaryRepository } from '../gitsource/temporary-repository.js';
import { until } from './dev-process.js';
import { account, bindAgent, documents, exampleRepository, install } from './fleet.js';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Role extends Unstructured {
  readonly rules: readonly Rule[];
}

const READS = ['get', 'list', 'watch'];

/** `list`, `get` and `watch` of one kind come and go together; which of them runs depends on timing. */
const need = (group: string, resource: string, verb: string): string =>
  `${READS.includes(verb) ? 'read' : verb} ${resource}${group === '' ? '' : `.${group}`}`;

/** What users asked of a server, and what they were refused. */
function audit() {
  const used = new Map<string, Set<string>>();
  const refused: string[] = [];
  return {
    used: (user: string): Set<string> => used.get(user) ?? new Set(),
    refused,
    audit: ({ user, verb, resource }: Attributes, { allowed }: Decision): void => {
      if (!resource || user.groups.includes('system:masters')) return;
      const { group, plural, subresource } = resource;
      const what = need(group, subresource ? `${plural}/${subresource}` : plural, verb);
      if (!allowed) refused.push(`${user.name}: ${what}`);
      const of = used.get(user.name) ?? new Set();
      used.set(user.name, of.add(what));
    },
  };
}

/** What the roles of a folder grant, one entry per verb and resource. `create` comes with `patch`: applying needs both. */
const granted = (objects: readonly Unstructured[], names: readonly string[]): string[] =>
  objects
    .filter(({ kind, metadata }) => kind.endsWith('Role') && names.includes(metadata.name))
    .flatMap((role) => (role as Role).rules) // roles have rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs
            .filter((verb) => !(verb === 'create' && verbs.includes('patch')))
            .map((verb) => need(group, resource, verb)),
        ),
      ),
    );

async function as(t: ExecutionContext, { server }: TestServer, user: User): Promise<KubeClient> {
  const folder = mkdtempSync(join(tmpdir(), 'placet-permissions-'));
  writeFileSync(join(folder, 'kubeconfig'), await server.kubeconfig(user), { mode: 0o600 });
  const client = await connect({ kubeconfig: join(folder, 'kubeconfig'), userAgent: 'test' });
  t.teardown(async () => {
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return client;
}

const SCORE =
  'apiVersion: cluster.open-cluster-management.io/v1alpha1\nkind: AddOnPlacementScore\nmetadata: {name: room, namespace: prod-eu}\n';

test('hub and agent may do all they do and nothing else', async (t) => {
  const onHub = audit();
  const onSpoke = audit();
  const hub = await startTestServer(t, { audit: onHub.audit });
  const spoke = await startTestServer(t, { audit: onSpoke.audit });
  const hubManifests = documents('manifests/hub');
  const agentManifests = documents('manifests/agent');
  await install(hub.client, hubManifests);
  await install(spoke.client, agentManifests);

  const hubUser = account('placet-system', 'placet-hub');
  const agentUser = account('placet-agent', 'placet-agent');
  const agentOnHub = { name: 'agent:prod-eu', groups: ['system:authenticated'] };
  const abort = new AbortController();
  const fleet = exampleRepository(t, { 'score.yaml': SCORE });
  const { client, stopped } = await runHub(t, await as(t, hub, hubUser), abort.signal);
  t.teardown(async () => {
    abort.abort();
    await stopped;
  });

  const metadata = { name: 'fleet', namespace: 'placet-system' };
  const spec = { url: fleet.url, interval: '5s', deletionPolicy: 'Delete' };
  await hub.client.create(GitSource, {
    apiVersion: 'placet.dev/v1alpha1',
    kind: 'GitSource',
    metadata,
    spec,
  } as GitSource);
  await until('the namespace of the cluster', () => hub.client.get(Namespace, { name: 'prod-eu' }));
  await install(hub.client, [bindAgent('prod-eu', agentOnHub.name)]);
  const agent = await startAgent(
    {
      clusterName: 'prod-eu',
      hub: await as(t, hub, agentOnHub),
      spoke: await as(t, spoke, agentUser),
      log: silentLogger,
      now: () => new Date(),
    },
    abort.signal,
  );
  const refused = (): string[] => [...new Set([...onHub.refused, ...onSpoke.refused])];
  await until('the work to be reported', async () => {
    if (refused().length > 0) throw new Error(`refused: ${refused().join('\n')}`);
    const { items } = await hub.client.list(ManifestWork, { namespace: 'prod-eu' });
    return items.find(({ status }) =>
      status?.conditions?.some(({ type, status }) => type === 'Available' && status === 'True'),
    );
  });
  fleet.write({ 'works/web.yaml': readFileSync('examples/fleet/works/web.yaml', 'utf8').replace('Welcome', 'Hello') });
  fleet.commit();
  await until('the change to be applied', async () => {
    const { items } = await hub.client.list(ManifestWork, { namespace: 'prod-eu' });
    return items.find(({ metadata, status }) =>
      status?.conditions?.some(
        ({ type, observedGeneration }) => type === 'Applied' && observedGeneration === 2 && metadata.generation === 2,
      ),
    );
  });
  await workWithExecutor(hub.client, spoke.client);
  const placement = await regroup(hub.client);
  await applyAsTenant(t, hub.client);
  await repeatAnEvent(client, placement);
  await hub.client.delete(GitSource, metadata);
  await until('the source to be gone', async () => ((await hub.client.get(GitSource, metadata)) ? undefined : true));
  await until('its works to be gone', async () =>
    (await hub.client.list(ManifestWork)).items.length === 0 ? true : undefined,
  );
  abort.abort();
  await Promise.all([stopped, agent.stopped]);

  t.deepEqual([...new Set(onHub.refused)], [], `${client.server} refused`);
  t.deepEqual([...new Set(onSpoke.refused)], []);
  const unused = (all: readonly string[], used: ReadonlySet<string>): string[] => all.filter((one) => !used.has(one));
  t.deepEqual(unused(granted(hubManifests, ['placet-hub']), onHub.used(hubUser.name)), [], 'granted to the hub');
  t.deepEqual(
    unused(granted(hubManifests, ['placet-agent-hub']), onHub.used(agentOnHub.name)),
    [],
    'granted to the agent on the hub',
  );
  t.deepEqual(
    unused(granted(agentManifests, ['placet-agent']), onSpoke.used(agentUser.name)),
    [],
    'granted to the agent',
  );
});

/** The hub as `placet hub --leader-elect` runs it. */
async function runHub(t: ExecutionContext, client: KubeClient, signal: AbortSignal) {
  const directory = mkdtempSync(join(tmpdir(), 'placet-permissions-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const now = (): Date => new Date();
  const free = { host: '127.0.0.1', port: 0 };
  const log = silentLogger;
  const hub = await startHub({
    client,
    caches: createCaches(client, log, signal),
    controllers: new Set(HUB_CONTROLLERS),
    git: { directory, path: process.env.PATH ?? '', allowLocal: true, addresses: { allowPrivate: true, allowed: [] } },
    generator: { address: free, token: () => undefined, argocdNamespace: 'argocd' },
    webhook: { address: free },
    metrics: createMetrics(),
    now,
    log,
  });
  const lead = async (leading: AbortSignal): Promise<void> => {
    await Promise.all(hub.startLoops(leading).map(({ stopped }) => stopped));
  };
  const lease = { namespace: 'placet-system', name: 'placet-hub' };
  const elected = runLeaderElection({ client, lease, identity: 'test', log, now, lead }, signal);
  return { client, stopped: elected.then(() => hub.close()) };
}

/** Two decision groups, then one of another name, then none: decisions are created, relabelled and deleted. */
async function regroup(client: KubeClient): Promise<Placement> {
  const name = { namespace: 'fleet', name: 'groups' };
  const eu = { labelSelector: { matchLabels: { region: 'eu' } } };
  const strategies = [
    { groups: 2, groupStrategy: { clustersPerDecisionGroup: 1 } },
    {
      groups: 2,
      groupStrategy: {
        clustersPerDecisionGroup: '100%',
        decisionGroups: [{ groupName: 'canary', groupClusterSelector: eu }],
      },
    },
    { groups: 1, groupStrategy: null },
  ];
  for (const { groups, groupStrategy } of strategies) {
    const placement = {
      apiVersion: 'cluster.open-cluster-management.io/v1beta1',
      kind: 'Placement',
      metadata: name,
      spec: { clusterSets: ['production'], ...(groupStrategy ? { decisionStrategy: { groupStrategy } } : {}) },
    };
    await client.apply(Placement, placement, { fieldManager: 'test', force: true });
    const first = groupStrategy && 'decisionGroups' in groupStrategy ? 'canary' : '';
    await until(`${groups} groups`, async () => {
      const found = (await client.get(Placement, name))?.status?.decisionGroups;
      return found?.length === groups && found[0]?.decisionGroupName === first ? true : undefined;
    });
  }
  await until('one decision', async () => {
    const { items } = await client.list(PlacementDecision, {
      namespace: 'fleet',
      labelSelector: `${PLACEMENT_LABEL}=groups`,
    });
    return items.length === 1 ? true : undefined;
  });
  return until('the placement', () => client.get(Placement, name));
}

/** A source that is applied as a ServiceAccount of its own namespace. */
async function applyAsTenant(t: ExecutionContext, client: KubeClient): Promise<void> {
  const namespace = 'tenant';
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'deployer', namespace } };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'deployer', namespace },
    roleRef,
    subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace }],
  };
  await install(client, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, account, binding]);
  const work =
    'apiVersion: cluster.open-cluster-management.io/v1beta1\nkind: Placement\nmetadata: {name: own}\nspec: {}\n';
  const { url } = temporaryRepository(t, { 'placement.yaml': work });
  const source = {
    apiVersion: 'placet.dev/v1alpha1',
    kind: 'GitSource',
    metadata: { name: 'own', namespace },
    spec: { url, serviceAccountName: 'deployer' },
  };
  await client.apply(GitSource, source, { fieldManager: 'test', force: true });
  await until('the placement of the tenant', () => client.get(Placement, { namespace, name: 'own' }));
}

/** The same event twice is one event with a count. */
async function repeatAnEvent(client: KubeClient, regarding: Placement): Promise<void> {
  const recorder = createEventRecorder(client, { component: 'test', now: () => new Date(), log: silentLogger });
  const event = { regarding, type: 'Normal', reason: 'Tested', action: 'Test', note: 'twice' } as const;
  recorder.record(event);
  recorder.record(event);
  await recorder.flush();
}

/** The agent asks its cluster whether the executor may; this one may not. */
async function workWithExecutor(client: KubeClient, spoke: KubeClient): Promise<void> {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  const rules = (resource: string, apiGroup: string) => [
    { apiGroups: [apiGroup], resources: [resource], verbs: ['create', 'update', 'patch', 'get', 'delete'] },
  ];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'roles' };
  const subjects = [{ kind: 'ServiceAccount', namespace: 'default', name: 'nobody' }];
  const metadata = { name: 'roles', namespace: 'default' };
  await install(spoke, [
    { ...rbac, kind: 'Role', metadata, rules: rules('roles', 'rbac.authorization.k8s.io') },
    { ...rbac, kind: 'RoleBinding', metadata, roleRef, subjects },
  ]);
  // The account may write roles, but not one that grants what it does not have.
  const manifest = { ...rbac, kind: 'Role', metadata: { ...metadata, name: 'theirs' }, rules: rules('secrets', '') };
  const subject = { type: 'ServiceAccount', serviceAccount: { namespace: 'default', name: 'nobody' } };
  const name = { namespace: 'prod-eu', name: 'executed' };
  const work = {
    apiVersion: 'work.open-cluster-management.io/v1',
    kind: 'ManifestWork',
    metadata: name,
    spec: { workload: { manifests: [manifest] }, executor: { subject } },
  };
  await client.apply(ManifestWork, work, { fieldManager: 'test', force: true });
  await until('the refusal', async () => {
    const status = (await client.get(ManifestWork, name))?.status;
    const messages = status?.resourceStatus?.manifests?.flatMap(({ conditions }) => conditions.map((c) => c.message));
    return messages?.find((message) => message.includes('permission escalation'));
  });
  await client.delete(ManifestWork, name);
}
