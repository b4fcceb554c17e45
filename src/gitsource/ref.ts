import type { GitSource } from '../api/gitsource.js';
import { TerminalError } from '../control/errors.js';

/** What a source follows. */
export type Target =
  | { readonly kind: 'branch' | 'tag'; readonly name: string }
  | { readonly kind: 'semver'; readonly range: string }
  | { readonly kind: 'commit'; readonly sha: string };

const SHA = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

export const isSha = (text: string): boolean => SHA.test(text);

// git's own rules, see git-check-ref-format(1).
const REF_RULES: readonly (readonly [RegExp, string])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this rule refuses
  [/[\x00-\x20\x7f]/, 'must not contain spaces or control characters'],
  [/[~^:?*[\\]/, 'must not contain any of ~ ^ : ? * [ \\'],
  [/\.\./, 'must not contain ".."'],
  [/@\{/, 'must not contain "@{"'],
  [/^@$/, 'must not be "@"'],
  [/^-/, 'must not start with "-"'],
  [/^\/|\/$|\/\//, 'must not start or end with "/" or contain "//"'],
  [/(^|\/)\./, 'no part of it may start with "."'],
  [/\.$/, 'must not end with "."'],
  [/\.lock(\/|$)/, 'no part of it may end with ".lock"'],
  [/^refs\//, 'must be the short name, without "refs/…"'],
];

/** Why a branch or tag name is refused, or undefined. */
export function refNameProblem(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (name.length > 255) return 'must be at most 255 characters';
  if (name.normalize('NFC') !== name) return 'must be in Unicode normalisation form C';
  return REF_RULES.find(([pattern]) => pattern.test(name))?.[1];
}

const named = (kind: 'branch' | 'tag', name: string): Target => {
  const problem = refNameProblem(name);
  if (problem) throw new TerminalError(`spec.ref.${kind}: ${problem}`);
  return { kind, name };
};

/** Throws a `TerminalError` that names the field. */
export function targetOf(ref: GitSource['spec']['ref']): Target {
  const { branch, tag, semver, commit } = ref;
  if ([branch, tag, semver, commit].filter((value) => value !== undefined).length !== 1) {
    throw new TerminalError('spec.ref: exactly one of branch, tag, semver and commit must be set');
  }
  if (branch !== undefined) return named('branch', branch);
  if (tag !== undefined) return named('tag', tag);
  if (semver !== undefined) return { kind: 'semver', range: semver };
  if (commit === undefined || !isSha(commit)) {
    throw new TerminalError('spec.ref.commit: must be a full commit id of 40 or 64 lower-case hex digits');
  }
  return { kind: 'commit', sha: commit };
}

/** How a revision is written in status and annotations: `main@sha1:<commit>`. */
export const revisionOf = (name: string, sha: string): string =>
  `${name === '' ? '' : `${name}@`}${sha.length === 64 ? 'sha256' : 'sha1'}:${sha}`;
