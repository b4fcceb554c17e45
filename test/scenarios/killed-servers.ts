import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigMap } from '../../src/api/core.js';
import { keyOf } from '../../src/api/meta.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { ManifestWork } from '../../src/api/work.js';
import { followBanners } from './banners.js';
import { until } from './dev-process.js';
import { type Fleet, startFleet } from './fleet.js';
import { answersWholly, clustersOf, losses } from './losses.js';
import { random } from './random.js';
import type { Part, Register, Servers } from './server.js';

const CLUSTER = 'prod-eu';
/** How long a commit takes to its cluster and back, about: kills fall within it. */
const WAY_MS = 600;

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

/** Loops and agents outlive the servers they work on. */
export function killedServers(register: Register, servers: Servers, rounds: number): void {
  register(
    'Invariant 7: servers killed at random moments and started again lose, double and remove nothing',
    async (t) => {
      const seed = Date.now() % 1_000_000;
      t.log(`seed ${seed}`);
      const next = random(seed);
      const fleet = await startFleet(t, servers, { clusters: [CLUSTER] });
      const lost = await losses(fleet);
      const taken = await followBanners(fleet);
      const banners: string[] = [];
      for (let round = 0; round < rounds; round += 1) {
        for (const [where, server] of [
          ['hub', fleet.hub],
          ['cluster', fleet.spokes.get(CLUSTER)],
        ] as const) {
          for (const part of server?.parts ?? []) {
            const banner = `${where}-${part.name}-${round}`;
            banners.push(`${banner}-before`, `${banner}-while-down`);
            await killAndStart(fleet, part, banner, next() * WAY_MS, () =>
              answersWholly(t, fleet, `${part.name} of the ${where} is dead`),
            );
            await answersWholly(t, fleet, `${part.name} of the ${where} is back`);
          }
        }
      }
      t.true(banners.length > 0, 'nothing was killed');
      t.deepEqual(await lost(), []);
      for (const [object, values] of Object.entries(await taken())) {
        // A commit that was overtaken may be left out, but none comes twice, late, or not in the end.
        t.deepEqual(
          values,
          banners.filter((banner) => values.includes(banner)),
          object,
        );
        t.is(values.at(-1), banners.at(-1), object);
        for (const banner of banners)
          if (banner.endsWith('while-down')) t.true(values.includes(banner), `${object}: ${banner}`);
      }
      t.is(Object.keys(await taken()).length, 3);
      const hub = await fleet.admin();
      const works = (await hub.list(ManifestWork)).items.map(keyOf).sort();
      t.is(works.length, 2, works.join());
      t.is((await hub.list(PlacementDecision)).items.flatMap(clustersOf).length, 3);
      fleet.forgetRequests();
      await fleet.restart();
      await fleet.arrived();
      t.deepEqual(fleet.writes(), [], 'nothing was left to do');
    },
  );
}
