import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { User } from '../../src/apiserver/identity.js';
import type { Logger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import { type ConnectOptions, connect } from '../../src/kube/connect.js';
import { ADMIN } from './server.js';

/** How long others than the test wait for a server that says nothing. */
export type Patience = Pick<ConnectOptions, 'callTimeoutMs' | 'watchIdleMs'>;

/** The kubeconfigs and clients of one server, in a folder that goes with them. */
export class ServerClients {
  readonly folder = mkdtempSync(join(tmpdir(), 'placet-server-'));
  readonly #clients: KubeClient[] = [];
  readonly #paths = new Map<string, string>();
  readonly #patience: Patience;

  constructor(patience: Patience = {}) {
    this.#patience = patience;
  }

  async kubeconfig({ name, groups }: User, write: (user: Pick<User, 'name' | 'groups'>) => Promise<string>) {
    const known = this.#paths.get(name);
    if (known) return known;
    const path = join(this.folder, `${name.replaceAll(/[^\w-]/g, '-')}.kubeconfig`);
    writeFileSync(path, await write({ name, groups }), { mode: 0o600 });
    this.#paths.set(name, path);
    return path;
  }

  async connect(kubeconfig: string, userAgent: string, log: Logger): Promise<KubeClient> {
    const patience = userAgent === ADMIN.name ? {} : this.#patience;
    const client = await connect({ kubeconfig, userAgent, log, ...patience });
    this.#clients.push(client);
    return client;
  }

  close(): Promise<unknown> {
    return Promise.all(this.#clients.map((client) => client.close()));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
