import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { User } from '../../src/apiserver/identity.js';
import { kubeconfigText } from '../../src/apiserver/kubeconfig.js';
import { openPki } from '../../src/apiserver/pki.js';
import { type Logger, silentLogger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import type { Teardown } from '../gitsource/temporary-repository.js';
import { freePorts } from './free-ports.js';
import { LineReader } from './line-reader.js';
import { type Line, SeenStates } from './seen-lines.js';
import { ADMIN, type FleetServer, type Observer, type SeenRequest, type Servers } from './server.js';
import { type Patience, ServerClients } from './server-clients.js';

const MAIN = fileURLToPath(new URL('./embedded-process.js', import.meta.url));

/** An embedded API server in a process of its own, which can be killed. */
class ProcessServer implements FleetServer {
  readonly parts = [
    {
      name: 'apiserver',
      kill: () => this.#end('SIGKILL'),
      start: () => this.start(),
      freeze: async () => void this.#child?.kill('SIGSTOP'),
      thaw: async () => void this.#child?.kill('SIGCONT'),
    },
  ];
  readonly #clients: ServerClients;
  readonly #states = new SeenStates();
  readonly #lines: LineReader;
  readonly simulatesWorkloads: boolean;
  #requests: SeenRequest[] = [];
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(t: Teardown, simulatesWorkloads: boolean, patience?: Patience) {
    this.#clients = new ServerClients(patience);
    this.#lines = new LineReader(join(this.#clients.folder, 'seen.log'));
    this.simulatesWorkloads = simulatesWorkloads;
    t.teardown(async () => {
      await this.#clients.close();
      await this.stop();
      this.#clients.remove();
    });
  }

  async start(): Promise<void> {
    if (this.#port === 0) [this.#port = 0] = await freePorts(1);
    const args = [MAIN, this.#clients.folder, String(this.#port), String(this.simulatesWorkloads)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('close', (code) => reject(new Error(`the server ended with ${code}`)));
    });
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await ended;
  }

  kubeconfig(user: User = ADMIN): Promise<string> {
    return this.#clients.kubeconfig(user, async ({ name, groups }) => {
      const pki = await openPki(join(this.#clients.folder, 'pki'));
      const credentials = await pki.clientCertificate({ user: name, groups });
      const server = `https://127.0.0.1:${this.#port}`;
      return kubeconfigText({ server, caCertificate: pki.caCertificate, user: name, credentials });
    });
  }

  async client(user: User = ADMIN, log: Logger = silentLogger): Promise<KubeClient> {
    return this.#clients.connect(await this.kubeconfig(user), user.name, log);
  }

  requests(): readonly SeenRequest[] {
    this.#read();
    return this.#requests;
  }

  forgetRequests(): void {
    this.#read();
    this.#requests = [];
  }

  async observe(observer: Observer): Promise<void> {
    this.#read();
    this.#states.observe(observer);
  }

  async observed(): Promise<void> {
    // It writes down what it stores before it answers.
    this.#read();
  }

  #read(): void {
    for (const text of this.#lines.read()) {
      const line = JSON.parse(text) as Line; // embedded-process wrote it
      if ('request' in line) this.#requests.push(line.request);
      else this.#states.take(line);
    }
  }
}

/** Embedded servers that can be killed. */
export const embeddedProcesses = (patience?: Patience): Servers => ({
  hub: (t) => new ProcessServer(t, false, patience),
  spoke: (t) => new ProcessServer(t, true, patience),
});
