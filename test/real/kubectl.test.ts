import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findKubectls, type Kubectl } from '../apiserver/kubectl.js';
import { CHAPTERS, EVERYDAY } from './kubectl-script.js';
import { comparable, type Entry, play } from './kubectl-transcript.js';
import { type Pair, SERVERS, type ServerName, startPair } from './pair.js';

const ADMIN = { name: 'admin', groups: ['system:masters'] };
const kubectls = findKubectls();

let pair: Pair | undefined;
let folder: string;
const kubeconfigs = new Map<ServerName, string>();

test.before('both servers start', async (t) => {
  folder = await mkdtemp(join(tmpdir(), 'placet-kubectl-'));
  pair = await startPair();
  for (const server of SERVERS) kubeconfigs.set(server, await pair[server].kubeconfig(ADMIN));
  t.pass();
});

test.after.always('both servers stop', async () => {
  await pair?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Plays a chapter on one server, in a namespace of its own that has the same name on the other one. */
async function transcript(server: ServerName, { version, path }: Kubectl, title: string): Promise<readonly Entry[]> {
  const chapter = Object.keys(CHAPTERS).indexOf(title);
  const namespace = `k${version.replaceAll('.', '-')}-${chapter}`;
  const home = join(folder, `${server}-${namespace}`);
  const kubeconfig = JSON.parse(kubeconfigs.get(server) ?? '');
  kubeconfig.contexts[0].context.namespace = namespace;
  await mkdir(home);
  await writeFile(join(home, 'kubeconfig'), JSON.stringify(kubeconfig));
  const env = {
    // Too short-lived to collect its garbage.
    GOGC: 'off',
    HOME: home,
    KUBECONFIG: join(home, 'kubeconfig'),
    KUBECACHEDIR: join(folder, `cache-${server}-${version}`),
    KUBECTL_EXTERNAL_DIFF: 'diff -U1 --label live --label merged',
  };
  const { server: url } = kubeconfig.clusters[0].cluster;
  return play({ path, env, namespace, server: url }, ['create namespace {ns}', ...(CHAPTERS[title] ?? [])]);
}

/** A few chapters at a time: what takes too long grows old, and tables show it. */
const lanes = Array.from({ length: 3 }, (): Promise<unknown> => Promise.resolve());
let started = 0;

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const lane = started++ % lanes.length;
  const done = (lanes[lane] ?? Promise.resolve()).then(work);
  // Whoever waits for this one is told of its failure; the next one begins after it all the same.
  lanes[lane] = done.catch(() => undefined);
  return done;
}

for (const [index, kubectl] of kubectls.entries()) {
  // The oldest and the newest play every chapter.
  const complete = index === 0 || index === kubectls.length - 1;
  for (const title of complete ? Object.keys(CHAPTERS) : [EVERYDAY]) {
    test(`kubectl ${kubectl.version} ${title} with the same output on both servers`, async (t) => {
      const [embedded = [], real = []] = await inTurn(() =>
        Promise.all(SERVERS.map((server) => transcript(server, kubectl, title))),
      );
      t.deepEqual(...comparable(embedded, real));
    });
  }
}

// Elsewhere a machine may have none; in CI its absence would hide what it should show.
if (kubectls.length === 0) {
  const declare = process.env.CI ? test : test.skip;
  declare('kubectl gives the same output on both servers (there is no kubectl on this machine)', (t) => t.fail());
}
