import { GitSource, SOURCE_FINALIZER } from '../api/gitsource.js';
import { keyOf, splitKey } from '../api/meta.js';
import type { Logger } from '../control/log.js';
import { done, type Outcome } from '../control/outcome.js';
import { diff } from '../gitsource/diff.js';
import type { KubeClient } from '../kube/client.js';
import { commit } from '../kube/commit.js';
import { removeObject } from './source-apply.js';

/** Removes what a deleted source has put on the hub, if its policy says so, and then lets it go. */
export async function finalizeSource(
  { client, log }: { readonly client: KubeClient; readonly log: Logger },
  cached: GitSource,
  signal: AbortSignal,
): Promise<Outcome> {
  const key = keyOf(cached);
  // The cache may be behind the inventory; what it lacks would be left behind for ever.
  const source = await client.get(GitSource, splitKey(key), signal);
  if (!source?.metadata.finalizers?.includes(SOURCE_FINALIZER)) return done;
  const inventory = source.spec.deletionPolicy === 'Delete' ? diff(source.status?.inventory ?? [], []).prune : [];
  for (const entry of inventory) {
    if (entry.kind === 'Namespace' && entry.name === source.metadata.namespace) continue;
    await removeObject({ reader: client, writer: client }, entry, key, signal);
  }
  await setFinalizer(client, source, { wanted: false, signal });
  log.info('a source was deleted', { key, removed: inventory.length });
  return done;
}

/** Only a source that has to clean up may keep its own deletion waiting. */
export async function keepFinalizer(client: KubeClient, source: GitSource, signal: AbortSignal): Promise<GitSource> {
  const wanted = source.spec.deletionPolicy === 'Delete';
  const has = source.metadata.finalizers?.includes(SOURCE_FINALIZER) ?? false;
  return has === wanted ? source : await setFinalizer(client, source, { wanted, signal });
}

function setFinalizer(
  client: KubeClient,
  source: GitSource,
  { wanted, signal }: { readonly wanted: boolean; readonly signal: AbortSignal },
): Promise<GitSource> {
  const others = (source.metadata.finalizers ?? []).filter((one) => one !== SOURCE_FINALIZER);
  const finalizers = wanted ? [...others, SOURCE_FINALIZER] : others;
  return commit(client, GitSource, source, { ...source, metadata: { ...source.metadata, finalizers } }, { signal });
}
