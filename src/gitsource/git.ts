import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type SimpleGit, type SimpleGitOptions, simpleGit } from 'simple-git';
import type { TerminalError, TransientError } from '../control/errors.js';
import { terminal, transient } from './failure.js';
import { gitConfig, gitEnvironment, type Remote } from './git-environment.js';
import { explainGit } from './git-errors.js';

export interface GitProcess {
  /** Where to look for git and ssh: the PATH of the git process. */
  readonly path: string;
  /** Private and empty; git finds no configuration there. */
  readonly home: string;
  /** The bare repository. */
  readonly directory: string;
}

export interface GitCall {
  /** Names the call in errors: `fetching https://…`. */
  readonly action: string;
  /** Text of users only after `--end-of-options`. */
  readonly args: readonly string[];
  readonly remote?: Remote;
  readonly input?: string;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** Watches the size of the repository while git writes into it. */
  readonly maxRepositoryBytes?: number;
  readonly signal: AbortSignal;
}

// simple-git drops every guarded variable that is not named; these are exactly the ones gitEnvironment sets.
const ENVIRONMENT = [
  'GIT_DIR',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_GLOBAL',
  'GIT_TERMINAL_PROMPT',
  'GIT_ALLOW_PROTOCOL',
  'GIT_PROTOCOL_FROM_USER',
  'GIT_NO_LAZY_FETCH',
  'GIT_OPTIONAL_LOCKS',
  'GIT_ASKPASS',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_CONFIG_COUNT',
  'GIT_CONFIG_KEY_0',
  'GIT_CONFIG_VALUE_0',
];

const UNSAFE = {
  allowUnsafeAskPass: true,
  allowUnsafeSshCommand: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeTemplateDir: true,
};

/** Left to itself, simple-git takes the end of git for its last word, and for success when it was killed. */
export const WHOLE_ANSWERS: Pick<SimpleGitOptions, 'completion' | 'errors'> = {
  completion: { onClose: true, onExit: false },
  errors: errorOf,
};

type Breach = TerminalError | TransientError;

/** For how long a git that was told to stop is waited for. */
const STOP_MS = 1_000;

interface Ended {
  /** Null when it was killed, which the library's types do not tell. */
  readonly exitCode: number | null;
  readonly stdErr: readonly Buffer[];
}

/** Whatever ended otherwise than well has not printed everything, even if it says nothing about it. */
function errorOf(error: Buffer | Error | undefined, { exitCode, stdErr }: Ended): Buffer | Error | undefined {
  if (error || exitCode === 0) return error;
  const said = Buffer.concat(stdErr);
  return said.length > 0 ? said : new Error(exitCode === null ? 'it was killed' : `it ended with ${exitCode}`);
}

const create = (
  process: GitProcess,
  call: GitCall,
  abort: AbortController,
  breach: (error: Breach) => void,
): SimpleGit => {
  const git = simpleGit({
    baseDir: process.directory,
    config: gitConfig(call.remote),
    allowEnvironment: ENVIRONMENT,
    unsafe: UNSAFE,
    abort: abort.signal,
    input: () => call.input,
    ...WHOLE_ANSWERS,
  });
  let bytes = 0;
  git.outputHandler((_command, stdout, stderr) => {
    for (const stream of [stdout, stderr]) {
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > call.maxOutputBytes) {
          breach(terminal('LimitExceeded', `${call.action}: git printed more than ${call.maxOutputBytes} bytes`));
        }
      });
    }
  });
  return git.env(gitEnvironment({ ...process, gitDirectory: process.directory }, call.remote));
};

const sizeOf = async (directory: string): Promise<number> => {
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(directory, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};

/** Looks at the size of the repository; does nothing for calls that do not write into it. */
const sizeWatch = (process: GitProcess, { action, maxRepositoryBytes }: GitCall, breach: (error: Breach) => void) => {
  const look = async (): Promise<void> => {
    if (maxRepositoryBytes === undefined) return;
    const bytes = await sizeOf(join(process.directory, 'objects', 'pack'));
    if (bytes <= maxRepositoryBytes) return;
    breach(terminal('LimitExceeded', `${action}: the repository is larger than ${maxRepositoryBytes} bytes`));
  };
  const timer = maxRepositoryBytes === undefined ? undefined : setInterval(() => void look(), 100);
  return { look, stop: () => clearInterval(timer) };
};

const run = async (
  process: GitProcess,
  call: GitCall,
  use: (git: SimpleGit) => Promise<string | Buffer>,
): Promise<string | Buffer> => {
  const abort = new AbortController();
  let broken: Breach | undefined;
  const breach = (error: Breach): void => {
    broken ??= error;
    abort.abort();
  };
  const stop = (): void => breach(transient('Timeout', `${call.action}: stopped`));
  if (call.signal.aborted) stop();
  call.signal.addEventListener('abort', stop, { once: true });
  const seconds = Math.round(call.timeoutMs / 100) / 10;
  const late = (): void =>
    breach(transient('Timeout', `${call.action}: not finished after ${seconds}s (spec.timeout)`));
  const timer = setTimeout(late, call.timeoutMs);
  const size = sizeWatch(process, call, breach);
  let giveUp: NodeJS.Timeout | undefined;
  // What git itself started may keep its output open.
  const stopped = new Promise<never>((_, reject) => {
    const wait = (): void => {
      giveUp = setTimeout(() => reject(broken), STOP_MS);
    };
    abort.signal.addEventListener('abort', wait, { once: true });
  });
  try {
    const output = await Promise.race([use(create(process, call, abort, breach)), stopped]);
    await size.look();
    if (broken) throw broken;
    return output;
  } catch (error) {
    throw broken ?? explainGit(error instanceof Error ? error.message : String(error), call.action);
  } finally {
    clearTimeout(timer);
    clearTimeout(giveUp);
    size.stop();
    call.signal.removeEventListener('abort', stop);
  }
};

/** Runs git and gives what it printed as text. The only way, with `gitBlobs`, in which this program starts git. */
export const git = async (process: GitProcess, call: GitCall): Promise<string> =>
  String(await run(process, call, (instance) => instance.raw([...call.args])));

/** Runs `git cat-file --batch` over the object ids in `input`. */
export const gitBlobs = async (process: GitProcess, call: Omit<GitCall, 'args'>): Promise<Buffer> => {
  const output = await run(process, { ...call, args: [] }, (instance) =>
    instance.binaryCatFile(['--batch', '--buffer']),
  );
  return typeof output === 'string' ? Buffer.from(output) : output;
};
