import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../src/api/core.js';
import type { User } from '../../src/apiserver/identity.js';
import { silentLogger } from '../../src/control/log.js';
import { signatureOf } from '../../src/gitsource/webhook.js';
import type { KubeClient } from '../../src/kube/client.js';
import { Command } from './command.js';
import { freePorts } from './free-ports.js';
import { GENERATOR_TOKEN, startRegistration } from './loops.js';
import { AGENT_USER, agentUser, HUB_USER, SOURCE } from './manifests.js';
import type { Running } from './running.js';
import type { FleetServer } from './server.js';

/** Name of the Secret of the webhook. */
export const WEBHOOK_SECRET = 'hook';
const WEBHOOK_TOKEN = 'canary-webhook-token-91d0';

export interface ProcessesOptions {
  readonly hub: FleetServer;
  readonly spokes: ReadonlyMap<string, FleetServer>;
  /** For what the hub keeps of repositories. */
  readonly folder: string;
  readonly repositoryUrl: string;
  /** How many hubs; of several one leads. */
  readonly replicas: number;
}

/** Hub and agents as a production runs them: `placet hub` and `placet agent`, with tokens of their accounts. */
export async function startProcesses(options: ProcessesOptions): Promise<Running> {
  const { hub: server, repositoryUrl } = options;
  await installTokens(await server.client());
  const hubs = await Promise.all(Array.from({ length: options.replicas }, (_, index) => hubCommand(options, index)));
  const agents = await Promise.all([...options.spokes].map(([name, spoke]) => agentCommand(options, name, spoke)));
  const abort = new AbortController();
  const client: Parameters<typeof startRegistration>[0]['client'] = (_, user) => server.client(user);
  const registration = await startRegistration({ client, log: silentLogger }, abort.signal);
  const parts = [...hubs.map(({ command }) => command), ...agents];
  await Promise.all(parts.map((part) => part.start())).catch(async (error: unknown) => {
    await Promise.all(parts.map((part) => part.kill()));
    throw error;
  });
  return {
    replicas: hubs,
    parts,
    quietLooks: 25,
    look: (replica) => {
      for (const { webhookUrl } of replica ? [replica] : hubs) if (webhookUrl) announce(webhookUrl, repositoryUrl);
    },
    isIdle: () => true,
    stop: async () => {
      abort.abort();
      await Promise.all([registration.stopped, ...parts.map((part) => part.stop())]);
    },
  };
}

async function hubCommand({ hub, folder, replicas }: ProcessesOptions, index: number) {
  const [generator, webhook, metrics = 0] = (await freePorts(3)).map((port) => `127.0.0.1:${port}`);
  const args = [
    'hub',
    ...['--kubeconfig', await accountKubeconfig(hub, HUB_USER, folder)],
    ...['--generator-addr', `${generator}`],
    ...['--webhook-addr', `${webhook}`],
    ...['--cache-dir', join(folder, `checkouts-${index}`)],
    ...(replicas > 1 ? ['--leader-elect'] : []),
    '--allow-local-git',
  ];
  const name = replicas > 1 ? `placet hub ${index}` : 'placet hub';
  return {
    command: new Command(name, args, `${metrics}`),
    generatorUrl: `http://${generator}`,
    webhookUrl: `http://${webhook}`,
    metricsUrl: `http://${metrics}`,
  };
}

async function agentCommand({ hub, folder }: ProcessesOptions, cluster: string, spoke: FleetServer): Promise<Command> {
  const [port] = await freePorts(1);
  const args = [
    'agent',
    ...['--cluster-name', cluster],
    ...['--hub-kubeconfig', await hub.kubeconfig(agentUser(cluster))],
    ...['--spoke-kubeconfig', await accountKubeconfig(spoke, AGENT_USER, folder)],
  ];
  return new Command(`placet agent ${cluster}`, args, `127.0.0.1:${port}`);
}

/** With a token of the account itself, as a pod has it. */
async function accountKubeconfig(server: FleetServer, { name }: User, folder: string): Promise<string> {
  const [, , namespace, account] = name.split(':');
  const admin = await server.client();
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  const { status } = (await admin.request('POST', path, request)) as { readonly status: { readonly token: string } }; // a TokenRequest
  const template: unknown = JSON.parse(readFileSync(await server.kubeconfig(), 'utf8'));
  const [user] = (template as { readonly users: readonly { readonly name: string }[] }).users; // our own kubeconfig
  const file = join(folder, `${account}-${new URL(admin.server).port}.kubeconfig`);
  const users = [{ name: user?.name, user: { token: status.token } }];
  writeFileSync(file, JSON.stringify({ ...(template as object), users }), { mode: 0o600 });
  return file;
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

/** A Git host does not wait for the answer; a hub that misses a push finds it at its next poll. */
function announce(webhookUrl: string, url: string): void {
  const body = JSON.stringify({ url });
  const headers = { 'content-type': 'application/json', 'x-signature': signatureOf(Buffer.from(body), WEBHOOK_TOKEN) };
  fetch(`${webhookUrl}/hooks/generic`, { method: 'POST', headers, body }).catch(() => undefined);
}
