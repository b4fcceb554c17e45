import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { loadAll } from 'js-yaml';
import { type Agent, startAgent } from '../../src/agent/agent.js';
import { CRDS } from '../../src/api/crd.js';
import { GitSource } from '../../src/api/gitsource.js';
import type { KubeObject, Unstructured } from '../../src/api/meta.js';
import type { ResourceType } from '../../src/api/resource.js';
import type { Attributes, Decision, User } from '../../src/apiserver/identity.js';
import { createPki, type Pki } from '../../src/apiserver/pki.js';
import { type ApiServer, startApiServer } from '../../src/apiserver/server.js';
import { openLmdbStore } from '../../src/apiserver/store/lmdb.js';
import type { Change, Store } from '../../src/apiserver/store/store.js';
import { startSimulatedRegistration } from '../../src/cli/dev/registration.js';
import { type Hub, startHub } from '../../src/cli/hub.js';
import { HUB_CONTROLLERS } from '../../src/cli/hub-controllers.js';
import { createMetrics } from '../../src/cli/metrics.js';
import type { Controller } from '../../src/control/controller.js';
import { type Logger, silentLogger } from '../../src/control/log.js';
import type { Outcome } from '../../src/control/outcome.js';
import { type Caches, createCaches } from '../../src/kube/caches.js';
import type { KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';
import type { Loop } from '../../src/reconciler/loop.js';
import type { SourceLoop } from '../../src/reconciler/source.js';
import { type TemporaryRepository, temporaryRepository } from '../gitsource/temporary-repository.js';
import { until } from './dev-process.js';

export const GENERATOR_TOKEN = 'canary-generator-token-5b1f';
export const SOURCE = { namespace: 'placet-system', name: 'fleet' };

const ADMIN: User = { name: 'test-admin', groups: ['system:masters'] };
const KINDS = ['Namespace', 'ServiceAccount', 'ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding'];
const PLURALS: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  Role: 'roles',
  ClusterRoleBinding: 'clusterrolebindings',
  RoleBinding: 'rolebindings',
};

const typeOf = ({ apiVersion, kind, metadata }: Unstructured): ResourceType => {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return { group, version, kind, plural: PLURALS[kind] ?? '', namespaced: metadata.namespace !== undefined };
};

/** What a folder of `manifests/` installs besides CRDs and workloads. */
export const documents = (folder: string): Unstructured[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => loadAll(readFileSync(join(folder, name), 'utf8')) as Unstructured[]) // our own manifests
    .filter(({ kind }) => KINDS.includes(kind))
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));

export async function install(client: KubeClient, objects: readonly Unstructured[]): Promise<void> {
  for (const object of objects) await client.apply(typeOf(object), object, { fieldManager: 'test', force: true });
}

export const account = (namespace: string, name: string): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

export const bindAgent = (cluster: string, user: string): Unstructured => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'placet-agent', namespace: cluster },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'placet-agent-hub' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
});

/** How a platform team lets works hold kinds of its own. */
const GRANT: Unstructured = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'tills', labels: { 'open-cluster-management.io/aggregate-to-work': 'true' } },
  rules: [{ apiGroups: ['example.com'], resources: ['*'], verbs: ['*'] }],
};

/** The example fleet in a real repository. */
export function exampleRepository(
  t: ExecutionContext,
  more: Readonly<Record<string, string>> = {},
): TemporaryRepository {
  const folder = 'examples/fleet';
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
  const files = paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')] as const);
  return temporaryRepository(t, { ...Object.fromEntries(files), ...more });
}

/** One CA for all servers of a test file: making keys takes longer than starting a server. */
let pki: Promise<Pki> | undefined;

/** An embedded API server on a folder of its own, which can stop and come back under the same address. */
export class DurableServer {
  readonly requests: { readonly attributes: Attributes; readonly decision: Decision }[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'placet-server-'));
  readonly #clients: KubeClient[] = [];
  readonly #log: Logger;
  readonly #simulateWorkloads: boolean;
  #server: ApiServer | undefined;
  #port = 0;
  /** Told of every state of every object, the last one of a deleted object included. */
  observe: ((object: KubeObject, type: Change['type'], before?: KubeObject) => void) | undefined;

  constructor(t: ExecutionContext, log: Logger, simulateWorkloads: boolean) {
    this.#log = log;
    this.#simulateWorkloads = simulateWorkloads;
    t.teardown(async () => {
      await Promise.all(this.#clients.map((client) => client.close()));
      await this.stop();
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  async start(): Promise<void> {
    pki ??= createPki();
    const store: Store = openLmdbStore(join(this.#folder, 'store'));
    store.subscribe((changes) => {
      for (const { item, type, before } of changes) this.observe?.(item.object, type, before?.object);
    });
    this.#server = await startApiServer({
      store,
      pki: await pki,
      port: this.#port,
      crds: CRDS,
      simulateWorkloads: this.#simulateWorkloads,
      log: this.#log,
      audit: (attributes, decision) => this.requests.push({ attributes, decision }),
    });
    this.#port = Number(new URL(this.#server.url).port);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  /** Lives as long as the test; `name` is the user and the user agent, and with that the field manager. */
  async client(user: User = ADMIN, log: Logger = silentLogger): Promise<KubeClient> {
    const path = join(this.#folder, `${user.name.replaceAll(/[^\w-]/g, '-')}.kubeconfig`);
    const { name, groups } = user;
    writeFileSync(path, (await this.#server?.kubeconfig({ name, groups })) ?? '', { mode: 0o600 });
    const client = await connect({ kubeconfig: path, userAgent: name, log });
    this.#clients.push(client);
    return client;
  }

  /** Requests of others than the test that changed something, or could have. */
  writes(): string[] {
    return this.requests.flatMap(({ attributes: { user, verb, resource } }) => {
      if (!resource || user.name === ADMIN.name || ['get', 'list', 'watch', 'impersonate'].includes(verb)) return [];
      const { group, plural, subresource, namespace, name } = resource;
      if (group === 'coordination.k8s.io' || group === 'authorization.k8s.io') return [];
      return [`${user.name}: ${verb} ${plural}${subresource && `/${subresource}`} ${namespace}/${name}`];
    });
  }
}

/** How often each key of each loop was finished. */
type Runs = Map<string, number>;

interface Running {
  readonly abort: AbortController;
  readonly hubs: readonly Hub[];
  readonly loops: readonly Loop[];
  readonly registration: Controller;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly caches: readonly Caches[];
  readonly runs: Runs;
}

export interface FleetOptions {
  readonly log?: Logger;
  readonly clusters?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** Each loop as a process of its own, with a client and a user of its own. */
  readonly apart?: boolean;
  /** What loops and agents get instead of their client. */
  readonly wrap?: (client: KubeClient) => KubeClient;
}

/** Hub, spokes, agents and a repository: all of the system in this process, all of it over the wire. */
export class Fleet {
  readonly hub: DurableServer;
  readonly spokes: ReadonlyMap<string, DurableServer>;
  readonly repository: TemporaryRepository;
  readonly #options: FleetOptions;
  readonly #gitDirectory: string;
  readonly #clients = new Map<string, KubeClient>();
  #running: Running | undefined;

  constructor(t: ExecutionContext, options: FleetOptions = {}) {
    const { log = silentLogger, clusters = ['prod-eu', 'edge-eu'], files } = options;
    this.#options = options;
    this.hub = new DurableServer(t, log, false);
    this.spokes = new Map(clusters.map((name) => [name, new DurableServer(t, log, true)]));
    this.repository = exampleRepository(t, files);
    this.#gitDirectory = mkdtempSync(join(tmpdir(), 'placet-checkouts-'));
    t.teardown(async () => {
      await this.stop();
      rmSync(this.#gitDirectory, { recursive: true, force: true });
    });
  }

  get #log(): Logger {
    return this.#options.log ?? silentLogger;
  }

  /** Servers, roles and accounts as `manifests/` installs them, and the source. */
  async install(source: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await Promise.all([this.hub, ...this.spokes.values()].map((server) => server.start()));
    const hub = await this.admin();
    await install(hub, documents('manifests/hub'));
    for (const name of this.spokes.keys()) {
      await install(await this.admin(name), [...documents('manifests/agent'), GRANT]);
      const labels = { 'open-cluster-management.io/cluster-name': name };
      await install(hub, [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
        bindAgent(name, `agent:${name}`),
      ]);
    }
    await this.source(source);
  }

  /** Creates or edits a source. */
  async source(more: Readonly<Record<string, unknown>> = {}, name = SOURCE.name): Promise<void> {
    const spec = { url: this.repository.url, interval: '5s', ...more };
    const metadata = { ...SOURCE, name };
    const source: KubeObject = { apiVersion: 'placet.dev/v1alpha1', kind: 'GitSource', metadata };
    await (await this.admin()).apply(GitSource, { ...source, spec } as KubeObject, {
      fieldManager: 'test',
      force: true,
    });
  }

  edit(path: string, from: string | RegExp, to: string): void {
    const file = join(this.repository.directory, path);
    this.repository.write({ [path]: readFileSync(file, 'utf8').replace(from, to) });
  }

  /** Commits a file of the example with one text replaced; gives the commit. */
  commit(path: string, from: string, to: string): string {
    this.edit(path, from, to);
    return this.repository.commit();
  }

  /** As a webhook would. */
  look(): void {
    const source = this.running.loops.find((loop): loop is SourceLoop => loop.name === 'source');
    source?.look(`${SOURCE.namespace}/${SOURCE.name}`, 0);
  }

  /** The source says the commit is applied, and nothing is left to do. */
  async applied(sha: string): Promise<void> {
    const hub = await this.admin();
    await until(`commit ${sha}`, async () =>
      (await hub.get(GitSource, SOURCE))?.status?.lastAppliedRevision?.endsWith(sha),
    );
    await this.arrived();
  }

  arrived(): Promise<void> {
    return arrived(this);
  }

  endpoints(): { readonly generatorUrl: string | undefined; readonly webhookUrl: string | undefined } {
    const { hubs } = this.running;
    return {
      generatorUrl: hubs.find(({ generatorUrl }) => generatorUrl)?.generatorUrl,
      webhookUrl: hubs.find(({ webhookUrl }) => webhookUrl)?.webhookUrl,
    };
  }

  admin(cluster?: string): Promise<KubeClient> {
    return this.#client(cluster, ADMIN);
  }

  async #client(cluster: string | undefined, user: User): Promise<KubeClient> {
    const key = `${cluster ?? ''}/${user.name}`;
    const server = cluster === undefined ? this.hub : this.spokes.get(cluster);
    const found = this.#clients.get(key);
    if (found) return found;
    const made = await server?.client(user, this.#log);
    if (!made) throw new Error(`no cluster ${cluster}`);
    const { wrap } = this.#options;
    const client = wrap && user !== ADMIN ? wrap(made) : made;
    this.#clients.set(key, client);
    return client;
  }

  /** Loops and agents with nothing in memory. */
  async start(): Promise<void> {
    const abort = new AbortController();
    const runs: Runs = new Map();
    const ran = (who: string) => (loop: string, key: string, outcome: Outcome) => {
      if (outcome.kind === 'done' || outcome.kind === 'again') {
        runs.set(`${who}/${loop}/${key}`, (runs.get(`${who}/${loop}/${key}`) ?? 0) + 1);
      }
    };
    const hubUser = account('placet-system', 'placet-hub');
    const groups = this.#options.apart ? HUB_CONTROLLERS.map((name) => [name]) : [HUB_CONTROLLERS];
    const hubs: Hub[] = [];
    const loops: Loop[] = [];
    const caches: Caches[] = [];
    for (const controllers of groups) {
      const user = this.#options.apart ? { name: `placet-${controllers[0]}`, groups: ['system:masters'] } : hubUser;
      const client = await this.#client(undefined, user);
      const own = createCaches(client, this.#log, abort.signal);
      const hub = await this.#startHub(client, own, new Set(controllers), ran('hub'));
      caches.push(own);
      hubs.push(hub);
      loops.push(...hub.startLoops(abort.signal));
    }
    const registrar = await this.#client(undefined, { name: 'registration', groups: ['system:masters'] });
    const registration = startSimulatedRegistration(
      {
        client: registrar,
        caches: createCaches(registrar, this.#log, abort.signal),
        clusters: ['edge-eu', 'prod-eu', 'prod-us'].map((name) => ({ name, server: `https://${name}.example.com` })),
        now: () => new Date(),
        log: this.#log,
      },
      abort.signal,
    );
    const agents = new Map<string, Agent>();
    for (const name of this.spokes.keys()) {
      const agent = await startAgent(
        {
          clusterName: name,
          hub: await this.#client(undefined, { name: `agent:${name}`, groups: ['system:authenticated'] }),
          spoke: await this.#client(name, account('placet-agent', 'placet-agent')),
          log: this.#log,
          now: () => new Date(),
          onOutcome: ran(name),
        },
        abort.signal,
      );
      agents.set(name, agent);
    }
    this.#running = { abort, hubs, loops, registration, agents, caches, runs };
  }

  #startHub(
    client: KubeClient,
    caches: Caches,
    controllers: ReadonlySet<string>,
    ran: (loop: string, key: string, outcome: Outcome) => void,
  ): Promise<Hub> {
    const free = { host: '127.0.0.1', port: 0 };
    return startHub({
      client,
      caches,
      controllers,
      git: {
        directory: this.#gitDirectory,
        path: process.env.PATH ?? '',
        allowLocal: true,
        addresses: { allowPrivate: true, allowed: [] },
      },
      generator: { address: free, token: () => GENERATOR_TOKEN, argocdNamespace: 'argocd' },
      webhook: { address: free },
      metrics: { ...createMetrics(), reconciled: ran },
      now: () => new Date(),
      log: this.#log,
    });
  }

  get running(): Running {
    if (!this.#running) throw new Error('the fleet is not started');
    return this.#running;
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    const { abort, loops, hubs, registration, agents } = this.#running;
    this.#running = undefined;
    abort.abort();
    await Promise.all([...loops, registration, ...agents.values()].map(({ stopped }) => stopped));
    await Promise.all(hubs.map((hub) => hub.close()));
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  isIdle(): boolean {
    const { loops, registration, agents } = this.running;
    return [...loops, registration, ...agents.values()].every((one) => one.idle());
  }

  writes(): string[] {
    return [this.hub, ...this.spokes.values()].flatMap((server) => server.writes());
  }

  forgetRequests(): void {
    for (const server of [this.hub, ...this.spokes.values()]) server.requests.length = 0;
  }

  /** Nothing was written while every server answered a few questions; something may wait for a retry. */
  quiet(what: string): Promise<void> {
    return this.settled(what, () => true);
  }

  /** Nothing waits or runs either. */
  async settled(what: string, isIdle: () => boolean = () => this.isIdle()): Promise<void> {
    const clients = [
      await this.admin(),
      ...(await Promise.all([...this.spokes.keys()].map((name) => this.admin(name)))),
    ];
    let quiet = 0;
    let seen = -1;
    await until(`${what} to settle`, async () => {
      await Promise.all(clients.map((client) => client.request('GET', '/version')));
      const writes = this.writes().length;
      quiet = isIdle() && writes === seen ? quiet + 1 : 0;
      seen = writes;
      return quiet >= 5 || undefined;
    });
  }

  /** What Argo CD's plugin generator asks for. */
  ask(parameters: object): Promise<Response> {
    return fetch(`${this.endpoints().generatorUrl}/api/v1/getparams.execute`, {
      method: 'POST',
      headers: { authorization: `Bearer ${GENERATOR_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ applicationSetName: 'web', input: { parameters } }),
    });
  }
}

/** A fleet whose works have arrived. */
export async function startFleet(t: ExecutionContext, options: FleetOptions = {}): Promise<Fleet> {
  const fleet = new Fleet(t, options);
  await fleet.install();
  await fleet.start();
  await arrived(fleet);
  return fleet;
}

const WORK = {
  group: 'work.open-cluster-management.io',
  version: 'v1',
  kind: 'ManifestWork',
  plural: 'manifestworks',
  namespaced: true,
};

interface Reported {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const isGood = (work: Unstructured): boolean =>
  ['Applied', 'Available'].every((type) =>
    (work as Reported).status?.conditions?.some((one) => one.type === type && one.status === 'True'),
  );

/** The works of the example are there, applied and available. */
export async function arrived(fleet: Fleet): Promise<void> {
  const hub = await fleet.admin();
  let bad: readonly Unstructured[] = [];
  await until(
    'the works to be available',
    async () => {
      const { items } = await hub.list(WORK);
      const mine = items.filter(({ metadata }) => fleet.spokes.has(metadata.namespace ?? ''));
      bad = mine.filter((work) => !isGood(work));
      return bad.length === 0 && items.length > 1;
    },
    20_000,
  ).catch((error: unknown) => {
    throw new Error(`not available: ${JSON.stringify(bad.map((work) => (work as Reported).status))}`, { cause: error });
  });
  await fleet.settled('the fleet');
}
