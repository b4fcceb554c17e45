import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const SERVERS = resolve('test/real/servers');
/** Features that depend on the version are wrong in a Kubernetes binary without this stamp. */
const STAMP = { gitVersion: 'v1.36.3', gitMajor: '1', gitMinor: '36' };
const LINK = ['-s', '-w', ...Object.entries(STAMP).map(([k, v]) => `-X k8s.io/component-base/version.${k}=${v}`)].join(
  ' ',
);
const BUILD_LIMIT_MS = 30 * 60_000;

/** In the order of need: etcd builds first and is the quickest. */
export const BINARIES = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;
export type Binary = (typeof BINARIES)[number];

/**
 * Paths of the servers: those in the folder `assets`, envtest's convention, else built once from their Go modules and kept.
 * envtest's folder has no kube-controller-manager.
 */
export async function findBinaries(
  say: (line: string) => void,
  assets: string | undefined = process.env.KUBEBUILDER_ASSETS,
): Promise<Readonly<Record<Binary, string>>> {
  const paths: Partial<Record<Binary, string>> = {};
  for (const name of BINARIES) paths[name] = (assets && (await assetOf(assets, name, say))) || (await built(name, say));
  return paths as Record<Binary, string>; // every name was set in the loop
}

async function assetOf(folder: string, name: Binary, say: (line: string) => void): Promise<string | undefined> {
  if (!existsSync(folder)) throw new Error(`KUBEBUILDER_ASSETS: there is no folder ${folder}`);
  const path = join(folder, name);
  if (!existsSync(path)) {
    say(`KUBEBUILDER_ASSETS: ${folder} has no ${name}; the one built from its Go module is used`);
    return undefined;
  }
  try {
    await access(path, constants.X_OK);
  } catch (cause) {
    throw new Error(`KUBEBUILDER_ASSETS: ${path} is not executable`, { cause });
  }
  return path;
}

const built = (name: Binary, say: (line: string) => void): Promise<string> => builtFrom(join(SERVERS, name), name, say);

/** The program of the Go module in a folder, built once for each state of its files. */
export async function builtFrom(source: string, name: string, say: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(), await hashOf(source));
  const path = join(folder, name);
  if (existsSync(path)) return path;
  say(`building ${name} into ${folder}, which takes minutes the first time`);
  await mkdir(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const args = ['build', '-mod=readonly', '-trimpath', '-ldflags', LINK, '-o', unfinished, '.'];
  await promisify(execFile)('go', args, {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: '0' },
    timeout: BUILD_LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new Error(`${name} is not in ${folder} and cannot be built: there is no Go on this machine`, { cause });
  });
  // Two runs may build at a time: each finishes its own file, and the last one stays.
  await rename(unfinished, path);
  return path;
}

const cacheFolder = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'placet', 'real-servers');

async function hashOf(source: string): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${LINK}`);
  for (const name of (await readdir(source)).sort())
    hash.update(`\0${name}\0`).update(await readFile(join(source, name)));
  return hash.digest('hex').slice(0, 16);
}
