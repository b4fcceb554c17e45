import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestFn } from 'ava';
import { ManagedCluster } from '../../src/api/cluster.js';
import { Event } from '../../src/api/core.js';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { silentLogger } from '../../src/control/log.js';
import { createCaches } from '../../src/kube/caches.js';
import type { KubeClient } from '../../src/kube/client.js';
import { createEventRecorder } from '../../src/kube/events.js';
import { startPlacementLoop } from '../../src/reconciler/placement.js';
import { type Case, differences, readCases, type Step } from './placement-cases.js';
import { until, World } from './placement-world.js';
import { type GoldenServers, type Known, knownOn } from './servers.js';

const FOLDER = 'test/golden';
const TOGETHER = 60;
const DEADLINE_MS = 180_000;
const HANGS_MS = 900_000;

/** Cases that do not pass yet, with the reason. The list may only shrink. */
const KNOWN = JSON.parse(readFileSync(`${FOLDER}/placement-known.json`, 'utf8')) as Known;

type Results = ReadonlyMap<string, readonly string[]>;

/** Plays cases side by side on one hub, step by step, each step until nothing is left to do. */
async function play(servers: GoldenServers, cases: readonly Case[]): Promise<Results> {
  const { client, close } = await servers.hub();
  const stop = new AbortController();
  const caches = createCaches(client, silentLogger, stop.signal);
  const now = () => new Date();
  const events = createEventRecorder(client, { component: 'placet-test', now, log: silentLogger });
  const loop = startPlacementLoop({ client, caches, events, log: silentLogger, now }, stop.signal);
  const results = new Map<string, readonly string[]>();
  const worlds = cases.map((played, serial) => new World(played, client, caches, serial));
  const fail = (world: World, why: readonly string[]) => results.set(world.played.id, why);
  try {
    // On a hub of its own a `{}` set would be empty in the end; recorded hubs always had other clusters.
    if (cases.length > 1) await client.create(ManagedCluster, BYSTANDER);
    const longest = Math.max(...cases.map(({ steps }) => steps.length));
    for (let at = 0; at < longest; at += 1) {
      const playing = worlds.flatMap((world) => {
        const step = world.played.steps[at];
        return step && !results.has(world.played.id) ? [{ world, step }] : [];
      });
      await delay(Math.max(0, ...playing.map(({ step }) => step.wait ?? 0)));
      await Promise.all(
        playing.map(({ world, step }) =>
          world.apply(step.do ?? []).catch((error: unknown) => fail(world, [`step ${at}: ${String(error)}`])),
        ),
      );
      const settled = await until(
        () => playing.every(({ world }) => results.has(world.played.id) || world.isSeen()) && loop.idle(),
        DEADLINE_MS,
      );
      for (const [world, found] of await unlike(
        client,
        playing.filter(({ world }) => !results.has(world.played.id)),
      )) {
        fail(world, [`step ${at}${settled ? '' : ' (never idle)'}`, ...found]);
      }
      const announced = playing.filter(({ world, step }) => step.events && !results.has(world.played.id));
      for (const [world, missing] of await missingEvents(client, announced)) {
        fail(world, [`step ${at}`, ...missing.map((event) => `no event ${event}`)]);
      }
    }
  } finally {
    stop.abort();
    await loop.stopped;
    await close();
  }
  return results;
}

const BYSTANDER = {
  apiVersion: 'cluster.open-cluster-management.io/v1',
  kind: 'ManagedCluster',
  metadata: { name: 'bystander' },
  spec: {},
};

/** What differs from the recording; only cases about clocks get time to come round to it. */
async function unlike(client: KubeClient, playing: readonly Playing[]): Promise<ReadonlyMap<World, readonly string[]>> {
  const found = new Map<World, readonly string[]>();
  const look = async (): Promise<boolean> => {
    found.clear();
    const placements = (await client.list(Placement)).items;
    const decisions = (await client.list(PlacementDecision)).items;
    for (const { world, step } of playing) {
      const seen = step.expect && differences(step.expect, world.observe(placements, decisions), world.played);
      if (!world.isSeen()) found.set(world, ['the caches never saw it']);
      else if (seen && seen.length > 0) found.set(world, seen);
    }
    return ![...found.keys()].some(({ played }) => isSlow(played));
  };
  await until(look, DEADLINE_MS);
  return found;
}

interface Playing {
  readonly world: World;
  readonly step: Step;
}

/** Events are written behind the decisions; what is still missing at the deadline. */
async function missingEvents(
  client: KubeClient,
  announced: readonly Playing[],
): Promise<ReadonlyMap<World, readonly string[]>> {
  let missing = new Map<World, readonly string[]>();
  const look = async (): Promise<boolean> => {
    const { items } = await client.list(Event);
    missing = new Map();
    for (const { world, step } of announced) {
      const mine = items.filter(({ metadata }) => world.spaces.has(metadata.namespace ?? ''));
      const seen = world.anonymous(mine.map((event) => `${event.reason} ${event.action} ${event.type} ${event.note}`));
      const absent = (step.events ?? []).filter((event) => !seen.includes(event));
      if (absent.length > 0) missing.set(world, absent);
    }
    if (missing.size > 0) await delay(100);
    return missing.size === 0;
  };
  if (announced.length > 0) await until(look, DEADLINE_MS);
  return missing;
}

const cases = readCases(`${FOLDER}/placement.jsonl.gz`);
const isAlone = ({ tags }: Case): boolean => tags.includes('alone');
const isSlow = ({ tags }: Case): boolean => tags.includes('slow');
const crowd = cases.filter((recorded) => !isAlone(recorded) && !isSlow(recorded));
const batches = [
  cases.filter(isSlow),
  ...Array.from({ length: Math.ceil(crowd.length / TOGETHER) }, (_, at) =>
    crowd.slice(at * TOGETHER, (at + 1) * TOGETHER),
  ),
  ...cases.filter(isAlone).map((recorded) => [recorded]),
];

/** Registers the recorded placements, to be played on these servers. */
export function recordedPlacements(test: TestFn, servers: GoldenServers): void {
  const known = knownOn(KNOWN, servers.name);
  test.after.always(() => servers.close());
  test.serial(`${servers.name}: recorded answers of OCM 1.3.1 to placements`, async (t) => {
    const failures = new Map<string, readonly string[]>();
    const waiting = [...batches];
    const worker = async (): Promise<void> => {
      for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
        // Begins again with each batch: only one that hangs can be too late.
        t.timeout(HANGS_MS);
        for (const [id, why] of await play(servers, batch)) failures.set(id, why);
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    t.log(`${cases.length - failures.size} of ${cases.length} cases agree`);
    const broken = cases.flatMap(({ id, title }) => {
      const why = failures.get(id);
      return why && !(id in known) ? [`${id} (${title}): ${why.join(' | ')}`] : [];
    });
    const repaired = Object.keys(known).filter((id) => !failures.has(id));
    t.deepEqual(
      { broken, repaired },
      { broken: [], repaired: [] },
      'repaired or unknown cases go off placement-known.json',
    );
  });
}
