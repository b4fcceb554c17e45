import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { type Agent, type AgentOptions, startAgent } from '../../src/agent/agent.js';
import { Namespace } from '../../src/api/core.js';
import type { ApiServerOptions } from '../../src/apiserver/server.js';
import { silentLogger } from '../../src/control/log.js';
import { createCaches } from '../../src/kube/caches.js';
import { connect } from '../../src/kube/connect.js';
import { createEventRecorder } from '../../src/kube/events.js';
import { startReplicaSetLoop } from '../../src/reconciler/replicaset.js';
import { startTtlLoop } from '../../src/reconciler/ttl.js';
import { startTestServer } from '../apiserver/test-server.js';
import { type Case, playCase, readCases, type Stage } from './work-player.js';

/**
 * Answers recorded from OCM's work agent and hub controllers, played against ours on two embedded servers.
 * `work-known.json` lists the cases that do not pass yet, with the reason. It may only shrink: a listed case that
 * passes fails the test.
 */
const CLUSTER = 'golden';
const FOLDER = 'test/golden';
const CASES = readCases(`${FOLDER}/work.jsonl.gz`);
const KNOWN = JSON.parse(readFileSync(`${FOLDER}/work-known.json`, 'utf8')) as Readonly<Record<string, string>>;
const FILTER = new RegExp(process.env.GOLDEN ?? '');
const AT_A_TIME = 16;

interface Group {
  readonly name: string;
  /** What is offered beside an agent, hub controllers, garbage collection and namespace deletion. */
  readonly with: readonly string[];
  readonly without: readonly string[];
  readonly agent: Partial<AgentOptions>;
  /** Of the hub. */
  readonly server?: Partial<ApiServerOptions>;
}

const OFFERS = ['agent', 'hub', 'kcm', '!admission', '!raw-json', '!grace-8s', '!no-eviction', '!raw-json-10'];
const GROUPS: readonly Group[] = [
  { name: 'default', with: [], without: [], agent: {} },
  {
    name: 'raw JSON, grace period of 8 s',
    with: ['raw-json', 'executor-cache', 'grace-8s'],
    without: [],
    agent: { rawJson: true, evictionGraceMs: 8_000 },
  },
  {
    name: 'raw JSON of 10 bytes, no eviction',
    with: ['raw-json', 'raw-json-10', 'no-eviction', 'watch-1'],
    without: [],
    agent: { rawJson: true, maxRawJsonLength: 10, evictionGraceMs: Number.POSITIVE_INFINITY },
  },
  {
    name: 'admission',
    with: ['admission'],
    without: ['agent'],
    agent: {},
    server: { validateWorks: { executorRequired: false } },
  },
  {
    name: 'admission of works without executor',
    with: ['admission-nil-executor'],
    without: ['agent'],
    agent: {},
    server: { validateWorks: { executorRequired: true } },
  },
];

function casesOf(group: Group): Case[] {
  const replaced = new Set(group.with.map((offer) => `!${offer}`));
  const offers = new Set([...OFFERS.filter((offer) => !replaced.has(offer)), ...group.with]);
  for (const offer of group.without) offers.delete(offer);
  return CASES.filter(
    ({ needs = [], ...rest }) =>
      needs.every((need) => offers.has(need)) &&
      !rest['upstream-only'] &&
      (group.with.length === 0 || needs.some((need) => group.with.includes(need))),
  );
}

/** Runs at most so many at a time; ava starts all tests of a file at once. */
function gate(places: number) {
  const waiting: (() => void)[] = [];
  let free = places;
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

const through = gate(AT_A_TIME);
const stop = new AbortController();
const cleanups: (() => unknown)[] = [];
const stages = new Map<string, Promise<Stage>>();
test.after.always(async () => {
  stop.abort();
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** The servers outlive the test that starts them: all cases of a group share them. */
const shared = { teardown: (cleanup: () => unknown) => cleanups.push(cleanup) } as unknown as ExecutionContext;

async function open(group: Group): Promise<Stage> {
  const [hub, spoke] = await Promise.all([startTestServer(shared, group.server), startTestServer(shared)]);
  // Requests without a User-Agent were recorded: their field manager is "unknown".
  const player = (kubeconfig: string) => connect({ kubeconfig, userAgent: 'unknown' });
  const [hubPlayer, spokePlayer] = await Promise.all([player(hub.kubeconfigPath), player(spoke.kubeconfigPath)]);
  cleanups.push(
    () => hubPlayer.close(),
    () => spokePlayer.close(),
  );
  await hub.client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CLUSTER } });
  const agent: Agent | undefined = group.without.includes('agent')
    ? undefined
    : await startAgent(
        {
          clusterName: CLUSTER,
          hub: hub.client,
          spoke: spoke.client,
          log: silentLogger,
          now: () => new Date(),
          ...group.agent,
        },
        stop.signal,
      );
  const caches = createCaches(hub.client, silentLogger, stop.signal);
  const now = () => new Date();
  const events = createEventRecorder(hub.client, { component: 'golden', now, log: silentLogger });
  const context = { client: hub.client, caches, events, log: silentLogger, now };
  const loops = [startReplicaSetLoop(context, stop.signal), startTtlLoop(context, stop.signal)];
  return {
    hub: hubPlayer,
    spoke: spokePlayer,
    cluster: CLUSTER,
    hubHash: agent?.hubHash ?? '',
    agentId: agent?.agentId ?? '',
    idle: () => (agent?.idle() ?? true) && loops.every((loop) => loop.idle()),
  };
}

for (const group of GROUPS) {
  for (const played of casesOf(group)) {
    if (!FILTER.test(played.id)) continue;
    const reason = KNOWN[played.id];
    const declare = reason === undefined ? test : test.failing;
    const why = reason === undefined ? '' : `: ${reason}`;
    declare(`${played.id}: ${played.title} (${group.name})${why}`, async (t) => {
      t.timeout(300_000);
      await through(async () => {
        let stage = stages.get(group.name);
        if (!stage) {
          stage = open(group);
          stages.set(group.name, stage);
        }
        t.is(await playCase(played, await stage), undefined);
      });
    });
  }
}

test('every known case is recorded and says why it does not pass', (t) => {
  const ids = new Set(CASES.map(({ id }) => id));
  for (const [id, reason] of Object.entries(KNOWN)) {
    t.true(ids.has(id), `${id} is not recorded`);
    t.true(reason.length > 10, `${id} gives no reason`);
  }
});
