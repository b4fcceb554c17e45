import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const GUARD = fileURLToPath(new URL('./guard.js', import.meta.url));

export interface Guarded {
  /** Of the guard, whose only child is the server. */
  readonly pid: number | undefined;
  /** Throws with the end of its log when the server has ended. */
  assertRunning(): Promise<void>;
  /** Sends a signal to the server and returns at once. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
}

export interface GuardedOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Removed when this process ends without stopping the server. */
  readonly folder: string;
}

/** Starts a server that cannot outlive this process; a group of its own, so that Ctrl-C reaches it in order, through us. */
export function startGuarded({ command, args, logFile, folder }: GuardedOptions): Guarded {
  const guard = spawn(process.execPath, [GUARD, logFile, folder, command, ...args], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  // A guard that has ended reads no more.
  guard.stdin.on('error', () => undefined);
  return {
    pid: guard.pid,
    assertRunning: async () => {
      if (guard.exitCode === null && guard.signalCode === null) return;
      const log = await readFile(logFile, 'utf8');
      throw new Error(
        `${command} ended with ${guard.exitCode ?? guard.signalCode}; its last words:\n${log.slice(-3000)}`,
      );
    },
    signal: (name) => {
      guard.stdin.write(`${name}\n`);
    },
    ended: new Promise<void>((resolve) => guard.once('exit', () => resolve())),
  };
}
