import type { Commit } from './commit.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import type { Problem } from './problem.js';
import { memoryKey, type ParseMemory, read } from './read.js';
import type { Conversation, Repository, Revision } from './repository.js';
import { type Globs, select } from './select.js';
import type { Manifest } from './validate.js';

/** A commit as read: all its objects, or all its problems. */
export interface Checkout {
  readonly revision: Revision;
  readonly commit: Commit;
  readonly files: number;
  readonly manifests: readonly Manifest[];
  /** When there are any, the manifests are not the whole commit and must not be applied. */
  readonly problems: readonly Problem[];
}

export interface CheckoutOptions extends Conversation {
  readonly globs: Globs;
  readonly targetNamespace: string;
  readonly limits?: Partial<Limits>;
  /** Kept by the caller from one commit to the next; afterwards it holds what this commit needed. */
  readonly memory: ParseMemory;
}

/** Reads a fetched commit: list, select, read, parse, validate. No work tree is made. */
export async function checkOut(
  repository: Repository,
  revision: Revision,
  options: CheckoutOptions,
): Promise<Checkout> {
  const { globs, targetNamespace, memory } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const selection = select(await repository.tree(revision.sha, options), globs, limits);
  const { files } = selection;
  const unknown = new Set(files.filter(({ path, oid }) => !memory.has(memoryKey(path, oid))).map(({ oid }) => oid));
  const { commit, blobs } = await repository.read(revision.sha, [...unknown], options);
  const sources = files.map(({ path, oid }) => ({ path, oid, content: blobs.get(oid) }));
  const reading = read(sources, { targetNamespace, maxObjects: limits.maxObjects, memory });
  const used = new Set(files.map(({ path, oid }) => memoryKey(path, oid)));
  for (const key of memory.keys()) if (!used.has(key)) memory.delete(key);
  const manifests = reading.kind === 'objects' ? reading.manifests : [];
  const problems = [...selection.problems, ...(reading.kind === 'problems' ? reading.problems : [])];
  return { revision, commit, files: files.length, manifests, problems };
}
