import type { Media } from './media.js';

/** An object reduced to its metadata. */
export const metadataOf = ({ metadata }: { readonly metadata: unknown }, { version }: Media) => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
});
