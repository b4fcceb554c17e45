import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitSource } from '../../src/api/gitsource.js';
import type { KubeObject } from '../../src/api/meta.js';
import { ManifestWork } from '../../src/api/work.js';
import type { User } from '../../src/apiserver/identity.js';
import { type Logger, silentLogger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import type { Teardown, TemporaryRepository } from '../gitsource/temporary-repository.js';
import { until } from '../until.js';
import { GENERATOR_TOKEN, type Loops, startLoops } from './loops.js';
import { admitAgent, exampleRepository, installAgent, installHub, SOURCE } from './manifests.js';
import { startProcesses, WEBHOOK_SECRET } from './processes.js';
import type { Replica, Running } from './running.js';
import { ADMIN, type FleetServer, type Servers, writesOf } from './server.js';

export interface FleetOptions {
  readonly log?: Logger;
  readonly clusters?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** Each loop as a process of its own, with a client and a user of its own. */
  readonly apart?: boolean;
  /** `placet hub` and `placet agent` instead of loops of this process. */
  readonly processes?: boolean;
  /** How many hubs, when they are processes. */
  readonly replicas?: number;
  /** What loops and agents get instead of their client. */
  readonly wrap?: (client: KubeClient) => KubeClient;
}

/** The whole system: the servers, what runs on them and the repository; all of it over the wire. */
export class Fleet {
  readonly hub: FleetServer;
  readonly spokes: ReadonlyMap<string, FleetServer>;
  readonly repository: TemporaryRepository;
  readonly #options: FleetOptions;
  readonly #folder: string;
  readonly #clients = new Map<string, KubeClient>();
  #running: Running | undefined;
  #loops: Loops | undefined;

  constructor(t: Teardown, servers: Servers, options: FleetOptions = {}) {
    const { log = silentLogger, clusters = ['prod-eu', 'edge-eu'], files } = options;
    this.#options = options;
    this.hub = servers.hub(t, log);
    this.spokes = new Map(clusters.map((name, index) => [name, servers.spoke(t, log, index)]));
    this.repository = exampleRepository(t, files);
    this.#folder = mkdtempSync(join(tmpdir(), 'placet-checkouts-'));
    t.teardown(async () => {
      await this.stop();
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  get #log(): Logger {
    return this.#options.log ?? silentLogger;
  }

  get servers(): readonly FleetServer[] {
    return [this.hub, ...this.spokes.values()];
  }

  /** Servers, roles and accounts as `manifests/` installs them, and the source. */
  async install(source: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await Promise.all(this.servers.map((server) => server.start()));
    const hub = await this.admin();
    await installHub(hub);
    for (const name of this.spokes.keys()) {
      await installAgent(await this.admin(name));
      await admitAgent(hub, name);
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
  commit(path: string, from: string | RegExp, to: string): string {
    this.edit(path, from, to);
    return this.repository.commit();
  }

  /** As a webhook would. */
  look(replica?: Replica): void {
    this.running.look(replica);
  }

  /** The source says the commit is applied, and nothing is left to do. */
  async applied(sha: string): Promise<void> {
    const hub = await this.admin();
    await until(`commit ${sha}`, async () =>
      (await hub.get(GitSource, SOURCE))?.status?.lastAppliedRevision?.endsWith(sha),
    );
    await this.arrived();
  }

  /** The works of the example are there, applied and available, and nothing is left to do. */
  async arrived(): Promise<void> {
    await worksArrived(await this.admin(), this.spokes);
    await this.settled('the fleet');
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
    this.#loops = undefined;
    if (this.#options.processes) {
      await this.source({ webhook: { secretRef: { name: WEBHOOK_SECRET } } });
      this.#running = await startProcesses({
        hub: this.hub,
        spokes: this.spokes,
        folder: this.#folder,
        repositoryUrl: this.repository.url,
        replicas: this.#options.replicas ?? 1,
      });
      return;
    }
    this.#loops = await startLoops({
      client: (cluster, user) => this.#client(cluster, user),
      clusters: [...this.spokes.keys()],
      gitDirectory: this.#folder,
      source: `${SOURCE.namespace}/${SOURCE.name}`,
      apart: this.#options.apart ?? false,
      log: this.#log,
    });
    this.#running = this.#loops;
  }

  get running(): Running {
    if (!this.#running) throw new Error('the fleet is not started');
    return this.#running;
  }

  /** What can be seen of hub and agents only when they run in this process. */
  get loops(): Loops {
    if (!this.#loops) throw new Error('the fleet has no loops in this process');
    return this.#loops;
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  writes(): string[] {
    return this.servers.flatMap((server) => writesOf(server.requests()));
  }

  /** What roles did not grant. */
  refusals(): string[] {
    return this.servers.flatMap((server) =>
      server
        .requests()
        .filter(({ allowed }) => !allowed)
        .map(({ user, verb, plural, namespace }) => `${user.name}: ${verb} ${plural} ${namespace}`),
    );
  }

  forgetRequests(): void {
    for (const server of this.servers) server.forgetRequests();
  }

  async observed(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.observed()));
  }

  /** Nothing was written while every server answered a few questions; something may wait for a retry. */
  quiet(what: string): Promise<void> {
    return this.settled(what, () => true);
  }

  /** Nothing waits or runs either. */
  async settled(what: string, isIdle: () => boolean = () => this.running.isIdle()): Promise<void> {
    const clients = await Promise.all([undefined, ...this.spokes.keys()].map((name) => this.admin(name)));
    let quiet = 0;
    let seen = -1;
    await until(`${what} to settle`, async () => {
      await Promise.all(clients.map((client) => client.request('GET', '/version')));
      const writes = this.writes().length;
      quiet = isIdle() && writes === seen ? quiet + 1 : 0;
      seen = writes;
      return quiet >= this.running.quietLooks || undefined;
    });
  }

  /** What Argo CD's plugin generator asks for. */
  ask(parameters: object, token = GENERATOR_TOKEN, replica = this.running.replicas[0]): Promise<Response> {
    return fetch(`${replica?.generatorUrl}/api/v1/getparams.execute`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ applicationSetName: 'web', input: { parameters } }),
    });
  }
}

/** A fleet whose works have arrived. */
export async function startFleet(t: Teardown, servers: Servers, options: FleetOptions = {}): Promise<Fleet> {
  const fleet = new Fleet(t, servers, options);
  await fleet.install();
  await fleet.start();
  await fleet.arrived();
  return fleet;
}

const isGood = ({ status }: ManifestWork): boolean =>
  ['Applied', 'Available'].every((type) =>
    status?.conditions?.some((one) => one.type === type && one.status === 'True'),
  );

/** What becomes ready a moment after it was applied has done so, and the hub was told, where it asks for that. */
const isReady = ({ spec, status }: ManifestWork): boolean =>
  (spec?.manifestConfigs ?? [])
    .filter(({ feedbackRules }) => feedbackRules)
    .every(({ resourceIdentifier: { name, resource } }) =>
      status?.resourceStatus?.manifests?.some(
        ({ resourceMeta, statusFeedback }) =>
          resourceMeta?.name === name &&
          resourceMeta.resource === resource &&
          statusFeedback?.values?.some((value) => value.name === 'ReadyReplicas'),
      ),
    );

/** The works of the example on these clusters are there, applied, available and, where there is a simulator, ready. */
async function worksArrived(hub: KubeClient, spokes: ReadonlyMap<string, FleetServer>): Promise<void> {
  let bad: readonly ManifestWork[] = [];
  await until('the works to be available', async () => {
    const { items } = await hub.list(ManifestWork);
    bad = items.filter((work) => {
      const spoke = spokes.get(work.metadata.namespace ?? '');
      return spoke && !(isGood(work) && (!spoke.simulatesWorkloads || isReady(work)));
    });
    return bad.length === 0 && items.length > 1;
  }).catch((error: unknown) => {
    throw new Error(`not available: ${JSON.stringify(bad.map(({ status }) => status))}`, { cause: error });
  });
}
