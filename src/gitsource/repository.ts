import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AddressPolicy, addressRule, permittedAddresses, type Resolve, resolveHost } from './address.js';
import { parseBatch } from './blobs.js';
import { type Commit, parseCommit } from './commit.js';
import { type Credentials, withCredentialFiles } from './credentials.js';
import { failureReason, terminal, transient } from './failure.js';
import { type GitProcess, git, gitBlobs } from './git.js';
import type { Remote } from './git-environment.js';
import { requireGit } from './git-version.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { parseAdvertisement, resolveTarget, wantedRefs } from './probe.js';
import { isSha, revisionOf, type Target } from './ref.js';
import { parseRepositoryUrl, type RepositoryUrl } from './repository-url.js';
import { parseTree, type TreeEntry } from './tree.js';

export interface GitOptions {
  /** Private directory for the copies of repositories and, briefly, credentials; created when absent. */
  readonly directory: string;
  /** PATH of the git process. */
  readonly path: string;
  /** Permits `file://`. */
  readonly allowLocal: boolean;
  readonly addresses: AddressPolicy;
  readonly limits?: Partial<Limits>;
  /** Replaced where names must resolve otherwise than by the system. */
  readonly resolve?: Resolve;
}

/** A commit of a repository, by the name it was found under. */
export interface Revision {
  readonly sha: string;
  /** `main@sha1:<commit>`. */
  readonly text: string;
}

export interface Conversation {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One source's own bare copy of one repository. Not shared between sources: what one may read, another may not. */
export interface Repository {
  /** Asks the host which commit the target is now. */
  probe(target: Target, options: Conversation): Promise<Revision>;
  /** Brings the commit here, unless it is here already. */
  fetch(revision: Revision, options: Conversation): Promise<void>;
  tree(sha: string, options: Conversation): Promise<TreeEntry[]>;
  /** The commit and the content of all these objects. */
  read(
    sha: string,
    oids: readonly string[],
    options: Conversation,
  ): Promise<{ commit: Commit; blobs: Map<string, Buffer> }>;
}

// Every fetch leaves a pack; a fresh copy of one commit costs less than keeping house.
const MAX_PACKS = 50;

const HEAD_REF = 'refs/placet/head';

const PRIVATE = { recursive: true, mode: 0o700 } as const;

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

const copiesOf = (owner: string, { directory }: Pick<GitOptions, 'directory'>): string =>
  join(directory, 'repositories', hash(owner));

/** Removes every copy a source has. */
export const forgetRepositories = (owner: string, options: Pick<GitOptions, 'directory'>): Promise<void> =>
  rm(copiesOf(owner, options), { recursive: true, force: true });

/** Removes credentials that a killed process left behind. Only before the first repository is opened. */
export const sweepCredentials = ({ directory }: Pick<GitOptions, 'directory'>): Promise<void> =>
  rm(join(directory, 'credentials'), { recursive: true, force: true });

/** Opens the copy of `url` that belongs to `owner`; nothing is asked of the host yet. */
export async function openRepository(
  owner: string,
  url: string,
  credentials: (scheme: RepositoryUrl['scheme']) => Credentials,
  options: GitOptions,
): Promise<Repository> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const parsed = parseRepositoryUrl(url, options);
  const secret = credentials(parsed.scheme);
  // git runs inside its copy and would look for the rest from there.
  const directory = resolve(options.directory);
  const process: GitProcess = {
    path: options.path,
    home: join(directory, 'home'),
    directory: join(copiesOf(owner, { directory }), hash(parsed.text)),
  };
  await mkdir(process.home, PRIVATE);
  await mkdir(process.directory, PRIVATE);
  await requireGit(process, parsed.scheme);

  const local = { maxOutputBytes: limits.maxTreeBytes };

  const initialise = async ({ timeoutMs, signal }: Conversation): Promise<void> => {
    const args = ['init', '--quiet', '--bare', '--template=', '.'];
    await git(process, { action: 'preparing the copy of the repository', args, ...local, timeoutMs, signal });
  };

  const reset = async (conversation: Conversation): Promise<void> => {
    await rm(process.directory, { recursive: true, force: true });
    await mkdir(process.directory, PRIVATE);
    await initialise(conversation);
  };

  const talk = async <T>(use: (remote: Remote) => Promise<T>): Promise<T> => {
    const addresses =
      parsed.scheme === 'file'
        ? []
        : await permittedAddresses(parsed.host, addressRule(options.addresses), options.resolve ?? resolveHost);
    return await withCredentialFiles(join(directory, 'credentials'), secret, (files) =>
      use({ url: parsed, files, addresses }),
    );
  };

  /** The commit that was fetched last. It is complete: git moves the ref last. Nothing here packs refs. */
  const present = async (): Promise<string | undefined> => {
    const ref = await readFile(join(process.directory, HEAD_REF), 'latin1').catch(() => '');
    return isSha(ref.trim()) ? ref.trim() : undefined;
  };

  /** Whether a killed git left locks or half packs behind, or too many packs have gathered. */
  const isWorn = async (): Promise<boolean> => {
    const names = await readdir(process.directory).catch(() => []);
    const packs = await readdir(join(process.directory, 'objects', 'pack')).catch(() => []);
    return (
      names.some((name) => name.endsWith('.lock')) ||
      packs.some((name) => name.startsWith('tmp_')) ||
      packs.length > MAX_PACKS * 2
    );
  };

  const fetchOnce = (revision: Revision, conversation: Conversation): Promise<string> =>
    talk((remote) =>
      git(process, {
        action: `fetching ${revision.text} from ${parsed.text}`,
        args: [
          'fetch',
          '--depth=1',
          '--no-tags',
          '--no-recurse-submodules',
          '--no-write-fetch-head',
          '--quiet',
          '--update-shallow',
          '--end-of-options',
          parsed.text,
          `+${revision.sha}:${HEAD_REF}`,
        ],
        remote,
        maxOutputBytes: 1024 * 1024,
        maxRepositoryBytes: limits.maxRepositoryBytes,
        ...conversation,
      }),
    );

  return {
    probe: async (target, conversation) => {
      if (target.kind === 'commit') return { sha: target.sha, text: revisionOf('', target.sha) };
      const output = await talk((remote) =>
        git(process, {
          action: `asking ${parsed.text} for its refs`,
          args: ['ls-remote', '--quiet', '--end-of-options', parsed.text, ...wantedRefs(target)],
          remote,
          maxOutputBytes: limits.maxTreeBytes,
          ...conversation,
        }),
      );
      const found = resolveTarget(target, parseAdvertisement(output));
      if (!found) throw terminal('RefNotFound', `${parsed.text} has no ${describe(target)}`);
      return { sha: found.sha, text: revisionOf(found.name, found.sha) };
    },

    fetch: async (revision, conversation) => {
      if (!isSha(revision.sha)) throw transient('GitFailed', 'the host named something that is no commit id');
      if ((await present()) === revision.sha) return;
      if (!(await exists(join(process.directory, 'HEAD'))) || (await isWorn())) await reset(conversation);
      await fetchOnce(revision, conversation).catch(async (error: unknown) => {
        const reason = error instanceof Error ? failureReason(error) : 'Failed';
        // What is too large must not stay on the disk.
        if (reason === 'LimitExceeded') await rm(process.directory, { recursive: true, force: true });
        if (reason !== 'GitFailed') throw error;
        // No word of the host's: the copy itself may be broken.
        await reset(conversation);
        await fetchOnce(revision, conversation);
      });
    },

    tree: async (sha, conversation) => {
      const args = ['ls-tree', '-r', '-z', '--long', '--full-tree', '--end-of-options', sha];
      return parseTree(
        await git(process, { action: 'listing the files of the commit', args, ...local, ...conversation }),
      );
    },

    read: async (sha, oids, conversation) => {
      const output = await gitBlobs(process, {
        action: 'reading the files of the commit',
        input: [sha, ...oids].map((oid) => `${oid}\n`).join(''),
        maxOutputBytes: limits.maxTotalBytes + 1024 * 1024 + oids.length * 128,
        ...conversation,
      });
      const blobs = parseBatch(output);
      const missing = [sha, ...oids].find((oid) => !blobs.has(oid));
      const commit = blobs.get(sha);
      if (missing !== undefined || !commit)
        throw transient('GitFailed', `object ${missing ?? sha} is not in the copy of the repository`);
      blobs.delete(sha);
      return { commit: parseCommit(sha, commit), blobs };
    },
  };
}

const describe = (target: Target): string =>
  target.kind === 'semver'
    ? `tag within the range "${target.range}" (spec.ref.semver)`
    : target.kind === 'commit'
      ? `commit ${target.sha}`
      : `${target.kind} "${target.name}" (spec.ref.${target.kind})`;
