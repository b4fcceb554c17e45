import { Secret } from '../api/core.js';
import { GitSource } from '../api/gitsource.js';
import { keepSecret } from '../control/redact.js';
import type { WebhookOptions } from '../gitsource/receiver.js';
import { webhookTokens } from '../gitsource/webhook.js';
import type { HubContext } from './loop.js';
import type { SourceLoop } from './source.js';

const TOKENS_KEPT_MS = 5_000;

/** Changed by a replica that does not lead, so that the leader looks at the repository at once. */
const REQUESTED_AT_ANNOTATION = 'placet.dev/requested-at';

/** What a webhook receiver needs to know of this hub's sources; `loop` is undefined where another replica leads. */
export function webhookSources(
  { client, caches, now, log }: Pick<HubContext, 'client' | 'caches' | 'now' | 'log'>,
  loop: () => SourceLoop | undefined,
): Pick<WebhookOptions, 'sources' | 'secretsOf' | 'onHit'> {
  const sources = caches.of(GitSource);
  const tokens = new Map<string, { readonly at: number; readonly list: Promise<readonly string[]> }>();

  const readTokens = async (namespace: string, name: string): Promise<readonly string[]> => {
    const secret = await client.get(Secret, { namespace, name });
    const found = webhookTokens(secret?.data);
    for (const token of found) keepSecret(token);
    return found;
  };

  const secretsOf = (source: GitSource): Promise<readonly string[]> => {
    const { namespace = '' } = source.metadata;
    const name = source.spec.webhook?.secretRef.name ?? '';
    const id = `${namespace}/${name}`;
    const known = tokens.get(id);
    if (known && performance.now() - known.at < TOKENS_KEPT_MS) return known.list;
    const list = readTokens(namespace, name);
    tokens.set(id, { at: performance.now(), list });
    return list;
  };

  const tellLeader = async (key: string): Promise<void> => {
    const source = sources.get(key);
    if (!source) return;
    const body = { metadata: { annotations: { [REQUESTED_AT_ANNOTATION]: now().toISOString() } } };
    await client.patch(GitSource, source.metadata, { type: 'merge', body }, { fieldManager: 'placet-webhook' });
  };

  return {
    sources: () => sources.list().filter(({ spec }) => spec.webhook),
    secretsOf,
    onHit: (key, afterMs) => {
      const running = loop();
      if (running) running.look(key, afterMs);
      else tellLeader(key).catch((error: unknown) => log.warn('the leader was not told of a push', { key, error }));
    },
  };
}
