import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import type { Logger } from '../control/log.js';
import { redact } from '../control/redact.js';
import { Answers, type Readers } from './answers.js';
import { authenticate, authorize, type Token } from './bearer.js';
import { parseQuestion } from './question.js';
import { Refusal } from './refusal.js';

export interface GeneratorOptions {
  readonly readers: Readers;
  /** Asked at every request, so that a rotated token counts at once. */
  readonly tokens: () => readonly Token[];
  /** Where Argo CD keeps its cluster Secrets, and where placements are looked for when the question names no namespace. */
  readonly argoNamespace: string;
  readonly now: () => Date;
  readonly log: Logger;
}

export interface Generator {
  readonly url: string;
  /** Lets running answers finish, then closes every connection. */
  close(): Promise<void>;
}

export const PATH = '/api/v1/getparams.execute';
const BODY_LIMIT = '64kb';
// The controller keeps idle connections for 90 s and never repeats a POST: a connection we close first can cost it 3 minutes.
const KEEP_ALIVE_MS = 120_000;
const CLOSE_GRACE_MS = 2_000;

/** Listens at `host:port`; port 0 takes a free one. */
export async function startGenerator(
  options: GeneratorOptions,
  listen: { readonly host: string; readonly port: number },
): Promise<Generator> {
  const server = createServer(generatorApp(options));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 10_000;
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A listening TCP server has an address with a port.
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** 2xx only for a complete, known answer; every refusal is a JSON object with `message`. */
export function generatorApp({ readers, tokens, argoNamespace, now, log }: GeneratorOptions): Express {
  const answers = new Answers(readers, argoNamespace, () => now().getTime());
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/healthz', (_, response) => sendJson(response, 200, Buffer.from('{"status":"ok"}')));
  app.get('/readyz', (_, response) => {
    if (!answers.synced) throw new Refusal(503, 'not ready: the first complete read of placements has not finished');
    sendJson(response, 200, Buffer.from('{"status":"ok"}'));
  });
  app.post(
    PATH,
    (request, _, next) => {
      // Before the body is read: a stranger's megabytes are not parsed.
      authenticate(request.headers.authorization, tokens());
      next();
    },
    express.json({ limit: BODY_LIMIT, type: () => true, strict: true }),
    (request, response) => {
      const question = parseQuestion(request.body, argoNamespace);
      authorize(authenticate(request.headers.authorization, tokens()), question.namespace);
      sendJson(response, 200, answers.answer(question));
    },
  );
  app.use((request, response) => {
    const known = request.path === PATH;
    if (known) response.set('Allow', 'POST');
    refuse(response, known ? 405 : 404, known ? `use POST ${PATH}` : `unknown path, use POST ${PATH}`);
  });
  app.use(errorHandler(log));
  return app;
}

function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const status = statusOf(error);
    const message = status < 500 || error instanceof Refusal ? messageOf(error) : 'internal error, see the log';
    if (status === 500) log.error('answering an ApplicationSet failed', { error });
    else log.info('refused an ApplicationSet', { status, message });
    refuse(response, status, message);
  };
}

/** Errors of the body parser carry a status; an ApplicationSet must never see a 2xx for one. */
function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

const messageOf = (error: unknown): string => redact(error instanceof Error ? error.message : String(error));

const MAX_MESSAGE = 500;

const refuse = (response: Response, status: number, message: string): void =>
  sendJson(response, status, Buffer.from(JSON.stringify({ message: message.slice(0, MAX_MESSAGE) })));

/** Always with Content-Length: a 200 whose connection breaks must not look like an empty answer. */
function sendJson(response: Response, status: number, body: Buffer): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}
