import express, { type Express, type Request, type Response } from 'express';
import type { GitSource } from '../api/gitsource.js';
import { keyOf } from '../api/meta.js';
import type { Logger } from '../control/log.js';
import { createRate } from './rate.js';
import { parseRepositoryUrl } from './repository-url.js';
import { isSignature, isSignedBy, type Push, parsePush } from './webhook.js';

export interface WebhookOptions {
  readonly sources: () => readonly GitSource[];
  /** The tokens that may sign pushes for a source; see `webhookTokens`. */
  readonly secretsOf: (source: GitSource) => Promise<readonly string[]>;
  /** Told once per source and accepted push, `afterMs` from now when the source is pushed to too often. */
  readonly onHit: (key: string, afterMs: number) => void;
  readonly log: Logger;
  /** Milliseconds. */
  readonly now: () => number;
}

const MAX_BODY_BYTES = 1024 * 1024;
const BODY_TIMEOUT_MS = 10_000;
const MAX_DELIVERIES = 10_000;

type Refusal = readonly [status: number, message: string];

/** `POST /hooks/generic`. Answers 202 when a signature fits a source, whatever the payload then leads to. */
export function webhookReceiver(options: WebhookOptions): Express {
  const failures = createRate({ burst: 50, perSecond: 5, now: options.now });
  const hits = createRate({ burst: 60, perSecond: 10, now: options.now });
  const deliveries = new Set<string>();

  const receive = async (request: Request): Promise<Refusal> => {
    const header = request.get('x-signature');
    if (!isSignature(header)) return [401, 'the header X-Signature: sha256=<hex> is missing'];
    const body = await bodyOf(request);
    if (!Buffer.isBuffer(body)) return body;
    const signed = await signedSources(options, body, header);
    if (signed.length === 0) {
      return failures.waitMs(request.ip ?? '') > 0
        ? [429, 'too many unsigned requests']
        : [401, 'no source has this signature'];
    }
    const delivery = request.get('x-delivery-id');
    if (delivery !== undefined && isRepeated(deliveries, delivery.slice(0, 128))) return [202, 'delivered before'];
    const push = parsePush(body);
    if (!push) return [400, 'the body must be JSON such as {"url": "https://…", "ref": "refs/heads/main"}'];
    const keys = signed.filter((source) => isMeant(source, push)).map(keyOf);
    for (const key of keys) options.onHit(key, hits.waitMs(key));
    return [202, `${keys.length} sources asked to look`];
  };

  const app = express();
  app.disable('x-powered-by');
  app.post('/hooks/generic', async (request: Request, response: Response) => {
    const [status, message] = await receive(request).catch((error: unknown): Refusal => {
      options.log.warn('a webhook failed', { error });
      return [500, 'the webhook could not be handled'];
    });
    // A body that was refused unread would otherwise be taken for the next request of the connection.
    if (!request.readableEnded) response.set('connection', 'close');
    response.status(status).json({ message });
    if (!request.readableEnded) response.once('finish', () => request.destroy());
  });
  return app;
}

/** Counts while it streams: a body over the limit is never held in memory. */
const bodyOf = (request: Request): Promise<Buffer | Refusal> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (result: Buffer | Refusal): void => {
      clearTimeout(timer);
      request.pause().removeAllListeners('data');
      resolve(result);
    };
    const timer = setTimeout(() => finish([408, 'the body did not arrive in time']), BODY_TIMEOUT_MS);
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) finish([413, `the body is larger than ${MAX_BODY_BYTES} bytes`]);
      else chunks.push(chunk);
    });
    request.once('end', () => finish(Buffer.concat(chunks)));
    request.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });

const signedSources = async (
  { sources, secretsOf, log }: WebhookOptions,
  body: Buffer,
  header: string,
): Promise<GitSource[]> => {
  const candidates = sources().filter(({ spec }) => spec.webhook !== undefined);
  const verdicts = new Map<string, boolean>();
  const isSigned = (token: string): boolean => {
    const verdict = verdicts.get(token) ?? isSignedBy(body, header, [token]);
    verdicts.set(token, verdict);
    return verdict;
  };
  const checked = await Promise.all(
    candidates.map(async (source) => {
      const tokens = await secretsOf(source).catch((error: unknown) => {
        log.warn('cannot read the webhook secret', { source: keyOf(source), error });
        return [];
      });
      return tokens.map(isSigned).includes(true) ? [source] : [];
    }),
  );
  return checked.flat();
};

const isRepeated = (deliveries: Set<string>, id: string): boolean => {
  if (deliveries.has(id)) return true;
  deliveries.add(id);
  for (const oldest of deliveries) {
    if (deliveries.size <= MAX_DELIVERIES) break;
    deliveries.delete(oldest);
  }
  return false;
};

const normal = (url: string): string | undefined => {
  try {
    return parseRepositoryUrl(url, { allowLocal: true }).text;
  } catch {
    return undefined;
  }
};

/** The same repository, and a ref the source may be following. */
export function isMeant({ spec }: GitSource, { url, ref }: Push): boolean {
  const wanted = normal(spec.url);
  if (wanted === undefined || wanted !== normal(url)) return false;
  if (ref === undefined) return true;
  const { branch, tag, semver } = spec.ref;
  if (branch !== undefined) return ref === `refs/heads/${branch}`;
  if (tag !== undefined) return ref === `refs/tags/${tag}`;
  return semver !== undefined && ref.startsWith('refs/tags/');
}
