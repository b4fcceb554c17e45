import { createHash } from 'node:crypto';
import {
  CONTENT_ANNOTATION,
  type GitSource,
  type InventoryEntry,
  REVISION_ANNOTATION,
  SOURCE_ANNOTATION,
} from '../api/gitsource.js';
import { type KubeObject, keyOf } from '../api/meta.js';
import { contains } from '../apimachinery/json.js';
import { entryOf, idOf } from '../gitsource/diff.js';
import type { Problem } from '../gitsource/problem.js';
import type { Manifest } from '../gitsource/validate.js';

/** A manifest, what it is called, and by what its content is recognised on the hub. */
export interface Wanted {
  readonly id: string;
  readonly manifest: Manifest;
  readonly digest: string;
}

export const wantedOf = (manifest: Manifest): Wanted => ({
  id: idOf(entryOf(manifest)),
  manifest,
  digest: createHash('sha256').update(JSON.stringify(manifest.object)).digest('hex').slice(0, 16),
});

const annotationsOf = (object: KubeObject): Readonly<Record<string, string>> => object.metadata.annotations ?? {};

export const ownerOf = (object: KubeObject): string | undefined => annotationsOf(object)[SOURCE_ANNOTATION];

/** The object as it is applied: the repository's content, and where it came from. */
export function marked({ manifest, digest }: Wanted, source: string, revision: string): KubeObject {
  const { object } = manifest;
  const annotations = {
    ...annotationsOf(object),
    [SOURCE_ANNOTATION]: source,
    [REVISION_ANNOTATION]: revision,
    [CONTENT_ANNOTATION]: digest,
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Whether the hub has this content from this source already, and nobody has changed it since. */
export function isCurrent(live: KubeObject | undefined, { manifest, digest }: Wanted, source: string): boolean {
  if (!live || live.metadata.deletionTimestamp !== undefined) return false;
  if (ownerOf(live) !== source || annotationsOf(live)[CONTENT_ANNOTATION] !== digest) return false;
  return contains(live, manifest.object);
}

/** Another source that still claims an object. */
export type OwnerLookup = (id: string, live: KubeObject | undefined) => string | undefined;

export function ownershipProblems(
  wanted: readonly Wanted[],
  live: (id: string) => KubeObject | undefined,
  owner: OwnerLookup,
): Problem[] {
  return wanted.flatMap(({ id, manifest: { type, object, path, position } }) => {
    const other = owner(id, live(id));
    if (other === undefined) return [];
    const message = `${type.kind} ${keyOf(object)} belongs to GitSource ${other}; remove it from one of the two repositories`;
    return [{ path, ...position, message }];
  });
}

type Budget = NonNullable<GitSource['spec']['removalBudget']>;

const exceeds = (count: number, total: number, limit: number | string | undefined): boolean => {
  if (limit === undefined) return false;
  if (typeof limit === 'number') return count > limit;
  const percent = Number(limit.replace('%', ''));
  return count > Math.floor((total * percent) / 100);
};

export interface Removal {
  readonly entries: readonly InventoryEntry[];
  /** All objects of the source before the commit. */
  readonly objects: number;
  /** Clusters that would lose something, and all there are. */
  readonly clusters: readonly string[];
  readonly allClusters: number;
}

const nameOf = ({ kind, namespace, name }: InventoryEntry): string =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

/** Why a removal has to be approved by a person, or undefined. */
export function overBudget(
  budget: Budget | undefined,
  { entries, objects, clusters, allClusters }: Removal,
): string | undefined {
  if (!budget) return undefined;
  const examples = entries.slice(0, 5).map(nameOf).join(', ') + (entries.length > 5 ? ', …' : '');
  if (exceeds(entries.length, objects, budget.maxObjects)) {
    return `removes ${entries.length} of ${objects} objects, more than spec.removalBudget.maxObjects (${budget.maxObjects}): ${examples}`;
  }
  if (exceeds(clusters.length, allClusters, budget.maxClusters)) {
    return `removes objects of ${clusters.length} of ${allClusters} clusters, more than spec.removalBudget.maxClusters (${budget.maxClusters}): ${examples}`;
  }
  return undefined;
}
