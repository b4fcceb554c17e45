import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { constants } from 'node:os';

const run = (command, args, onOutput) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', onOutput ? 'pipe' : 'inherit', 'inherit'] });
    child.stdout?.on('data', (chunk) => {
      process.stdout.write(chunk);
      onOutput(String(chunk));
    });
    child.on('close', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });

export const BUILD = ['npm', ['run', 'build', '--silent']];
export const bin = (name) => `node_modules/.bin/${name}`;

/** Runs the steps, then ava, and exits. The last line is `N passed, N failed, N skipped`. */
export async function runSuite(steps, avaArguments) {
  // A test file whose source is gone must not run from an old build.
  rmSync('dist/test', { recursive: true, force: true });
  rmSync('dist/.tsbuildinfo', { force: true });
  for (const [command, args] of steps) {
    const code = await run(command, args);
    if (code !== 0) {
      console.log(`${[command, ...args].join(' ')} failed`);
      console.log('0 passed, 1 failed, 0 skipped');
      process.exit(code);
    }
  }

  let output = '';
  const code = await run(bin('ava'), avaArguments, (chunk) => {
    output += chunk;
  });
  // ava closes with lines such as "  12 tests passed", but names those that passed only when none failed.
  const count = (what) =>
    Number([...output.matchAll(new RegExp(`^\\s*(\\d+) (?:tests? )?${what}`, 'gm'))].at(-1)?.[1] ?? 0);
  const passed = [...output.matchAll(/^\s*✔ /gm)].length;
  const failed = count('failed') + count('uncaught exceptions?') + count('unhandled rejections?');
  console.log(`${passed} passed, ${code === 0 ? failed : Math.max(1, failed)} failed, ${count('skipped')} skipped`);
  process.exit(code);
}
