import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { KubeClient } from '../../src/kube/client.js';
import { type ConnectOptions, connect } from '../../src/kube/connect.js';

export type Step = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface ScriptedServer {
  readonly url: string;
  /** `METHOD path`, in order of arrival. */
  readonly requests: string[];
  readonly headers: IncomingMessage['headers'][];
  readonly bodies: string[];
  readonly connections: number;
  client(options?: Partial<ConnectOptions>, user?: object): Promise<KubeClient>;
}

/** A network with faults: answers the n-th request with the n-th step, the last step again and again. */
export async function scriptedServer(t: ExecutionContext, ...steps: Step[]): Promise<ScriptedServer> {
  const seen: Pick<ScriptedServer, 'requests' | 'headers' | 'bodies'> = { requests: [], headers: [], bodies: [] };
  const sockets = new Set<Socket>();
  let connections = 0;
  let count = 0;
  const server = createServer(async (request, response) => {
    const step = steps[Math.min(count, steps.length - 1)]!;
    count += 1;
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.requests.push(`${request.method} ${request.url}`);
    seen.headers.push(request.headers);
    seen.bodies.push(body);
    step(request, response, body);
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    ...seen,
    get connections() {
      return connections;
    },
    client: async (options = {}, user = { token: 'scripted-token' }) => {
      const client = await connect({ kubeconfig: await kubeconfigFor(url, user), userAgent: 'test', ...options });
      t.teardown(() => client.close());
      return client;
    },
  };
}

export async function kubeconfigFor(server: string, user: object): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'placet-kube-')), 'kubeconfig');
  await writeFile(
    path,
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 's', user: 'u' } }],
      clusters: [{ name: 's', cluster: { server } }],
      users: [{ name: 'u', user }],
    }),
  );
  return path;
}

export const answer =
  (code: number, body: unknown, headers: Record<string, string> = {}): Step =>
  (_, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

export const hangUp: Step = (request) => request.socket.destroy();

/** A watch that sends these events and then stays open, ends, or is cut. */
export const stream =
  (events: readonly unknown[], then: 'stay' | 'end' | 'cut' = 'stay'): Step =>
  (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const event of events) response.write(typeof event === 'string' ? event : `${JSON.stringify(event)}\n`);
    if (then === 'end') response.end();
    if (then === 'cut') setImmediate(() => request.socket.destroy());
  };
