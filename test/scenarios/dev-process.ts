import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';
import { until } from '../until.js';

export interface Endpoints {
  readonly hub: string;
  readonly generator: string;
  readonly webhook: string;
  readonly metrics: string;
  readonly generatorToken: string;
}

export interface Dev {
  readonly child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export function scratch(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'placet-dev-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function startDev(t: ExecutionContext, dataDir: string, ...args: string[]): Dev {
  const child = spawn(process.execPath, ['dist/src/cli/main.js', 'dev', '--data-dir', dataDir, ...args]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? '')),
  );
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, output: () => output, ended };
}

/** Waits until it serves; `endpoints.json` of an earlier run may be there already, so the hub is asked too. */
export async function serving(dev: Dev, dataDir: string): Promise<Endpoints> {
  const path = join(dataDir, 'endpoints.json');
  await until('placet dev to be up', () => dev.output().includes('Next, in a second terminal') || undefined).catch(
    () => {
      throw new Error(`placet dev is not up:\n${dev.output()}`);
    },
  );
  return JSON.parse(readFileSync(path, 'utf8')) as Endpoints; // placet dev wrote it
}

export const hubClient = (dataDir: string): Promise<KubeClient> =>
  connect({ kubeconfig: join(dataDir, 'hub.kubeconfig'), userAgent: 'test' });

export const clusterClient = (dataDir: string, name: string): Promise<KubeClient> =>
  connect({ kubeconfig: join(dataDir, 'clusters', `${name}.kubeconfig`), userAgent: 'test' });

/** A clone of the fleet repository to commit in. */
export function cloneFleet(dataDir: string, folder: string) {
  const tree = join(folder, 'tree');
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
      cwd: existsSync(tree) ? tree : folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  git('clone', '--quiet', join(dataDir, 'fleet.git'), tree);
  return {
    tree,
    git,
    commitAndPush: (message: string): string => {
      git('add', '-A');
      git('commit', '-qm', message);
      git('push', '--quiet');
      return git('rev-parse', 'HEAD').trim();
    },
  };
}

/** What Argo CD's plugin generator asks for. */
export const askGenerator = ({ generator, generatorToken }: Endpoints, parameters: object): Promise<Response> =>
  fetch(`${generator}/api/v1/getparams.execute`, {
    method: 'POST',
    headers: { authorization: `Bearer ${generatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ applicationSetName: 'web', input: { parameters } }),
  });
