import { execFile, execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface Kubectl {
  /** `1.33`. */
  readonly version: string;
  readonly path: string;
}

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Absent or not for us, which is the same here.
    return false;
  }
};

/** Every kubectl on this machine, the oldest first: the one in PATH, `kubectl.1.NN` beside it, and that of KUBEBUILDER_ASSETS. */
export function findKubectls(): readonly Kubectl[] {
  const found = kubectlsInPath();
  const asset = join(process.env.KUBEBUILDER_ASSETS ?? '', 'kubectl');
  const more =
    process.env.KUBEBUILDER_ASSETS && isExecutable(asset) ? [{ version: versionOf(asset), path: asset }] : [];
  const minor = ({ version }: Kubectl): number => Number(version.split('.')[1]);
  return [...found, ...more.filter(({ version }) => !found.some((one) => one.version === version))].sort(
    (a, b) => minor(a) - minor(b),
  );
}

function kubectlsInPath(): readonly Kubectl[] {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'kubectl'))
    .find(isExecutable);
  if (path === undefined) return [];
  const folder = dirname(realpathSync(path));
  const versioned = readdirSync(folder).flatMap((name) => {
    const [, version] = /^kubectl\.(1\.\d+)$/.exec(name) ?? [];
    return version ? [{ version, path: join(folder, name) }] : [];
  });
  return versioned.length > 0 ? versioned : [{ version: versionOf(path), path }];
}

const versionOf = (path: string): string =>
  /"minor": "(\d+)/
    .exec(execFileSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' }))?.[1]
    ?.replace(/^/, '1.') ?? 'unknown';

/** Only a kubectl that hangs takes so long. */
const LIMIT_MS = 120_000;

let running = 0;
const waiting: (() => void)[] = [];

/** A few at a time: each kubectl is a process of its own and wants a whole core. */
async function turn(): Promise<void> {
  if (running >= 4) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
}

function done(): void {
  running -= 1;
  waiting.shift()?.();
}

export interface RunOptions {
  readonly input?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

export async function runKubectl(path: string, args: readonly string[], { input, env = {} }: RunOptions): Promise<Run> {
  await turn();
  try {
    return await new Promise((resolve, reject) => {
      const child = execFile(
        path,
        args,
        { env: { PATH: process.env.PATH, ...env }, timeout: LIMIT_MS },
        (error, stdout, stderr) => {
          if (error?.killed) reject(new Error(`kubectl ${args.join(' ')} did not end: ${stdout}${stderr}`));
          else resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
        },
      );
      // A kubectl that fails before it reads its input has said so by its exit code and its text.
      child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') reject(error);
      });
      child.stdin?.end(input);
    });
  } finally {
    done();
  }
}
