import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { GitOptions } from '../../src/gitsource/repository.js';

export const PATH = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin';

const IDENTITY = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];

/** Of a test, or of whatever else cleans up after itself. */
export type Teardown = Pick<ExecutionContext, 'teardown'>;

export const temporaryDirectory = (t: Teardown): string => {
  const directory = mkdtempSync(join(tmpdir(), 'placet-git-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

/** A real repository with a work tree, written with the git binary. */
export class TemporaryRepository {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main', '.');
  }

  get url(): string {
    return `file://${this.directory}`;
  }

  git(...args: string[]): string {
    const env = { PATH, HOME: this.directory, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
    return execFileSync('git', [...IDENTITY, ...args], { cwd: this.directory, env, encoding: 'utf8' }).trim();
  }

  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.directory, path)), { recursive: true });
      writeFileSync(join(this.directory, path), content);
    }
  }

  remove(...paths: string[]): void {
    for (const path of paths) rmSync(join(this.directory, path));
  }

  /** Commits everything in the work tree; gives the commit's id. */
  commit(message = 'change'): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }
}

export const temporaryRepository = (t: Teardown, files: Readonly<Record<string, string | Buffer>> = {}) => {
  const repository = new TemporaryRepository(join(temporaryDirectory(t), 'repository'));
  repository.write(files);
  repository.commit('first');
  return repository;
};

/** PATH with a git in it that runs these lines of shell first; `$real` is the real one, `$@` what it was asked. */
export const pathWithGit = (t: Teardown, lines: string): string => {
  const directory = temporaryDirectory(t);
  const folder = PATH.split(':').find((one) => existsSync(join(one, 'git'))) ?? '/usr/bin';
  writeFileSync(join(directory, 'git'), `#!/bin/sh\nreal=${folder}/git\n${lines}\nexec $real "$@"\n`, { mode: 0o755 });
  return `${directory}:${PATH}`;
};

export const gitOptions = (t: Teardown, more: Partial<GitOptions> = {}): GitOptions => ({
  directory: temporaryDirectory(t),
  path: PATH,
  allowLocal: true,
  addresses: { allowPrivate: false, allowed: [] },
  ...more,
});
