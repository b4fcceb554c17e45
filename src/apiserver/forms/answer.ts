import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { warningHeaders } from '../warnings.js';
import { indented } from './indent.js';

/** What a request gets, watches aside. */
export interface Answer {
  readonly code: number;
  /** A Buffer is sent as it is, anything else as JSON. */
  readonly body: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ok = (body: unknown, contentType?: string): Answer => ({
  code: 200,
  body,
  ...(contentType ? { contentType } : {}),
});

/** For paths that belong to no API. */
export const NO_SUCH_PATH: Answer = {
  code: 404,
  body: Buffer.from('404 page not found\n'),
  contentType: 'text/plain; charset=utf-8',
};

/** For URLs with percent signs that escape nothing. */
export const BAD_URL: Answer = {
  code: 400,
  body: Buffer.from('400 Bad Request'),
  contentType: 'text/plain; charset=utf-8',
};

/** 304 for a client that has it already. */
export function tagged(ifNoneMatch: string | undefined, tag: string, answer: Answer): Answer {
  const headers = { ...answer.headers, ETag: `"${tag}"`, Vary: 'Accept' };
  const isKnown = ifNoneMatch?.split(',').some((one) => one.trim() === `"${tag}"`);
  return isKnown ? { code: 304, body: Buffer.alloc(0), headers } : { ...answer, headers };
}

const compress = promisify(gzip);
/** Below this, compressing costs more than it saves; kube-apiserver uses the same limit. */
const COMPRESS_FROM = 128 * 1024;

const JSON_TYPE = 'application/json';

export interface Delivery {
  readonly warnings: readonly string[];
  readonly acceptsGzip: boolean;
  /** JSON over several lines. */
  readonly pretty: boolean;
}

export async function send(
  response: ServerResponse,
  { code, body, contentType = JSON_TYPE, headers = {} }: Answer,
  { warnings, acceptsGzip, pretty }: Delivery,
): Promise<void> {
  const plain = Buffer.isBuffer(body) ? body : Buffer.from(`${JSON.stringify(body)}\n`);
  const bytes = pretty && contentType.startsWith(JSON_TYPE) ? Buffer.from(indented(plain.toString())) : plain;
  const small = !acceptsGzip || bytes.length < COMPRESS_FROM;
  const sent = small ? bytes : await compress(bytes, { level: constants.Z_BEST_SPEED });
  // What a client has keeps the type and the length it had.
  if (code === 304) {
    response.writeHead(code, headers).end();
    return;
  }
  response.writeHead(code, {
    'Content-Type': contentType,
    'Cache-Control': 'no-cache, private',
    ...(small ? {} : { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' }),
    ...(warnings.length === 0 ? {} : { Warning: [...warningHeaders(warnings)] }),
    ...headers,
    'Content-Length': sent.length,
  });
  response.end(sent);
}
