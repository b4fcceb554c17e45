import { terminal } from './failure.js';
import { type GitProcess, git } from './git.js';
import type { RepositoryUrl } from './repository-url.js';

// 2.32 knows GIT_CONFIG_GLOBAL, 2.37 can pin the address of an https host.
const MINIMUM: Readonly<Record<RepositoryUrl['scheme'], readonly [number, number]>> = {
  file: [2, 32],
  ssh: [2, 32],
  https: [2, 37],
};

/** Why this git cannot be used for a transport, or undefined. */
export function gitTooOld(versionLine: string, scheme: RepositoryUrl['scheme']): string | undefined {
  const match = /git version (\d+)\.(\d+)/.exec(versionLine);
  const [major, minor] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  const [wantMajor, wantMinor] = MINIMUM[scheme];
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return undefined;
  return `git ${wantMajor}.${wantMinor} or newer is needed for ${scheme} repositories, found "${versionLine.trim()}"`;
}

const found = new Map<string, Promise<string>>();

/** Throws a `TerminalError` when the installed git is missing or too old. Asked once per PATH. */
export async function requireGit(process: GitProcess, scheme: RepositoryUrl['scheme']): Promise<void> {
  const asked =
    found.get(process.path) ??
    git(process, {
      action: 'looking for git',
      args: ['--version'],
      timeoutMs: 10_000,
      maxOutputBytes: 4096,
      signal: new AbortController().signal,
    });
  found.set(process.path, asked);
  const version = await asked.catch((error: unknown) => {
    found.delete(process.path);
    throw error;
  });
  const problem = gitTooOld(version, scheme);
  if (problem) throw terminal('GitTooOld', problem);
}
