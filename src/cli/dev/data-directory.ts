import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join, relative, resolve } from 'node:path';

/** Everything `placet dev` keeps: one folder, safe to delete, safe to kill over. */
export interface DataDirectory {
  readonly root: string;
  readonly hub: string;
  readonly hubKubeconfig: string;
  readonly repository: string;
  readonly gitCache: string;
  readonly endpoints: string;
  readonly webhookToken: string;
  readonly generatorToken: string;
  readonly log: string;
  cluster(name: string): string;
  clusterKubeconfig(name: string): string;
}

export function dataDirectory(path: string): DataDirectory {
  const root = resolve(path);
  mkdirSync(join(root, 'clusters'), { recursive: true, mode: 0o700 });
  return {
    root,
    hub: join(root, 'hub'),
    hubKubeconfig: join(root, 'hub.kubeconfig'),
    repository: join(root, 'fleet.git'),
    gitCache: join(root, 'git-cache'),
    endpoints: join(root, 'endpoints.json'),
    webhookToken: join(root, 'webhook-token'),
    generatorToken: join(root, 'generator-token'),
    log: join(root, 'placet.log'),
    cluster: (name) => join(root, 'clusters', name),
    clusterKubeconfig: (name) => join(root, 'clusters', `${name}.kubeconfig`),
  };
}

/** A reader sees the old content or the new one, never half of it. Readable by its owner only. */
export function writeWhole(path: string, content: string): void {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, path);
}

/** As a person would type it from here. */
export const displayPath = (path: string): string => {
  const short = relative('.', path);
  return short.startsWith('..') ? path : short;
};

// A Unix socket path is limited to about 100 bytes, so the lock is reached relative to the working directory.
const lockPath = (root: string): string => {
  const absolute = join(root, 'lock');
  const short = relative('.', absolute);
  return short.length < absolute.length ? short : absolute;
};

/**
 * One `placet dev` per folder. The lock is a listening socket: the kernel frees it however the process ends, so a
 * `kill -9` leaves at most a dead file, which the next start removes.
 */
export async function lockDirectory(root: string): Promise<Server> {
  const path = lockPath(root);
  if (await answers(path)) throw new Error(`another placet dev is running in ${displayPath(root)}; stop it first`);
  rmSync(path, { force: true });
  return new Promise((done, reject) => {
    const server = createServer((socket) => socket.end());
    server.unref();
    server.once('error', reject);
    server.listen(path, () => done(server));
  });
}

const answers = (path: string): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
