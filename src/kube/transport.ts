import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Agent, Dispatcher } from 'undici';
import undiciRequest from 'undici/lib/api/api-request.js';
import UndiciAgent from 'undici/lib/dispatcher/agent.js';
import { TransientError } from '../control/errors.js';
import { redact } from '../control/redact.js';
import type { CredentialSource, Credentials } from './credentials.js';

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** A watch: no repeats, own connection, silence allowed for `idleMs`. */
  readonly stream?: { readonly idleMs: number };
}

export type Reply = Dispatcher.ResponseData;

export interface TransportOptions {
  readonly server: string;
  readonly credentials: CredentialSource;
  readonly proxyUrl?: string | undefined;
  readonly random: () => number;
  readonly maxConnections: number;
  /** Without a byte of its answer for this long a call is given up; whether it was carried out is then unknown. */
  readonly callTimeoutMs: number;
  /** Asked just before each request that is not a GET leaves. */
  readonly mayWrite: () => boolean;
}

const MAX_ATTEMPTS = 5;
const MAX_RETRY_AFTER_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
const STREAM_HEADERS_TIMEOUT_MS = 30_000;
// Nothing of the request reached the server.
const NEVER_SENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
const CUT_OFF: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

interface Pools {
  readonly tls: Credentials['tls'];
  readonly calls: Dispatcher;
  /** Without a limit of connections: each watch holds one for minutes, and calls must never wait for them. */
  readonly streams: Dispatcher;
}

/** Pooled HTTP to one API server. Repeats only what cannot be done twice by repeating. */
export class Transport {
  readonly #options: TransportOptions;
  #pools: Promise<Pools> | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Resolves with any answer, refusals too; the caller must consume or destroy its body. */
  async send(exchange: Exchange): Promise<Reply> {
    if (exchange.signal) setMaxListeners(0, exchange.signal);
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      let waitMs: number | undefined;
      try {
        const reply = await this.#once(exchange, renewed && attempt === 2);
        const unauthorized = reply.statusCode === 401 && !renewed;
        waitMs = unauthorized ? 0 : retryAfterMs(reply);
        if (waitMs === undefined || exchange.stream || attempt === MAX_ATTEMPTS) return reply;
        if (unauthorized) renewed = true;
        await reply.body.dump();
      } catch (error) {
        exchange.signal?.throwIfAborted();
        if (exchange.stream || attempt === MAX_ATTEMPTS || !mayRepeat(exchange, error))
          throw this.#failed(exchange, error);
        waitMs = 50 * 2 ** attempt * (0.5 + this.#options.random());
      }
      await delay(waitMs, undefined, { signal: exchange.signal });
    }
  }

  async close(): Promise<void> {
    const pools = await this.#pools;
    await Promise.all([pools?.calls.destroy(), pools?.streams.destroy()]);
  }

  async #once({ method, path, headers, body, signal, stream }: Exchange, fresh: boolean): Promise<Reply> {
    const { callTimeoutMs, mayWrite } = this.#options;
    const credentials = await this.#options.credentials(fresh);
    const pools = await this.#poolsFor(credentials.tls);
    if (method !== 'GET' && !mayWrite()) throw new Error('not sent, another one may lead by now');
    return undiciRequest.call(stream ? pools.streams : pools.calls, {
      origin: this.#origin,
      method,
      path: this.#prefix + path,
      headers: { ...credentials.headers, ...headers },
      body: body ?? null,
      // undici would close the connection after every DELETE with a body; API servers read it.
      reset: false,
      signal: signal ?? null,
      headersTimeout: stream ? Math.min(STREAM_HEADERS_TIMEOUT_MS, callTimeoutMs) : callTimeoutMs,
      bodyTimeout: stream ? stream.idleMs : callTimeoutMs,
    });
  }

  get #origin(): string {
    return new URL(this.#options.server).origin;
  }

  /** Servers behind a proxy may live under a path. */
  get #prefix(): string {
    return new URL(this.#options.server).pathname.replace(/\/$/, '');
  }

  /** New certificates need new connections; the old ones finish what they carry. */
  async #poolsFor(tls: Credentials['tls']): Promise<Pools> {
    const known = this.#pools;
    const current = await known;
    // Calls that started together must not make pools of their own.
    if (this.#pools !== known) return this.#poolsFor(tls);
    if (current && sameTls(current.tls, tls)) return current;
    const made = createPools(tls, this.#options);
    this.#pools = made;
    if (current) for (const pool of [current.calls, current.streams]) void pool.close();
    return made;
  }

  #failed({ method, path }: Exchange, error: unknown): TransientError {
    const reason = error instanceof Error ? error.message || codeOf(error) : String(error);
    const [resource] = path.split('?');
    return new TransientError(redact(`${method} ${this.#options.server}${resource}: ${reason}`), { cause: error });
  }
}

async function createPools(
  tls: Credentials['tls'],
  { proxyUrl, maxConnections: connections, callTimeoutMs }: TransportOptions,
): Promise<Pools> {
  const timeout = Math.min(CONNECT_TIMEOUT_MS, callTimeoutMs);
  const shared: Agent.Options = {
    connect: { ...tls, keepAlive: true, keepAliveInitialDelay: 30_000, timeout, ALPNProtocols: ['http/1.1'] },
    keepAliveTimeout: 60_000,
    allowH2: false,
  };
  if (!proxyUrl) {
    return { tls, calls: new UndiciAgent({ ...shared, connections }), streams: new UndiciAgent(shared) };
  }
  const { ProxyAgent } = await import('undici');
  const proxied = { uri: proxyUrl, requestTls: { ...tls } };
  return { tls, calls: new ProxyAgent({ ...proxied, connections }), streams: new ProxyAgent(proxied) };
}

const sameTls = (a: Credentials['tls'], b: Credentials['tls']): boolean =>
  a.cert === b.cert && a.key === b.key && a.ca === b.ca;

/** Undefined when the answer is final. Only a server that says when to come back is asked again. */
function retryAfterMs({ statusCode, headers }: Reply): number | undefined {
  if (statusCode !== 429 && statusCode !== 503) return undefined;
  const seconds = Number(headers['retry-after']);
  if (headers['retry-after'] === undefined || !(seconds >= 0)) return undefined;
  const ms = seconds * 1000;
  return ms <= MAX_RETRY_AFTER_MS ? ms : undefined;
}

function mayRepeat({ method }: Exchange, error: unknown): boolean {
  const code = codeOf(error);
  return NEVER_SENT.has(code) || ((method === 'GET' || method === 'DELETE') && CUT_OFF.has(code));
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
