import { ConfigMap } from '../../src/api/core.js';
import { keyOf } from '../../src/api/meta.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { ManifestWork } from '../../src/api/work.js';
import type { KubeClient } from '../../src/kube/client.js';
import { until } from '../until.js';
import { startFleet } from './fleet.js';
import { random } from './random.js';
import type { Register, Servers } from './server.js';

const ROUNDS = 5;
const WRITES = new Set<PropertyKey>(['create', 'update', 'patch', 'apply', 'delete']);

/** How many writes everything together may still do, and whether the last one's answer is lost or the write itself. */
interface Life {
  writes: number;
  answerLost: boolean;
}

const dying = (client: KubeClient, life: Life): KubeClient =>
  new Proxy(client, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const method = member.bind(target);
      if (name === 'impersonate') return (...input: unknown[]) => dying(method(...input), life);
      if (!WRITES.has(name)) return method;
      return async (...input: unknown[]) => {
        life.writes -= 1;
        if (life.writes === -1 && life.answerLost) await method(...input);
        if (life.writes < 0) throw new Error('killed');
        return await method(...input);
      };
    },
  });

/** Loops and agents that die in the middle of what they do. */
export function killedAtWrites(register: Register, servers: Servers): void {
  register(
    'killed at any write of any loop or agent and started again, all of it converges with nothing lost or doubled',
    async (t) => {
      const seed = Date.now() % 1_000_000;
      t.log(`seed ${seed}`);
      const next = random(seed);
      const life: Life = { writes: Number.POSITIVE_INFINITY, answerLost: false };
      const fleet = await startFleet(t, servers, {
        clusters: ['prod-eu', 'prod-us', 'edge-eu'],
        wrap: (client) => dying(client, life),
      });
      const hub = await fleet.admin();
      const regions = ['eu', 'us'];
      for (let round = 0; round < ROUNDS; round += 1) {
        const banner = `round-${round}`;
        const here = regions[(round + 1) % 2] ?? '';
        fleet.edit('works/web.yaml', /banner: .*/, `banner: ${banner}`);
        fleet.edit('placements/web.yaml', /region: .*/, `region: ${here}`);
        const sha = fleet.repository.commit(banner);
        life.writes = Math.floor(next() * 24);
        life.answerLost = next() < 0.5;
        fleet.look();
        const arrived = async (): Promise<boolean> => {
          const cluster = `prod-${here}`;
          const spoke = await fleet.admin(cluster);
          return (await spoke.get(ConfigMap, { namespace: 'web', name: 'web' }))?.data?.banner === banner;
        };
        await until('death, or the end of the round', async () => life.writes < 0 || (await arrived()));
        await fleet.stop();
        life.writes = Number.POSITIVE_INFINITY;
        await fleet.start();
        await until(`${banner} in ${here}`, arrived);
        const there = await fleet.admin(`prod-${regions[round % 2]}`);
        await until(
          'the objects to leave the other region',
          async () => (await there.get(ConfigMap, { namespace: 'web', name: 'web' })) === undefined,
        );
        await fleet.applied(sha);
        const worksNow = async () => (await hub.list(ManifestWork)).items.map(keyOf).sort();
        await until('the work to leave the other region', async () => (await worksNow()).length === 2);
        const works = await worksNow();
        t.is(works[0], 'edge-eu/store-settings');
        t.true(works[1]?.startsWith(`prod-${here}/web`));
        const decisions = (await hub.list(PlacementDecision, { namespace: 'fleet' })).items;
        t.deepEqual(decisions.map(({ metadata }) => metadata.name).sort(), [
          'reports-decision-1',
          'stores-decision-1',
          'web-decision-1',
        ]);
      }
    },
  );
}
