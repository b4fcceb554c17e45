import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isJsonObject } from '../apimachinery/json.js';
import { keepSecret } from '../control/redact.js';

/** What a push told us. Only a hint where to look: what is true is asked of the Git host. */
export interface Push {
  /** As the sender wrote it. */
  readonly url: string;
  /** `refs/heads/…` or `refs/tags/…`; undefined when the sender did not say. */
  readonly ref?: string;
}

/** The value of `X-Signature` for a body: what a sender has to compute. */
export const signatureOf = (body: Uint8Array, token: string): string =>
  `sha256=${createHmac('sha256', token).update(body).digest('hex')}`;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Digests have equal lengths, so the comparison takes the same time whatever was sent. */
const equal = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

export const isSignature = (header: string | undefined): header is string =>
  header !== undefined && /^sha256=[0-9a-f]{64}$/i.test(header);

/** Whether the body was signed with one of the tokens. Every token is tried, so that time tells nothing. */
export function isSignedBy(body: Uint8Array, header: string, tokens: readonly string[]): boolean {
  return tokens.reduce((found, token) => equal(signatureOf(body, token), header.toLowerCase()) || found, false);
}

/** `token`, and `token.previous` while a rotation lasts, from the `data` of a Secret (base64). Empty ones do not count. */
export function webhookTokens(data: Readonly<Record<string, string>> | undefined): string[] {
  return ['token', 'token.previous'].flatMap((key) => {
    const token = Buffer.from(data?.[key] ?? '', 'base64')
      .toString('utf8')
      .trim();
    keepSecret(token);
    return token === '' ? [] : [token];
  });
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/**
 * The body of the generic webhook: `{"url": "https://…", "ref": "refs/heads/main"}`. `repository` may stand for `url`,
 * as text or as an object with `url`; `ref` may be absent. Undefined when it is anything else.
 */
export function parsePush(body: Uint8Array): Push | undefined {
  const value = parseJson(body);
  if (!isJsonObject(value)) return undefined;
  const { repository } = value;
  const url = text(value.url) ?? text(isJsonObject(repository) ? repository.url : repository);
  const ref = text(value.ref);
  if (url === undefined || (value.ref !== undefined && ref === undefined)) return undefined;
  return { url, ...(ref === undefined ? {} : { ref }) };
}

const parseJson = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
};
