import { type Answer, ok } from '../forms/answer.js';

const ROOTS: readonly string[] = ['healthz', 'livez', 'readyz'];
/** A server that answers has its store: it is opened before the first request. */
const CHECKS: readonly string[] = ['ping', 'store'];

/** `/healthz`, `/livez` and `/readyz`, whole or one check of them; undefined for any other path. */
export function healthAnswer(
  [root = '', check, ...more]: readonly string[],
  query: URLSearchParams,
): Answer | undefined {
  if (!ROOTS.includes(root) || more.length > 0) return undefined;
  if (check !== undefined) return CHECKS.includes(check) ? text('ok') : undefined;
  if (!query.has('verbose')) return text('ok');
  const excluded = query.getAll('exclude');
  const lines = CHECKS.map((name) => `[+]${name} ${excluded.includes(name) ? 'excluded: ' : ''}ok`);
  return text(`${[...lines, `${root} check passed`].join('\n')}\n`);
}

const text = (content: string): Answer => ok(Buffer.from(content), 'text/plain; charset=utf-8');
