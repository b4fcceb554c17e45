import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { ConfigMap } from '../../src/api/core.js';
import { keyOf } from '../../src/api/meta.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { ManifestWork } from '../../src/api/work.js';
import { until } from '../until.js';
import { followBanners } from './banners.js';
import { type Fleet, startFleet } from './fleet.js';
import { answersWholly, clustersOf, goesThrough, losses } from './losses.js';
import { random } from './random.js';
import type { Part, Register, Servers } from './server.js';

const CLUSTER = 'prod-eu';
/** How long a commit takes to its cluster and back, about: kills fall within it. */
const WAY_MS = 600;
/** How long hub and agent take until they work, about. */
const START_MS = 1_500;

function commit(fleet: Fleet, banner: string): string {
  const sha = fleet.commit('works/web.yaml', /banner: .*/, `banner: ${banner}`);
  fleet.look();
  return sha;
}

const arrived = async (fleet: Fleet, banner: string): Promise<void> => {
  const spoke = await fleet.admin(CLUSTER);
  const web = { namespace: 'web', name: 'web' };
  await until(`the banner ${banner}`, async () => (await spoke.get(ConfigMap, web))?.data?.banner === banner);
};

/** A commit is on its way when the part dies; another one is made while it is dead. */
async function killAndStart(fleet: Fleet, part: Part, banner: string, afterMs: number, when: () => Promise<void>) {
  commit(fleet, `${banner}-before`);
  await sleep(afterMs); // the moment is the input of this test
  await part.kill();
  const sha = commit(fleet, `${banner}-while-down`);
  await when();
  await part.start();
  await arrived(fleet, `${banner}-while-down`);
  await fleet.applied(sha);
}

interface Victim {
  readonly where: string;
  readonly part: Part;
}

const victimsOf = (where: string, parts: readonly Part[] = []): Victim[] => parts.map((part) => ({ where, part }));

/** Gives what roles did not allow meanwhile. */
async function killEach(
  t: ExecutionContext,
  fleet: Fleet,
  victims: () => readonly Victim[],
  rounds: number,
): Promise<readonly string[]> {
  const seed = Date.now() % 1_000_000;
  t.log(`seed ${seed}`);
  const next = random(seed);
  const lost = await losses(fleet);
  const taken = await followBanners(fleet);
  const banners: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const { where, part } of victims()) {
      const banner = `${where}-${part.name.replaceAll(' ', '-')}-${round}`;
      banners.push(`${banner}-before`, `${banner}-while-down`);
      const whole = (how: string): Promise<void> => answersWholly(t, fleet, `${part.name} of ${where} is ${how}`);
      await killAndStart(fleet, part, banner, next() * WAY_MS, () => whole('dead'));
      await whole('back');
    }
  }
  t.true(banners.length > 0, 'nothing was killed');
  t.deepEqual(await lost(), []);
  assertTaken(t, await taken(), banners);
  const hub = await fleet.admin();
  const works = (await hub.list(ManifestWork)).items.map(keyOf).sort();
  t.is(works.length, 2, works.join());
  t.is((await hub.list(PlacementDecision)).items.flatMap(clustersOf).length, 3);
  t.true(fleet.writes().length > 0, 'writes are seen');
  const refusals = fleet.refusals();
  fleet.forgetRequests();
  await fleet.restart();
  await fleet.arrived();
  t.deepEqual(fleet.writes(), [], 'nothing was left to do');
  return refusals;
}

/** A commit that was overtaken on its way may be left out; none comes twice or late, and the last one stays. */
export function assertTaken(
  t: ExecutionContext,
  taken: Readonly<Record<string, readonly string[]>>,
  banners: readonly string[],
) {
  t.is(Object.keys(taken).length, 3);
  for (const [object, values] of Object.entries(taken)) {
    t.deepEqual(
      values,
      banners.filter((banner) => values.includes(banner)),
      object,
    );
    for (const banner of banners.filter((one) => one.includes('-while-'))) {
      t.true(values.includes(banner), `${object}: ${banner}`);
    }
  }
}

/** An agent goes by the last works it knew for as long as the hub is dead. */
async function mendsDrift(fleet: Fleet): Promise<void> {
  const [hub] = fleet.hub.parts;
  const spoke = await fleet.admin(CLUSTER);
  const web = { namespace: 'web', name: 'web' };
  await hub?.kill();
  await spoke.delete(ConfigMap, web);
  await until('the deleted object to come back while the hub is dead', () => spoke.get(ConfigMap, web));
  await hub?.start();
  await goesThrough(fleet, 'after-drift');
}

/** Loops and agents outlive the servers they work on. */
export function killedServers(register: Register, servers: Servers, rounds: number): void {
  const title = 'Invariant 7: servers killed at random moments and started again lose, double and remove nothing';
  register(title, async (t) => {
    const fleet = await startFleet(t, servers, { clusters: [CLUSTER] });
    const victims = [...victimsOf('hub', fleet.hub.parts), ...victimsOf(CLUSTER, fleet.spokes.get(CLUSTER)?.parts)];
    // What is refused here says nothing: a kube-apiserver refuses everything until it has read its roles.
    await killEach(t, fleet, () => victims, rounds);
    await mendsDrift(fleet);
  });
}

/** Kills whatever starts, most often before it is ready. */
async function killWhileStarting(t: ExecutionContext, fleet: Fleet, kills: number): Promise<void> {
  const seed = Date.now() % 1_000_000;
  t.log(`seed ${seed} of kills while starting`);
  const next = random(seed);
  for (const part of fleet.running.parts) await part.kill();
  commit(fleet, 'while-none-runs');
  for (let kill = 0; kill < kills; kill += 1) {
    const starts = fleet.running.parts.map((part) => part.start().catch(() => undefined));
    await sleep(next() * START_MS); // the moment is the input of this test
    for (const part of fleet.running.parts) await part.kill();
    await Promise.all(starts);
  }
  await Promise.all(fleet.running.parts.map((part) => part.start()));
  await arrived(fleet, 'while-none-runs');
}

/** Hub and agent are processes under the accounts of `manifests/`. */
export function killedProcesses(register: Register, servers: Servers, rounds: number): void {
  const title = 'hub and agent processes killed at random moments and started again lose, double and remove nothing';
  register(title, async (t) => {
    const fleet = await startFleet(t, servers, { clusters: [CLUSTER], processes: true });
    const lost = await losses(fleet);
    await killWhileStarting(t, fleet, 2 * rounds);
    t.deepEqual(await lost(), []);
    t.deepEqual(await killEach(t, fleet, () => victimsOf('fleet', fleet.running.parts), rounds), []);
  });
}
