import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { checkOut } from '../../src/gitsource/checkout.js';
import type { ParseMemory } from '../../src/gitsource/read.js';
import type { Target } from '../../src/gitsource/ref.js';
import { type GitOptions, openRepository, type Repository } from '../../src/gitsource/repository.js';
import {
  gitOptions,
  pathWithGit,
  type TemporaryRepository,
  temporaryDirectory,
  temporaryRepository,
} from './temporary-repository.js';

const CLUSTER = `apiVersion: cluster.open-cluster-management.io/v1
kind: ManagedCluster
metadata: {name: one}
spec: {hubAcceptsClient: true}
`;
const MAIN: Target = { kind: 'branch', name: 'main' };
const GLOBS = { include: ['**/*.yaml'], exclude: [] };

const conversation = () => ({ timeoutMs: 20_000, signal: new AbortController().signal });

const open = (t: ExecutionContext, origin: TemporaryRepository, options: GitOptions = gitOptions(t)) =>
  openRepository('ns/source', origin.url, () => ({ kind: 'none' }), options);

/** Where the only copy of the only source lies. */
const copyIn = ({ directory }: GitOptions): string => {
  const repositories = join(directory, 'repositories');
  const [owner = ''] = readdirSync(repositories);
  const [copy = 'absent'] = readdirSync(join(repositories, owner));
  return join(repositories, owner, copy);
};

const take = async (repository: Repository, target: Target = MAIN, memory: ParseMemory = new Map()) => {
  const revision = await repository.probe(target, conversation());
  await repository.fetch(revision, conversation());
  return await checkOut(repository, revision, { ...conversation(), globs: GLOBS, targetNamespace: 'ns', memory });
};

test('a commit becomes its objects, and says who made it', async (t) => {
  const origin = temporaryRepository(t, { 'a/one.yaml': CLUSTER, 'README.md': 'no yaml' });
  const sha = origin.git('rev-parse', 'HEAD');
  const result = await take(await open(t, origin));
  t.deepEqual(result.problems, []);
  t.is(result.revision.text, `main@sha1:${sha}`);
  t.is(result.files, 1);
  t.is(result.commit.author, 'Ada');
  t.is(result.commit.message, 'first');
  t.regex(result.commit.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  t.deepEqual(
    result.manifests.map(({ object, path }) => [object.kind, object.metadata.name, path]),
    [['ManagedCluster', 'one', 'a/one.yaml']],
  );
});

test('copies may be kept in a folder named from where the process runs', async (t) => {
  const origin = temporaryRepository(t, { 'one.yaml': CLUSTER });
  const options = gitOptions(t);
  const result = await take(await open(t, origin, { ...options, directory: relative('.', options.directory) }));
  t.deepEqual(result.problems, []);
  t.true(existsSync(copyIn(options)));
});

test('a second commit is followed, also after a force push to an unrelated history', async (t) => {
  const origin = temporaryRepository(t, { 'one.yaml': CLUSTER });
  const repository = await open(t, origin);
  const memory: ParseMemory = new Map();
  await take(repository, MAIN, memory);
  origin.write({ 'one.yaml': CLUSTER.replace('one', 'two') });
  origin.commit('second');
  const second = await take(repository, MAIN, memory);
  t.is(second.manifests[0]?.object.metadata.name, 'two');
  t.is(memory.size, 1, 'only what the last commit needed is remembered');
  origin.git('checkout', '--quiet', '--orphan', 'fresh');
  origin.write({ 'one.yaml': CLUSTER.replace('one', 'three') });
  origin.commit('rewritten');
  origin.git('branch', '--force', 'main', 'fresh');
  t.is((await take(repository)).manifests[0]?.object.metadata.name, 'three');
});

test('tags, annotated tags, version ranges and single commits can be followed', async (t) => {
  const origin = temporaryRepository(t, { 'one.yaml': CLUSTER });
  const first = origin.git('rev-parse', 'HEAD');
  origin.git('tag', 'v1.0.0');
  origin.write({ 'one.yaml': CLUSTER.replace('one', 'two') });
  const second = origin.commit('second');
  origin.git('tag', '-a', 'v1.1.0', '-m', 'annotated');
  origin.write({ 'one.yaml': CLUSTER.replace('one', 'three') });
  origin.commit('third');
  const repository = await open(t, origin);
  const revisionOf = async (target: Target) => (await take(repository, target)).revision.text;
  t.is(await revisionOf({ kind: 'tag', name: 'v1.0.0' }), `v1.0.0@sha1:${first}`);
  t.is(await revisionOf({ kind: 'tag', name: 'v1.1.0' }), `v1.1.0@sha1:${second}`);
  t.is(await revisionOf({ kind: 'semver', range: '1.x' }), `v1.1.0@sha1:${second}`);
  t.is(await revisionOf({ kind: 'commit', sha: first }), `sha1:${first}`);
  await t.throwsAsync(revisionOf({ kind: 'branch', name: 'absent' }), {
    name: 'TerminalError',
    message: /no branch "absent"/,
  });
  await t.throwsAsync(revisionOf({ kind: 'semver', range: '>=9' }), {
    name: 'TerminalError',
    message: /no tag within/,
  });
  await t.throwsAsync(revisionOf({ kind: 'commit', sha: '0'.repeat(40) }), {
    message: /commit is not in the repository/,
  });
});

test('what a killed fetch left behind does not hinder the next one', async (t) => {
  const origin = temporaryRepository(t, { 'one.yaml': CLUSTER });
  const options = gitOptions(t);
  const repository = await open(t, origin, options);
  await take(repository);
  const copy = copyIn(options);
  mkdirSync(join(copy, 'objects', 'pack'), { recursive: true }); // git removes it while it is empty
  for (const debris of ['shallow.lock', 'objects/pack/tmp_pack_x', 'config.lock'])
    writeFileSync(join(copy, debris), 'half');
  origin.write({ 'one.yaml': CLUSTER.replace('one', 'two') });
  origin.commit('second');
  t.is((await take(repository)).manifests[0]?.object.metadata.name, 'two');
  t.false(existsSync(join(copy, 'shallow.lock')));
});

test('a copy that was destroyed is made anew', async (t) => {
  const origin = temporaryRepository(t, { 'one.yaml': CLUSTER });
  const options = gitOptions(t);
  await take(await open(t, origin, options));
  writeFileSync(join(copyIn(options), 'HEAD'), 'garbage');
  rmSync(join(copyIn(options), 'refs/placet'), { recursive: true });
  t.is((await take(await open(t, origin, options))).manifests.length, 1);
});

test('limits end the process and name what was too large', async (t) => {
  const origin = temporaryRepository(t, { 'one.yaml': CLUSTER, 'big.bin': randomBytes(300_000) });
  const tree = await open(t, origin, gitOptions(t, { limits: { maxTreeBytes: 10 } }));
  await t.throwsAsync(take(tree), { name: 'TerminalError', message: /printed more than 10 bytes/ });
  const options = gitOptions(t, { limits: { maxRepositoryBytes: 100_000 } });
  await t.throwsAsync(take(await open(t, origin, options)), {
    name: 'TerminalError',
    message: /larger than 100000 bytes/,
  });
  t.false(existsSync(copyIn(options)), 'what is too large does not stay on the disk');
  const hung = await open(t, origin);
  await t.throwsAsync(hung.probe(MAIN, { timeoutMs: 1, signal: new AbortController().signal }), {
    name: 'TransientError',
    message: /spec\.timeout/,
  });
});

const LATE = 'exec 3<&0; (sleep 0.3; $real "$@" <&3) & exit 0';
const CUT = '$real "$@" | head -c';

const endsBadly = test.macro({
  exec: async (t, command: string, ending: string) => {
    const files = Object.fromEntries(
      ['one', 'two', 'six'].map((name) => [`${name}.yaml`, CLUSTER.replace('one', name)]),
    );
    const origin = temporaryRepository(t, files);
    const path = pathWithGit(t, `case "$*" in *${command}*) ${ending} ;; esac`);
    const repository = await open(t, origin, gitOptions(t, { path }));
    await t.throwsAsync(take(repository), {
      name: 'TransientError',
      message: /^listing the files|^reading the|^object /,
    });
  },
  title: (what = '') => `a commit of which git tells only a part is not taken: ${what}`,
});

test('git is killed while it lists files', endsBadly, 'ls-tree', `${CUT} 69; kill -9 $$`);
test('git is killed before it lists files', endsBadly, 'ls-tree', 'kill -9 $$');
test('git fails without a word', endsBadly, 'ls-tree', 'exit 3');
test('the list ends within a line', endsBadly, 'ls-tree', `${CUT} 100; exit 0`);
test('git is killed while it reads files', endsBadly, 'cat-file', `${CUT} 500; kill -9 $$`);
test('a file is missing at the end', endsBadly, 'cat-file', '$real "$@" | head -n -4; exit 0');
test('no file is told', endsBadly, 'cat-file', 'exit 0');

test('what git prints is waited for even when it comes after its exit', async (t) => {
  const origin = temporaryRepository(t, { 'one.yaml': CLUSTER });
  const path = pathWithGit(t, `case "$*" in *ls-remote*|*ls-tree*|*cat-file*) ${LATE} ;; esac`);
  const { manifests } = await take(await open(t, origin, gitOptions(t, { path })));
  t.is(manifests.length, 1);
});

test('a git whose children keep its output open is given up after the timeout', async (t) => {
  const origin = temporaryRepository(t, { 'one.yaml': CLUSTER });
  const child = join(temporaryDirectory(t), 'child');
  t.teardown(() => process.kill(Number(readFileSync(child, 'utf8'))));
  const path = pathWithGit(t, `case "$*" in *ls-remote*) sleep 600 & echo $! > ${child}; exit 0 ;; esac`);
  const repository = await open(t, origin, gitOptions(t, { path }));
  await t.throwsAsync(repository.probe(MAIN, { timeoutMs: 200, signal: new AbortController().signal }), {
    name: 'TransientError',
    message: /spec\.timeout/,
  });
});

test('a repository that is not there is explained', async (t) => {
  const origin = temporaryRepository(t);
  const url = `${origin.url}-absent`;
  const repository = await openRepository('ns/source', url, () => ({ kind: 'none' }), gitOptions(t));
  await t.throwsAsync(repository.probe(MAIN, conversation()), {
    name: 'TerminalError',
    message: /there is no repository at spec\.url/,
  });
});

test('a missing git is explained', async (t) => {
  const origin = temporaryRepository(t);
  const options = gitOptions(t, { path: '/nowhere' });
  await t.throwsAsync(open(t, origin, options), { name: 'TerminalError', message: /install git/ });
});

test('hooks and configuration of a repository are never run', async (t) => {
  const origin = temporaryRepository(t, {
    'one.yaml': CLUSTER,
    '.gitattributes': '* filter=evil',
    '.gitmodules': '[submodule "x"]\n\tpath=x\n\turl=ext::sh -c whoami\n',
  });
  origin.commit('hostile');
  const result = await take(await open(t, origin));
  t.is(result.manifests.length, 1);
});
