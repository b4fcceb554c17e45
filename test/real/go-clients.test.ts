import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { builtFrom } from './binaries.js';
import { type Pair, SERVERS, type ServerName, startPair } from './pair.js';

const PROGRAM = resolve('test/real/clients/go');
const ADMIN = { name: 'go-clients', groups: ['system:masters'] };

const CASES: Readonly<Record<string, string>> = {
  informer: 'an informer of client-go is told every step of concurrent writes in order, and resyncs',
  cut: 'an informer of client-go whose connections are cut all the time ends with what a list shows',
  compaction: 'an informer of client-go lists again when its version is forgotten while it is away',
  apply: 'typed apply configurations of many managers conflict, force, give up fields and miss none',
  election: 'leader election has one leader at a time when leaders let go and when they lose their network',
  counter: 'optimistic concurrency loses no step of many counters, in JSON and in protobuf',
  dynamic: 'the dynamic client finds a kind by discovery while it comes and goes',
  manager: "controller-runtime's manager reconciles, writes status and finalizes",
};

const LAST_WORDS = 3_000;

let pair: Pair | undefined;
let folder: string;
let program: string;

test.before('both servers and the program start', async (t) => {
  folder = await mkdtemp(join(tmpdir(), 'placet-go-'));
  program = await builtFrom(PROGRAM, 'clients', (line) => process.stderr.write(`${line}\n`));
  pair = await startPair();
  for (const server of SERVERS) await writeFile(join(folder, server), await pair[server].kubeconfig(ADMIN));
  t.pass();
});

test.after.always('both servers stop', async () => {
  await pair?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The last line the program wrote: what it found out. */
async function factsOf(server: ServerName, name: string): Promise<unknown> {
  const child = spawn(program, [name], {
    env: { KUBECONFIG: join(folder, server) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${String(chunk)}`.slice(-LAST_WORDS);
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let facts: unknown;
  for await (const line of createInterface(child.stdout)) {
    facts = JSON.parse(line);
    if (!isRequest(facts)) continue;
    await pair?.[server].compact();
    child.stdin.write('done\n');
  }
  const code = await ended;
  if (code !== 0 || facts === undefined)
    throw new Error(`${name} ended with ${code} on ${server}: ${JSON.stringify(facts)} ${said}`);
  return facts;
}

const isRequest = (line: unknown): boolean =>
  typeof line === 'object' && line !== null && 'ask' in line && line.ask === 'compact';

for (const [name, title] of Object.entries(CASES)) {
  test(title, async (t) => {
    const [embedded, real] = await Promise.all(SERVERS.map((server) => factsOf(server, name)));
    t.deepEqual(embedded, real);
  });
}
