/** One line of `git ls-tree -r -z --long`. */
export interface TreeEntry {
  readonly path: string;
  readonly oid: string;
  readonly kind: 'file' | 'symlink' | 'submodule';
  /** 0 for submodules. */
  readonly bytes: number;
}

const KINDS: Readonly<Record<string, TreeEntry['kind']>> = { '120000': 'symlink', '160000': 'submodule' };

export function parseTree(output: string): TreeEntry[] {
  return output
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', , oid = '', size = '-'] = line.slice(0, tab).split(/ +/);
      return { path: line.slice(tab + 1), oid, kind: KINDS[mode] ?? 'file', bytes: size === '-' ? 0 : Number(size) };
    });
}
