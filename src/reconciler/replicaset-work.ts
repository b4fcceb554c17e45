import { createHash } from 'node:crypto';
import { REVISION_ANNOTATION } from '../api/gitsource.js';
import { type ManifestWorkReplicaSet, PLACEMENT_NAME_LABEL, REPLICA_SET_LABEL } from '../api/replica-set.js';
import type { ManifestWork, ManifestWorkSpec } from '../api/work.js';
import { equalJson } from '../apimachinery/json.js';

const MAX_LABEL_VALUE = 63;
const MAX_NAME_BASE = 58;
// The letters Kubernetes makes generated names of: no vowels, no digits that look like letters.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Value of the owner label on every work of the set. */
export const ownerOf = ({ metadata }: Pick<ManifestWorkReplicaSet, 'metadata'>): string =>
  `${metadata.namespace}.${metadata.name}`;

/** The key of the set a work belongs to; namespaces hold no dot. */
export function ownerKeyOf({ metadata }: ManifestWork): string | undefined {
  const owner = metadata.labels?.[REPLICA_SET_LABEL];
  const dot = owner?.indexOf('.') ?? -1;
  return owner && dot > 0 ? `${owner.slice(0, dot)}/${owner.slice(dot + 1)}` : undefined;
}

export const isOwnerTooLong = (set: ManifestWorkReplicaSet): boolean => ownerOf(set).length > MAX_LABEL_VALUE;

const labelsFor = (set: ManifestWorkReplicaSet, placement: string): Record<string, string> => ({
  ...set.metadata.labels,
  [REPLICA_SET_LABEL]: ownerOf(set),
  [PLACEMENT_NAME_LABEL]: placement,
});

/**
 * Looks like a generated name, but is the same each time: a work that was created just before a crash or a stale read
 * is found instead of created twice. `attempt` changes it, should another object have the name.
 */
export function workName(set: ManifestWorkReplicaSet, cluster: string, attempt: number): string {
  const hash = createHash('sha256')
    .update(`${ownerOf(set)}/${cluster}/${attempt}`)
    .digest();
  const suffix = [...hash.subarray(0, 5)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${set.metadata.name.slice(0, MAX_NAME_BASE)}${suffix}`;
}

export const newWork = (
  set: ManifestWorkReplicaSet,
  cluster: string,
  placement: string,
  attempt: number,
): ManifestWork => ({
  apiVersion: 'work.open-cluster-management.io/v1',
  kind: 'ManifestWork',
  metadata: {
    namespace: cluster,
    name: workName(set, cluster, attempt),
    labels: labelsFor(set, placement),
    ...revisionOf(set),
  },
  spec: templateOf(set),
});

/** As upstream does it, labels become those of the set and annotations go; ours says which commit the template came from. */
export function updatedWork(work: ManifestWork, set: ManifestWorkReplicaSet, placement: string): ManifestWork {
  const { annotations: _, ...kept } = work.metadata;
  const metadata = { ...kept, labels: labelsFor(set, placement), ...revisionOf(set) };
  return { ...work, metadata, spec: templateOf(set) };
}

/** Of a set that came from Git: while a rollout is under way, its works name different commits. */
function revisionOf({ metadata }: ManifestWorkReplicaSet): { annotations?: Record<string, string> } {
  const revision = metadata.annotations?.[REVISION_ANNOTATION];
  return revision === undefined ? {} : { annotations: { [REVISION_ANNOTATION]: revision } };
}

export const relabelledWork = (work: ManifestWork, placement: string): ManifestWork => ({
  ...work,
  metadata: { ...work.metadata, labels: { ...work.metadata.labels, [PLACEMENT_NAME_LABEL]: placement } },
});

export const carriesTemplate = (work: ManifestWork, set: ManifestWorkReplicaSet): boolean =>
  equalJson(comparable(work.spec ?? {}), comparable(templateOf(set)));

const templateOf = (set: ManifestWorkReplicaSet): ManifestWorkSpec => set.spec?.manifestWorkTemplate ?? {};

/** Some writers leave `creationTimestamp: null` in manifests; it says nothing. */
function comparable(spec: ManifestWorkSpec): unknown {
  if (!JSON.stringify(spec).includes('"creationTimestamp":null')) return spec;
  const clean = (key: string, value: unknown): unknown =>
    key === 'creationTimestamp' && value === null ? undefined : value;
  return JSON.parse(JSON.stringify(spec, clean));
}
