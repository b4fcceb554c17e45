import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TerminalError } from '../control/errors.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import type { Problem } from './problem.js';
import { read, type SourceFile } from './read.js';
import { select } from './select.js';
import type { TreeEntry } from './tree.js';
import type { Manifest } from './validate.js';

export interface Validation {
  readonly files: number;
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
}

const INCLUDE = ['**/*.yaml', '**/*.yml', '**/*.json'];

/** What a source would say about these directories and files, without Git. Problems name the paths as given here. */
export async function validateFiles(
  paths: readonly string[],
  options: { readonly targetNamespace?: string; readonly limits?: Partial<Limits> } = {},
): Promise<Validation> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const chosen = await Promise.all(paths.map((path) => choose(path, limits)));
  const files = [...new Map(chosen.flatMap(({ files }) => files).map((file) => [file.path, file])).values()];
  const reading = read(files, { targetNamespace: options.targetNamespace ?? 'default', maxObjects: limits.maxObjects });
  return {
    files: files.length,
    manifests: reading.kind === 'objects' ? reading.manifests : [],
    problems: [...chosen.flatMap(({ problems }) => problems), ...(reading.kind === 'problems' ? reading.problems : [])],
  };
}

/** A directory is read by the default globs of a source, a file whatever it is called. */
async function choose(given: string, limits: Limits): Promise<{ files: SourceFile[]; problems: Problem[] }> {
  const found = await stat(given).catch((cause: unknown) => {
    throw new TerminalError(`${given}: no such file or directory`, { cause });
  });
  const directory = found.isDirectory();
  const root = directory ? given : dirname(given);
  const entries = directory
    ? await entriesOf(root, '')
    : [{ path: basename(given), oid: '', kind: 'file' as const, bytes: found.size }];
  const { files, problems } = select(entries, { include: directory ? INCLUDE : ['**'], exclude: [] }, limits);
  return {
    files: await Promise.all(
      files.map(async ({ path }) => ({ path: join(root, path), content: await readFile(join(root, path)) })),
    ),
    problems: problems.map((problem) => ({ ...problem, path: join(root, problem.path) })),
  };
}

async function entriesOf(root: string, below: string): Promise<TreeEntry[]> {
  const names = await readdir(join(root, below), { withFileTypes: true });
  const nested = await Promise.all(
    names.map(async (entry): Promise<TreeEntry[]> => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === '.git' ? [] : await entriesOf(root, path);
      const { size } = await lstat(join(root, path));
      return [{ path, oid: '', kind: entry.isSymbolicLink() ? 'symlink' : 'file', bytes: size }];
    }),
  );
  return nested.flat();
}
