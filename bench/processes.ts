import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const PLACET = resolve('dist/src/cli/main.js');

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when `/readyz` at its `--metrics-addr` says so. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `placet ARGS…`; its output is kept for the error if it ends early. */
export function placet(args: readonly string[]): Running {
  const child = spawn(process.execPath, [PLACET, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk).slice(-4_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((done) => {
    child.once('close', () => done());
  });
  let stopping = false;
  child.once('close', (code) => {
    if (!stopping && code !== 0) console.error(`placet ${args[0]} ended with ${code}:\n${output}`);
  });
  return {
    child,
    ready: () => until(`placet ${args[0]} to be ready`, () => isReady(/"metrics":"([^"]+)"/.exec(output)?.[1])),
    stop: async () => {
      stopping = true;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function isReady(metricsUrl: string | undefined): Promise<boolean> {
  return metricsUrl !== undefined && (await fetch(`${metricsUrl}/readyz`)).ok;
}

export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  ms = 60_000,
  stepMs = 5,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    await sleep(stepMs);
  }
}

export const scratch = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'placet-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** An embedded API server in a process of its own, with our CRDs. */
export async function apiserver(
  folder: string,
  name: string,
  extra: readonly string[] = ['--in-memory'],
): Promise<Running & { kubeconfig: string }> {
  const kubeconfig = join(folder, `${name}.kubeconfig`);
  const running = placet(['apiserver', ...extra, '--kubeconfig', kubeconfig]);
  await until(`the API server ${name}`, () => existsSync(kubeconfig));
  return { ...running, kubeconfig };
}

/** Resident set of a process in MiB, as the kernel counts it. */
export function residentMiB(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1_024;
}
