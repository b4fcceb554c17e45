import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { startAgent } from '../../src/agent/agent.js';
import { Namespace } from '../../src/api/core.js';
import { GitSource } from '../../src/api/gitsource.js';
import { keyOf, type Unstructured } from '../../src/api/meta.js';
import { ManifestWork } from '../../src/api/work.js';
import type { User } from '../../src/apiserver/identity.js';
import { startHub } from '../../src/cli/hub.js';
import { HUB_CONTROLLERS } from '../../src/cli/hub-controllers.js';
import { createMetrics } from '../../src/cli/metrics.js';
import { silentLogger } from '../../src/control/log.js';
import { createCaches } from '../../src/kube/caches.js';
import type { KubeClient } from '../../src/kube/client.js';
import { runLeaderElection } from '../../src/kube/leader.js';
import { until } from '../until.js';
import {
  AGENT_USER,
  agentUser,
  bindAgent,
  documents,
  exampleRepository,
  HUB_USER,
  installAgent,
  installHub,
} from './manifests.js';
import { applyAsTenant, regroup, repeatAnEvent, workWithExecutor } from './permission-uses.js';
import type { FleetServer, Register, SeenRequest, Servers } from './server.js';

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

const needOf = ({ group, plural, subresource, verb }: SeenRequest): string =>
  need(group, subresource ? `${plural}/${subresource}` : plural, verb);

const refusedBy = (server: FleetServer): string[] => [
  ...new Set(
    server
      .requests()
      .filter(({ allowed }) => !allowed)
      .map((request) => `${request.user.name}: ${needOf(request)}`),
  ),
];

/** What is granted that the user never asked for. */
function unused(server: FleetServer, { name }: User, all: readonly string[]): string[] {
  const used = new Set(
    server
      .requests()
      .filter(({ user }) => user.name === name)
      .map(needOf),
  );
  return all.filter((one) => !used.has(one));
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

const SCORE =
  'apiVersion: cluster.open-cluster-management.io/v1alpha1\nkind: AddOnPlacementScore\nmetadata: {name: room, namespace: prod-eu}\n';

/** The hub as `placet hub --leader-elect` runs it. */
async function runHub(t: ExecutionContext, client: KubeClient, signal: AbortSignal) {
  const directory = mkdtempSync(join(tmpdir(), 'placet-permissions-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const now = (): Date => new Date();
  const free = { host: '127.0.0.1', port: 0 };
  const log = silentLogger;
  const hub = await startHub({
    client,
    leader: client,
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

/** Roles that granted nothing at some moment of a second installation. */
async function emptied(server: FleetServer, reinstall: () => Promise<void>): Promise<readonly string[]> {
  const seen: string[] = [];
  await server.observe((object) => {
    if (object.kind === 'ClusterRole' && ((object as Partial<Role>).rules ?? []).length === 0) seen.push(keyOf(object)); // a role
  });
  await reinstall();
  await server.observed();
  return seen;
}

/** What `manifests/` grants is what is used. */
export function permissions(register: Register, servers: Servers): void {
  register('hub and agent may do all they do and nothing else', async (t) => {
    const hub = servers.hub(t, silentLogger);
    const spoke = servers.spoke(t, silentLogger, 0);
    await Promise.all([hub.start(), spoke.start()]);
    const admin = await hub.client();
    const onSpoke = await spoke.client();
    await installHub(admin);
    await installAgent(onSpoke);
    const abort = new AbortController();
    const fleet = exampleRepository(t, { 'score.yaml': SCORE });
    const { client, stopped } = await runHub(t, await hub.client(HUB_USER), abort.signal);
    t.teardown(async () => {
      abort.abort();
      await stopped;
    });

    const metadata = { name: 'fleet', namespace: 'placet-system' };
    const spec = { url: fleet.url, interval: '5s', deletionPolicy: 'Delete' };
    await admin.create(GitSource, {
      apiVersion: 'placet.dev/v1alpha1',
      kind: 'GitSource',
      metadata,
      spec,
    } as GitSource);
    await until('the namespace of the cluster', () => admin.get(Namespace, { name: 'prod-eu' }));
    await bindAgent(admin, 'prod-eu');
    const agent = await startAgent(
      {
        clusterName: 'prod-eu',
        hub: await hub.client(agentUser('prod-eu')),
        spoke: await spoke.client(AGENT_USER),
        log: silentLogger,
        now: () => new Date(),
      },
      abort.signal,
    );
    const refused = (): string[] => [...refusedBy(hub), ...refusedBy(spoke)];
    await until('the work to be reported', async () => {
      if (refused().length > 0) throw new Error(`refused: ${refused().join('\n')}`);
      const { items } = await admin.list(ManifestWork, { namespace: 'prod-eu' });
      return items.find(({ status }) =>
        status?.conditions?.some(({ type, status }) => type === 'Available' && status === 'True'),
      );
    });
    fleet.write({
      'works/web.yaml': readFileSync('examples/fleet/works/web.yaml', 'utf8').replace('Welcome', 'Hello'),
    });
    fleet.commit();
    await until('the change to be applied', async () => {
      const { items } = await admin.list(ManifestWork, { namespace: 'prod-eu' });
      return items.find(({ metadata, status }) =>
        status?.conditions?.some(
          ({ type, observedGeneration }) => type === 'Applied' && observedGeneration === 2 && metadata.generation === 2,
        ),
      );
    });
    await workWithExecutor(admin, onSpoke);
    const placement = await regroup(admin);
    await applyAsTenant(t, admin);
    await repeatAnEvent(client, placement);
    await admin.delete(GitSource, metadata);
    await until('the source to be gone', async () => ((await admin.get(GitSource, metadata)) ? undefined : true));
    await until('its works to be gone', async () =>
      (await admin.list(ManifestWork)).items.length === 0 ? true : undefined,
    );
    abort.abort();
    await Promise.all([stopped, agent.stopped]);

    t.deepEqual(refused(), []);
    t.deepEqual(await emptied(spoke, () => installAgent(onSpoke)), [], 'an upgrade takes nothing from a running agent');
    const onHub = granted(documents('manifests/hub'), ['placet-hub']);
    t.deepEqual(unused(hub, HUB_USER, onHub), [], 'granted to the hub');
    const agentOnHub = granted(documents('manifests/hub'), ['placet-agent-hub']);
    t.deepEqual(unused(hub, agentUser('prod-eu'), agentOnHub), [], 'granted to the agent on the hub');
    const agentOnSpoke = granted(documents('manifests/agent'), ['placet-agent']);
    t.deepEqual(unused(spoke, AGENT_USER, agentOnSpoke), [], 'granted to the agent');
  });
}
