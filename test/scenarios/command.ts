import { type ChildProcess, spawn } from 'node:child_process';
import { until } from '../until.js';
import type { Part } from './server.js';

/** One `placet` command as a process, on the same ports each time it is started. */
export class Command implements Part {
  readonly name: string;
  readonly #args: readonly string[];
  readonly #ready: string;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(name: string, args: readonly string[], metricsAddress: string) {
    this.name = name;
    this.#args = [...args, '--metrics-addr', metricsAddress];
    this.#ready = `http://${metricsAddress}/readyz`;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['dist/src/cli/main.js', ...this.#args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#child = child;
    await until(`${this.name} to be ready`, () => this.#isReady()).catch((cause: unknown) => {
      throw new Error(`${this.name} is not ready:\n${this.#output}`, { cause });
    });
  }

  async #isReady(): Promise<boolean> {
    if (this.#child?.exitCode !== null) throw new Error(`${this.name} ended with ${this.#child?.exitCode}`);
    try {
      return (await fetch(this.#ready)).ok;
    } catch {
      // It does not listen yet.
      return false;
    }
  }

  /** While it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it has ended by itself. */
  async ended(): Promise<void> {
    await until(`${this.name} to end`, () => this.#child === undefined || this.#child.exitCode !== null);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async freeze(): Promise<void> {
    this.#child?.kill('SIGSTOP');
  }

  async thaw(): Promise<void> {
    this.#child?.kill('SIGCONT');
  }

  /** As Kubernetes does; whoever drains ends with 0. */
  async stop(): Promise<void> {
    const code = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`${this.name} ended with ${code} on SIGTERM:\n${this.#output}`);
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return 0;
    if (child.exitCode !== null) return child.exitCode;
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.kill(signal);
    child.kill('SIGCONT');
    return await ended;
  }
}
