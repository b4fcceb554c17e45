import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import { createPki } from '../../src/apiserver/pki.js';
import { PATH } from './temporary-repository.js';

export interface GitServer {
  readonly url: string;
  readonly ca: string;
  /** Every Authorization header that was sent. */
  readonly authorizations: string[];
  readonly paths: string[];
}

/** git's own smart HTTP backend behind TLS; answers 401 unless `authorization` was sent. */
export async function startGitServer(
  t: ExecutionContext,
  root: string,
  options: {
    readonly authorization?: string;
    readonly redirectTo?: string;
    readonly hang?: boolean;
    readonly status?: number;
  } = {},
): Promise<GitServer> {
  const pki = await createPki();
  const { certificate: cert, key } = await pki.serverCertificate(['localhost']);
  const authorizations: string[] = [];
  const paths: string[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    paths.push(request.url ?? '');
    const { authorization } = request.headers;
    if (authorization) authorizations.push(authorization);
    if (options.hang) return;
    if (options.status) return void response.writeHead(options.status).end();
    if (options.redirectTo) return void response.writeHead(302, { location: options.redirectTo }).end();
    if (options.authorization && authorization !== options.authorization) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    }
    backend(root, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}`, ca: pki.caCertificate, authorizations, paths };
}

function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'https://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
    },
  });
  // A git that refuses without reading the request says so in its answer.
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const headers = output
      .toString('latin1', 0, end)
      .split('\r\n')
      .map((line) => line.split(': '));
    const status = Number(headers.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'Status')));
    response.end(output.subarray(end + 4));
  });
}
