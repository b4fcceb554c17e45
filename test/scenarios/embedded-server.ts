import { join } from 'node:path';
import { CRDS } from '../../src/api/crd.js';
import type { User } from '../../src/apiserver/identity.js';
import { createPki, type Pki } from '../../src/apiserver/pki.js';
import { type ApiServer, startApiServer } from '../../src/apiserver/server.js';
import { openLmdbStore } from '../../src/apiserver/store/lmdb.js';
import { type Logger, silentLogger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import type { Teardown } from '../gitsource/temporary-repository.js';
import { seen } from './seen-lines.js';
import { ADMIN, type FleetServer, type Observer, type SeenRequest, type Servers } from './server.js';
import { ServerClients } from './server-clients.js';

/** One CA for all servers of a test file: making keys takes longer than starting a server. */
let pki: Promise<Pki> | undefined;

/** An embedded API server of this process on a folder of its own, which can stop and come back under the same address. */
class EmbeddedServer implements FleetServer {
  readonly parts = [];
  readonly #requests: SeenRequest[] = [];
  readonly #observers: Observer[] = [];
  readonly #clients = new ServerClients();
  readonly #log: Logger;
  readonly simulatesWorkloads: boolean;
  #server: ApiServer | undefined;
  #port = 0;

  constructor(t: Teardown, log: Logger, simulatesWorkloads: boolean) {
    this.#log = log;
    this.simulatesWorkloads = simulatesWorkloads;
    t.teardown(async () => {
      await this.#clients.close();
      await this.stop();
      this.#clients.remove();
    });
  }

  async start(): Promise<void> {
    pki ??= createPki();
    const store = openLmdbStore(join(this.#clients.folder, 'store'));
    store.subscribe((changes) => {
      for (const { item, type, before } of changes) {
        for (const observer of this.#observers) observer(item.object, type, before?.object);
      }
    });
    this.#server = await startApiServer({
      store,
      pki: await pki,
      port: this.#port,
      crds: CRDS,
      simulateWorkloads: this.simulatesWorkloads,
      log: this.#log,
      audit: (attributes, decision) => this.#requests.push(...seen(attributes, decision)),
    });
    this.#port = Number(new URL(this.#server.url).port);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  kubeconfig(user: User = ADMIN): Promise<string> {
    return this.#clients.kubeconfig(user, async (subject) => (await this.#server?.kubeconfig(subject)) ?? '');
  }

  async client(user: User = ADMIN, log: Logger = silentLogger): Promise<KubeClient> {
    return this.#clients.connect(await this.kubeconfig(user), user.name, log);
  }

  requests(): readonly SeenRequest[] {
    return this.#requests;
  }

  forgetRequests(): void {
    this.#requests.length = 0;
  }

  async observe(observer: Observer): Promise<void> {
    this.#observers.push(observer);
  }

  async observed(): Promise<void> {
    // The store tells its listeners before it answers.
  }
}

export const EMBEDDED: Servers = {
  hub: (t, log) => new EmbeddedServer(t, log, false),
  spoke: (t, log) => new EmbeddedServer(t, log, true),
};
