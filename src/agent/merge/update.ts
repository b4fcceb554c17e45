import type { Unstructured } from '../../api/meta.js';
import { contains } from '../../apimachinery/json.js';
import { digestOf } from '../digest.js';
import { isContentOf } from './managers.js';
import { mergedMetadata, newMetadata, type Ownership } from './metadata.js';
import { type Content, completed, foldedSecret, mergeFor } from './typed.js';

/** What the Update strategy does about a live object. */
export type UpdatePlan =
  | { readonly kind: 'keep' }
  | { readonly kind: 'update'; readonly object: Unstructured }
  | { readonly kind: 'recreate'; readonly object: Unstructured };

const defined = (content: Content): Content =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));

const contentOf = ({ metadata: _m, status: _s, ...content }: Unstructured): Content => content;

/** The object to send when there is none yet. */
export function newObject(manifest: Unstructured, ownership: Ownership): Unstructured {
  const required = completed(
    manifest.apiVersion === 'v1' && manifest.kind === 'Secret' ? foldedSecret(manifest) : manifest,
  );
  return { ...required, metadata: newMetadata(required.metadata, ownership) };
}

/**
 * Kinds OCM knows are merged by their rules; the content of every other kind is replaced. Pure; may throw on a
 * contradictory manifest. `sentBy` is the manager that has sent this very manifest before, if one has: what it has left
 * and the server has completed would only be written again.
 */
export function planUpdate(
  manifest: Unstructured,
  live: Unstructured,
  ownership: Ownership,
  sentBy?: string,
): UpdatePlan {
  const required = completed(manifest);
  const metadata = mergedMetadata(required.metadata, live.metadata, ownership);
  const merged = mergeFor(required)?.(required, live);
  if (merged === 'recreate') return { kind: 'recreate', object: newObject(manifest, ownership) };
  const { metadata: liveMetadata, ...liveRest } = live;
  const next: Unstructured =
    merged === undefined
      ? { ...contentOf(required), apiVersion: required.apiVersion, kind: required.kind, metadata }
      : {
          ...defined({ ...liveRest, ...merged.content }),
          apiVersion: live.apiVersion,
          kind: live.kind,
          metadata,
        };
  const { managedFields: _m, ...comparable } = liveMetadata;
  const isSame = digestOf(contentOf(next)) === digestOf(contentOf(live));
  const isLeft = (): boolean =>
    sentBy !== undefined && merged === undefined && contains(live, contentOf(required)) && isContentOf(live, sentBy);
  return digestOf(metadata) === digestOf(comparable) && (isSame || isLeft())
    ? { kind: 'keep' }
    : { kind: 'update', object: next };
}
