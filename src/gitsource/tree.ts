import { transient } from './failure.js';

/** One line of `git ls-tree -r -z --long`. */
export interface TreeEntry {
  readonly path: string;
  readonly oid: string;
  readonly kind: 'file' | 'symlink' | 'submodule';
  /** 0 for submodules. */
  readonly bytes: number;
}

const KINDS: Readonly<Record<string, TreeEntry['kind']>> = { '120000': 'symlink', '160000': 'submodule' };

const LINE = /^(?<mode>\d{6}) \w+ (?<oid>[0-9a-f]{40,64}) +(?<size>\d+|-)\t(?<path>.+)$/s;

/** Throws unless every line is whole: a file that is not listed would be taken for deleted. */
export function parseTree(output: string): TreeEntry[] {
  const lines = output.split('\0');
  if (lines.pop() !== '') throw cutOff();
  return lines.map((line) => {
    const { mode = '', oid = '', size = '', path = '' } = LINE.exec(line)?.groups ?? {};
    if (path === '') throw cutOff();
    return { path, oid, kind: KINDS[mode] ?? 'file', bytes: size === '-' ? 0 : Number(size) };
  });
}

const cutOff = () => transient('GitFailed', 'listing the files of the commit: the list is cut off');
