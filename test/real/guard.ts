// Runs one server for as long as its standard input is open: however the tests end, the server and its folder end with them.
import { spawn } from 'node:child_process';
import { openSync, rmSync } from 'node:fs';
import { constants } from 'node:os';

const GRACE_MS = 10_000;

const [, , logFile = '', folder = '', command = '', ...args] = process.argv;
const log = openSync(logFile, 'a');
const server = spawn(command, args, { stdio: ['ignore', log, log] });
let isOrphan = false;

const stop = (): void => {
  server.kill('SIGTERM');
  setTimeout(() => server.kill('SIGKILL'), GRACE_MS);
};
const stopForGood = (): void => {
  isOrphan = true;
  stop();
};
const end = (code: number): never => {
  // The folder is shared with other servers: the last one to end leaves nothing.
  if (isOrphan) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  process.exit(code);
};

server.on('error', () => end(127));
server.on('exit', (code, signal) => end(code ?? 128 + (signal ? constants.signals[signal] : 0)));
// The tests write the names of signals for the server, one a line; the end of the tests is the end of this stream.
process.stdin.setEncoding('utf8');
process.stdin.on('data', (lines: string) => {
  for (const name of lines.split('\n')) if (isSignal(name)) server.kill(name);
});
process.stdin.on('end', stopForGood).on('error', stopForGood);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

function isSignal(name: string): name is NodeJS.Signals {
  return name in constants.signals;
}
