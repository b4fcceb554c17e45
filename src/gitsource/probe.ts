import { isSha, type Target } from './ref.js';
import { highestTag, parseRange } from './semver.js';

/** Ref → object id, as the host advertised them; an annotated tag also has its `^{}`, the commit it names. */
export function parseAdvertisement(output: string): Map<string, string> {
  const refs = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [sha = '', ref = ''] = line.split('\t');
    if (isSha(sha) && ref !== '') refs.set(ref, sha);
  }
  return refs;
}

/** Patterns for ls-remote: git matches them against the end of a ref, so the answer is looked up by the whole name. */
export function wantedRefs(target: Target): string[] {
  switch (target.kind) {
    case 'branch':
      return [`refs/heads/${target.name}`];
    case 'tag':
      return [`refs/tags/${target.name}`, `refs/tags/${target.name}^{}`];
    case 'semver':
      parseRange(target.range);
      return ['refs/tags/*'];
    case 'commit':
      return [];
  }
}

const tagCommit = (refs: ReadonlyMap<string, string>, name: string): string | undefined =>
  refs.get(`refs/tags/${name}^{}`) ?? refs.get(`refs/tags/${name}`);

const named = (name: string, sha: string | undefined) => (sha === undefined ? undefined : { name, sha });

/** Which commit the target is, and under which name. Undefined when the host has no such ref. */
export function resolveTarget(
  target: Target,
  refs: ReadonlyMap<string, string>,
): { readonly name: string; readonly sha: string } | undefined {
  switch (target.kind) {
    case 'branch':
      return named(target.name, refs.get(`refs/heads/${target.name}`));
    case 'tag':
      return named(target.name, tagCommit(refs, target.name));
    case 'semver': {
      const prefix = 'refs/tags/';
      const tags = [...refs.keys()].filter((ref) => ref.startsWith(prefix) && !ref.endsWith('^{}'));
      const best = highestTag(
        tags.map((ref) => ref.slice(prefix.length)),
        target.range,
      );
      return best === undefined ? undefined : named(best, tagCommit(refs, best));
    }
    case 'commit':
      return { name: '', sha: target.sha };
  }
}
