import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const placet = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['dist/src/cli/main.js', ...args], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

const ends = test.macro(async (t, args: string[], code: number, output: RegExp) => {
  const ended = await placet(...args);
  t.is(ended.code, code, ended.stderr);
  t.regex(`${ended.stdout}${ended.stderr}`, output);
});

test(
  '--help names every command',
  ends,
  ['--help'],
  0,
  /dev[\s\S]*hub[\s\S]*agent[\s\S]*apiserver[\s\S]*explain[\s\S]*validate[\s\S]*crds/,
);
test('hub --help lists the controllers', ends, ['hub', '--help'], 0, /source,\s+clusterset,\s+placement,\s+replicaset/);
test('a mistyped flag is answered with the flag that was meant', ends, ['dev', '--onse'], 2, /Did you mean --once/);
test('a mistyped command is answered with the command that was meant', ends, ['validat'], 2, /Did you mean validate/);
test('a missing flag is named', ends, ['agent', '--cluster-name', 'c1'], 2, /--hub-kubeconfig/);
test('a bad value says what is expected', ends, ['dev', '--timeout', '5'], 2, /with a unit/);
test(
  'an unknown controller is a usage error',
  ends,
  ['hub', '--controllers', 'placment'],
  2,
  /There is no controller "placment"/,
);
test('outside of a cluster hub needs a kubeconfig', ends, ['hub'], 1, /give --kubeconfig/);
test('a kubeconfig that is not there is named', ends, ['hub', '--kubeconfig', '/nowhere/k'], 1, /\/nowhere\/k/);
test(
  'crds prints every CustomResourceDefinition',
  ends,
  ['crds'],
  0,
  /gitsources.placet.dev[\s\S]*managedclusters[\s\S]*manifestworks/,
);
test(
  'Invariant 8: examples work: validate accepts the example fleet',
  ends,
  ['validate', 'examples/fleet'],
  0,
  /objects in \d+ files are valid/,
);

test('the command that package.json names may be executed, as npx does', (t) => {
  const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: { placet: string } }; // our own
  t.notThrows(() => accessSync(bin.placet, constants.X_OK));
});

test('validate names file, line and column of a mistake and exits 1', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'placet-validate-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, 'web.yaml'),
    [
      'apiVersion: cluster.open-cluster-management.io/v1beta1',
      'kind: Placement',
      'metadata: {name: web, namespace: fleet}',
      'spec:',
      '  numberOfClusters: many',
    ].join('\n'),
  );
  const { code, stdout, stderr } = await placet('validate', folder);
  t.is(code, 1);
  t.regex(stdout, /web\.yaml:5:\d+: .*spec\.numberOfClusters/);
  t.regex(stderr, /1 problem in 1 files/);
});
