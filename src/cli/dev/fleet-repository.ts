import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SimpleGit, simpleGit } from 'simple-git';
import { WHOLE_ANSWERS } from '../../gitsource/git.js';

const EXAMPLE = fileURLToPath(new URL('../../../../examples/fleet', import.meta.url));
const HOOK = fileURLToPath(new URL('./post-receive.js', import.meta.url));
const DRAFT = 'fleet-draft-';

const BRANCH = 'main';

/** git as on a machine without any configuration, so that a user's templates, hooks and signing do not interfere. */
const git = (baseDir: string): SimpleGit =>
  simpleGit({
    baseDir,
    allowEnvironment: ['GIT_CONFIG_NOSYSTEM', 'GIT_CONFIG_GLOBAL'],
    unsafe: { allowUnsafeConfigPaths: true },
    ...WHOLE_ANSWERS,
  }).env({
    PATH: process.env.PATH,
    HOME: baseDir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
  });

/** The names of the clusters in the example, in order. */
const exampleClusters = (): string[] => ['prod-eu', 'prod-us', 'edge-eu'];

/** Clusters a `placet dev --clusters N` simulates: those of the example, then production clusters of alternating regions. */
export function clusterNames(count: number): string[] {
  const more = Array.from(
    { length: Math.max(0, count - 3) },
    (_, index) => `prod-${index % 2 ? 'us' : 'eu'}-${index + 2}`,
  );
  return [...exampleClusters(), ...more].slice(0, count);
}

/**
 * Makes the bare repository once, with the example fleet as its first commit; a later start keeps what was pushed.
 * Killed half-way it leaves a draft folder, which the next start removes.
 */
export async function seedRepository(root: string, repository: string, clusters: readonly string[]): Promise<void> {
  for (const name of readdirSync(root)) {
    if (name.startsWith(DRAFT)) rmSync(join(root, name), { recursive: true, force: true });
  }
  if (!existsSync(repository)) {
    const draft = mkdtempSync(join(root, DRAFT));
    const tree = join(draft, 'tree');
    cpSync(EXAMPLE, tree, { recursive: true });
    writeClusters(join(tree, 'clusters'), clusters);
    dropWorksOfOthers(join(tree, 'works'), clusters);
    await firstCommit(tree);
    await git(draft).clone(tree, join(draft, 'fleet.git'), ['--bare', '--quiet']);
    await git(join(draft, 'fleet.git')).removeRemote('origin');
    renameSync(join(draft, 'fleet.git'), repository);
    rmSync(draft, { recursive: true, force: true });
  }
  installHook(root, repository);
}

async function firstCommit(tree: string): Promise<void> {
  const repository = git(tree);
  await repository.init(['--quiet', `--initial-branch=${BRANCH}`]);
  await repository.addConfig('user.name', 'Placet');
  await repository.addConfig('user.email', 'placet@example.com');
  await repository.add('.');
  await repository.commit('Example fleet');
}

function writeClusters(folder: string, clusters: readonly string[]): void {
  for (const name of exampleClusters().filter((name) => !clusters.includes(name))) rmSync(join(folder, `${name}.yaml`));
  const template = readFileSync(join(EXAMPLE, 'clusters', 'prod-eu.yaml'), 'utf8');
  for (const name of clusters.filter((name) => !exampleClusters().includes(name))) {
    const region = name.startsWith('prod-us') ? 'us' : 'eu';
    writeFileSync(
      join(folder, `${name}.yaml`),
      template.replaceAll('prod-eu', name).replace('region: eu', `region: ${region}`),
    );
  }
}

/** A work for a cluster that nobody simulates would never be applied. */
function dropWorksOfOthers(folder: string, clusters: readonly string[]): void {
  const missing = exampleClusters().filter((name) => !clusters.includes(name));
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    if (missing.some((name) => text.includes(`namespace: ${name}\n`))) rmSync(join(folder, file));
  }
}

/** Written at every start: node and this program may have moved since. */
function installHook(root: string, repository: string): void {
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const path = join(repository, 'hooks', 'post-receive');
  writeFileSync(path, `#!/bin/sh\nexec ${[process.execPath, HOOK, root].map(quote).join(' ')}\n`);
  chmodSync(path, 0o755);
}

/** The commit at the tip of the branch that `placet dev` watches. */
export const headOf = async (repository: string): Promise<string> =>
  (await git(repository).revparse([`refs/heads/${BRANCH}`])).trim();
