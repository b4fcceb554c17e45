import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { BINARIES, findBinaries } from './binaries.js';

function assets(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'placet-assets-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('the servers in the folder KUBEBUILDER_ASSETS names win over building', async (t) => {
  const built = await findBinaries(() => undefined, undefined);
  const folder = assets(t);
  for (const name of BINARIES) symlinkSync(built[name], join(folder, name));
  const said: string[] = [];
  const found = await findBinaries((line) => said.push(line), folder);
  t.deepEqual(Object.values(found), [...BINARIES.map((name) => join(folder, name))]);
  t.deepEqual(said, []);
  const { stdout } = await promisify(execFile)(found['kube-apiserver'], ['--version']);
  t.regex(stdout, /^Kubernetes v1\.\d+/);
});

test('a server missing there is built, which is said; one that cannot be executed is an error that names it', async (t) => {
  const built = await findBinaries(() => undefined, undefined);
  const folder = assets(t);
  symlinkSync(built.etcd, join(folder, 'etcd'));
  symlinkSync(built['kube-apiserver'], join(folder, 'kube-apiserver'));
  const said: string[] = [];
  const found = await findBinaries((line) => said.push(line), folder);
  t.is(found['kube-controller-manager'], built['kube-controller-manager']);
  t.is(found.etcd, join(folder, 'etcd'));
  t.is(said.length, 1);
  t.regex(said[0] ?? '', /KUBEBUILDER_ASSETS: .* has no kube-controller-manager/);

  const path = join(folder, 'kube-controller-manager');
  writeFileSync(path, '', { mode: 0o600 });
  await t.throwsAsync(
    findBinaries(() => undefined, folder),
    { message: `KUBEBUILDER_ASSETS: ${path} is not executable` },
  );
  await t.throwsAsync(
    findBinaries(() => undefined, join(folder, 'none')),
    { message: `KUBEBUILDER_ASSETS: there is no folder ${join(folder, 'none')}` },
  );
});
