import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { User } from '../../src/apiserver/identity.js';
import type { Logger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';

/** The kubeconfigs and clients of one server, in a folder that goes with them. */
export class ServerClients {
  readonly folder = mkdtempSync(join(tmpdir(), 'placet-server-'));
  readonly #clients: KubeClient[] = [];
  readonly #paths = new Map<string, string>();

  async kubeconfig({ name, groups }: User, write: (user: Pick<User, 'name' | 'groups'>) => Promise<string>) {
    const known = this.#paths.get(name);
    if (known) return known;
    const path = join(this.folder, `${name.replaceAll(/[^\w-]/g, '-')}.kubeconfig`);
    writeFileSync(path, await write({ name, groups }), { mode: 0o600 });
    this.#paths.set(name, path);
    return path;
  }

  async connect(kubeconfig: string, userAgent: string, log: Logger): Promise<KubeClient> {
    const client = await connect({ kubeconfig, userAgent, log });
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
