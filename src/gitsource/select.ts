import { Minimatch } from 'minimatch';
import type { Limits } from './limits.js';
import { type Problem, START } from './problem.js';
import type { TreeEntry } from './tree.js';

export interface Selection {
  readonly files: readonly TreeEntry[];
  readonly problems: readonly Problem[];
}

export interface Globs {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const OPTIONS = { dot: true, nocomment: true, nonegate: true };

const matcher = (globs: readonly string[]): ((path: string) => boolean) => {
  const compiled = globs.map((glob) => new Minimatch(glob, OPTIONS));
  return (path) => compiled.some((glob) => glob.match(path));
};

/** Which paths a source reads. */
export const pathFilter = ({ include, exclude }: Globs): ((path: string) => boolean) => {
  const [included, excluded] = [matcher(include), matcher(exclude)];
  return (path) => included(path) && !excluded(path);
};

const REFUSED: Readonly<Record<'symlink' | 'submodule', string>> = {
  symlink: 'symbolic links are not followed; commit the file itself, or leave the link out with spec.exclude',
  submodule: 'submodules are not fetched; make it a source of its own, or leave it out with spec.exclude',
};

/** What keeps one entry from being read, or undefined. */
const entryProblem = ({ path, kind, bytes }: TreeEntry, { maxFileBytes }: Limits): string | undefined => {
  if (kind !== 'file') return REFUSED[kind];
  if (pathProblem(path)) return pathProblem(path);
  return bytes > maxFileBytes ? `the file has ${bytes} bytes; at most ${maxFileBytes} are read` : undefined;
};

const pathProblem = (path: string): string | undefined => {
  if (path.startsWith('/') || path.split('/').some((part) => part === '..' || part === '.' || part === '')) {
    return 'the path leaves the repository';
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f]/.test(path)) return 'the path holds control characters';
  return path.includes('\uFFFD') ? 'the path is not UTF-8' : undefined;
};

const shown = (path: string): string => JSON.stringify(path).slice(1, -1);

const overall = (files: readonly TreeEntry[], { maxFiles, maxTotalBytes }: Limits): string | undefined => {
  if (files.length > maxFiles) return `spec.include selects ${files.length} files; at most ${maxFiles} are read`;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return bytes > maxTotalBytes ? `spec.include selects ${bytes} bytes; at most ${maxTotalBytes} are read` : undefined;
};

/** A submodule or linked directory can hide files behind any name, so it counts as matched when a file inside would be. */
const touches = (wanted: (path: string) => boolean, { path, kind }: TreeEntry): boolean =>
  wanted(path) || (kind === 'submodule' && ['x.yaml', 'x.yml', 'x.json'].some((name) => wanted(`${path}/${name}`)));

/** Pure: the files of a commit that a source reads, in path order. */
export function select(entries: readonly TreeEntry[], globs: Globs, limits: Limits): Selection {
  const wanted = pathFilter(globs);
  const matched = entries.filter((entry) => touches(wanted, entry));
  const problems: Problem[] = [];
  const files: TreeEntry[] = [];
  for (const entry of matched) {
    const message = entryProblem(entry, limits);
    if (message) problems.push({ path: shown(entry.path), ...START, message });
    else files.push(entry);
  }
  const tooMuch = overall(files, limits);
  if (tooMuch) return { files: [], problems: [{ path: '.', ...START, message: tooMuch }] };
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), problems };
}
