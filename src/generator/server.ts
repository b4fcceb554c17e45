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

export const PATH = '/api/v1/getparams.execute';
const BODY_LIMIT = '64kb';

/**
 * 2xx only for a complete, known answer; every refusal is a JSON object with `message`. Whoever listens must keep idle
 * connections for more than 90 s: Argo CD does, never repeats a POST, and freezes a set for 3 minutes after a broken one.
 */
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
