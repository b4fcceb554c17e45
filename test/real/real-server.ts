import { KINDS } from '../../src/api/kinds.js';
import type { User } from '../../src/apiserver/identity.js';
import { type Logger, silentLogger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import type { Teardown } from '../gitsource/temporary-repository.js';
import { EMBEDDED } from '../scenarios/embedded-server.js';
import { ADMIN, type FleetServer, type Observer, type SeenRequest, type Servers } from '../scenarios/server.js';
import { type Patience, ServerClients } from '../scenarios/server-clients.js';
import { AUDIT_POLICY, AuditLog } from './audit-log.js';
import { type Cluster, startCluster } from './cluster.js';
import { EtcdHistory } from './etcd-history.js';
import { installKinds } from './our-kinds.js';

/** The kinds of ours an agent's cluster knows, as `manifests/agent` installs them. */
const AGENT_KINDS = ['AppliedManifestWork'];

/** A kube-apiserver with our definitions. */
export class RealServer implements FleetServer {
  readonly simulatesWorkloads = false;
  readonly parts = (['kube-apiserver', 'etcd'] as const).map((name) => ({
    name,
    kill: () => this.cluster.kill(name),
    start: () => this.cluster.start(name),
    freeze: () => this.cluster.freeze(name),
    thaw: () => this.cluster.thaw(name),
  }));
  readonly #clients: ServerClients;
  readonly #observers: Observer[] = [];
  readonly #kinds: readonly string[] | undefined;
  #requests: SeenRequest[] = [];
  #started: { readonly cluster: Cluster; readonly audit: AuditLog; readonly history: EtcdHistory } | undefined;
  #isUp = false;

  constructor(t: Teardown, kinds?: readonly string[], patience?: Patience) {
    this.#kinds = kinds;
    this.#clients = new ServerClients(patience);
    t.teardown(async () => {
      await this.#clients.close();
      await this.#started?.history.close();
      await this.#started?.cluster.close();
      this.#clients.remove();
    });
  }

  get cluster(): Cluster {
    if (!this.#started) throw new Error('the server was not started');
    return this.#started.cluster;
  }

  async start(): Promise<void> {
    if (this.#started) await this.cluster.start('kube-apiserver');
    else await this.#startFirst();
    this.#isUp = true;
  }

  async #startFirst(): Promise<void> {
    const cluster = await startCluster({ auditPolicy: AUDIT_POLICY, readableHistory: true });
    const history = new EtcdHistory(cluster.etcdUrl);
    this.#started = { cluster, audit: new AuditLog(cluster.auditLog), history };
    for (const observer of this.#observers) await history.observe(observer);
    const client = await this.client();
    const kinds = KINDS.filter(({ kind }) => this.#kinds?.includes(kind) ?? true);
    await installKinds(client, kinds);
  }

  async stop(): Promise<void> {
    if (this.#isUp) await this.cluster.kill('kube-apiserver', 'SIGTERM');
    this.#isUp = false;
  }

  kubeconfig(user: User = ADMIN): Promise<string> {
    return this.#clients.kubeconfig(user, (subject) => this.cluster.kubeconfig(subject));
  }

  async client(user: User = ADMIN, log: Logger = silentLogger): Promise<KubeClient> {
    return this.#clients.connect(await this.kubeconfig(user), user.name, log);
  }

  requests(): readonly SeenRequest[] {
    this.#requests.push(...(this.#started?.audit.read() ?? []));
    return this.#requests;
  }

  forgetRequests(): void {
    this.requests();
    this.#requests = [];
  }

  async observe(observer: Observer): Promise<void> {
    this.#observers.push(observer);
    await this.#started?.history.observe(observer);
  }

  async observed(): Promise<void> {
    await this.#started?.history.caughtUp();
  }
}

/** The hub and the first cluster are kube-apiservers; what all clusters are alike in need not be shown on each. */
export const realServers = (patience?: Patience): Servers => ({
  hub: (t) => new RealServer(t, undefined, patience),
  spoke: (t, log, index) => (index === 0 ? new RealServer(t, AGENT_KINDS, patience) : EMBEDDED.spoke(t, log, index)),
});

export const REAL = realServers();
