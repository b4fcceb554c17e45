import { ApiError, type Status } from './client.js';
import type { Reply } from './transport.js';

const MAX_TEXT = 400;

/** Reads the refusal's body to its end; proxies and load balancers answer with anything, servers with a Status. */
export async function refusalOf(method: string, path: string, reply: Reply): Promise<ApiError> {
  const text = await reply.body.text();
  const retryAfter = Number(reply.headers['retry-after']);
  const status = statusFrom(text) ?? {
    message: `${method} ${path.split('?')[0]}: HTTP ${reply.statusCode} ${text.slice(0, MAX_TEXT).trim()}`.trim(),
  };
  return new ApiError({
    ...status,
    code: reply.statusCode,
    ...(retryAfter >= 0 && reply.headers['retry-after'] !== undefined
      ? { details: { ...status.details, retryAfterSeconds: retryAfter } }
      : {}),
  });
}

function statusFrom(text: string): Status | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    // The kind says what it is; every member of a Status is optional.
    return typeof parsed === 'object' && parsed !== null && 'kind' in parsed && parsed.kind === 'Status'
      ? (parsed as Status)
      : undefined;
  } catch {
    return undefined;
  }
}
