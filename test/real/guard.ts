// Runs one server for as long as its standard input is open: however the tests end, the server ends with them.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';

const GRACE_MS = 10_000;

const [, , logFile = '', command = '', ...args] = process.argv;
const log = openSync(logFile, 'a');
const server = spawn(command, args, { stdio: ['ignore', log, log] });
server.on('error', () => process.exit(127));
server.on('exit', (code) => process.exit(code ?? 1));

const stop = (): void => {
  server.kill('SIGTERM');
  setTimeout(() => server.kill('SIGKILL'), GRACE_MS);
};
process.stdin.on('end', stop).on('error', stop).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
