import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Secret } from '../../src/api/core.js';
import { silentLogger } from '../../src/control/log.js';
import { signatureOf } from '../../src/gitsource/webhook.js';
import type { KubeClient } from '../../src/kube/client.js';
import { freePorts } from '../real/guarded.js';
import { until } from './dev-process.js';
import { GENERATOR_TOKEN, startRegistration } from './loops.js';
import { AGENT_USER, agentUser, HUB_USER, SOURCE } from './manifests.js';
import type { Running } from './running.js';
import type { FleetServer, Part } from './server.js';

/** Name of the Secret of the webhook. */
export const WEBHOOK_SECRET = 'hook';
const WEBHOOK_TOKEN = 'canary-webhook-token-91d0';

/** One `placet` command as a process, on the same ports each time it is started. */
class Command implements Part {
  readonly name: string;
  readonly #args: readonly string[];
  readonly #ready: string;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(name: string, args: readonly string[], metricsPort: number) {
    this.name = name;
    const address = `127.0.0.1:${metricsPort}`;
    this.#args = [...args, '--metrics-addr', address];
    this.#ready = `http://${address}/readyz`;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['dist/src/cli/main.js', ...this.#args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#child = child;
    await until(`${this.name} to be ready`, () => this.#isReady()).catch((cause: unknown) => {
      throw new Error(`${this.name} is not ready:\n${this.#output}`, { cause });
    });
  }

  async #isReady(): Promise<boolean> {
    if (this.#child?.exitCode !== null) throw new Error(`${this.name} ended with ${this.#child?.exitCode}`);
    try {
      return (await fetch(this.#ready)).ok;
    } catch {
      // It does not listen yet.
      return false;
    }
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** As Kubernetes does; whoever drains ends with 0. */
  async stop(): Promise<void> {
    const code = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`${this.name} ended with ${code} on SIGTERM:\n${this.#output}`);
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return 0;
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.kill(signal);
    return await ended;
  }
}

export interface ProcessesOptions {
  readonly hub: FleetServer;
  readonly spokes: ReadonlyMap<string, FleetServer>;
  /** For what the hub keeps of repositories. */
  readonly folder: string;
  readonly repositoryUrl: string;
}

/** Hub and agents as a production runs them: `placet hub` and `placet agent`, with the kubeconfigs of their accounts. */
export async function startProcesses(options: ProcessesOptions): Promise<Running> {
  const { hub: server, spokes } = options;
  await installTokens(await server.client());
  const [generator = 0, webhook = 0, metrics = 0, ...agentPorts] = await freePorts(3 + spokes.size);
  const hub = new Command('placet hub', await hubArguments(options, generator, webhook), metrics);
  const agents: Command[] = [];
  for (const [cluster, spoke] of spokes) {
    const hubConfig = await server.kubeconfig(agentUser(cluster));
    const spokeConfig = await spoke.kubeconfig(AGENT_USER);
    const args = ['agent', '--cluster-name', cluster, '--hub-kubeconfig', hubConfig, '--spoke-kubeconfig', spokeConfig];
    agents.push(new Command(`placet agent ${cluster}`, args, agentPorts[agents.length] ?? 0));
  }
  const abort = new AbortController();
  const client: Parameters<typeof startRegistration>[0]['client'] = (_, user) => server.client(user);
  const registration = await startRegistration({ client, log: silentLogger }, abort.signal);
  const parts = [hub, ...agents];
  const stop = async (): Promise<void> => {
    abort.abort();
    await Promise.all([registration.stopped, ...parts.map((part) => part.stop())]);
  };
  await Promise.all(parts.map((part) => part.start())).catch(async (error: unknown) => {
    await Promise.all(parts.map((part) => part.kill()));
    throw error;
  });
  const webhookUrl = `http://127.0.0.1:${webhook}`;
  return {
    generatorUrl: `http://127.0.0.1:${generator}`,
    webhookUrl,
    metricsUrl: `http://127.0.0.1:${metrics}`,
    parts,
    quietLooks: 25,
    look: () => announce(webhookUrl, options.repositoryUrl),
    isIdle: () => true,
    stop,
  };
}

async function installTokens(admin: KubeClient): Promise<void> {
  const secret = async (name: string, token: string): Promise<void> => {
    const metadata = { name, namespace: SOURCE.namespace };
    const data = { token: Buffer.from(token).toString('base64') };
    await admin.apply(Secret, { apiVersion: 'v1', kind: 'Secret', metadata, data } as Secret, {
      fieldManager: 'test',
      force: true,
    });
  };
  await secret('placet-generator', GENERATOR_TOKEN);
  await secret(WEBHOOK_SECRET, WEBHOOK_TOKEN);
}

async function hubArguments({ hub, folder }: ProcessesOptions, generator: number, webhook: number): Promise<string[]> {
  return [
    'hub',
    ...['--kubeconfig', await hub.kubeconfig(HUB_USER)],
    ...['--generator-addr', `127.0.0.1:${generator}`],
    ...['--webhook-addr', `127.0.0.1:${webhook}`],
    ...['--cache-dir', join(folder, 'checkouts')],
    '--allow-local-git',
  ];
}

/** A Git host does not wait for the answer; a hub that misses a push finds it at its next poll. */
function announce(webhookUrl: string, url: string): void {
  const body = JSON.stringify({ url });
  const headers = { 'content-type': 'application/json', 'x-signature': signatureOf(Buffer.from(body), WEBHOOK_TOKEN) };
  fetch(`${webhookUrl}/hooks/generic`, { method: 'POST', headers, body }).catch(() => undefined);
}
