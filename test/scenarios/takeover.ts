import { setTimeout as sleep } from 'node:timers/promises';
import type { ResourceType } from '../../src/api/resource.js';
import { until } from '../until.js';
import { followBanners } from './banners.js';
import { Command } from './command.js';
import { type Fleet, startFleet } from './fleet.js';
import { answersWholly, goesThrough, losses } from './losses.js';
import { SOURCE } from './manifests.js';
import { WEBHOOK_SECRET } from './processes.js';
import type { Register, Servers } from './server.js';

const Lease: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

/** How long a commit takes to its cluster and back, about. */
const WAY_MS = 600;

/** The hub that holds the Lease. */
async function leader(fleet: Fleet): Promise<Command> {
  const hub = await fleet.admin();
  return until('a leader', async () => {
    const lease = await hub.get(Lease, { namespace: SOURCE.namespace, name: 'placet-hub' });
    const { holderIdentity = '' } = (lease?.spec ?? {}) as { holderIdentity?: string }; // a Lease
    return fleet.running.parts.find(
      (part): part is Command => part instanceof Command && holderIdentity.endsWith(`_${part.pid}`),
    );
  });
}

/** Two hubs, as `manifests/` runs them. */
export function takesOver(register: Register, servers: Servers): void {
  register(
    'a hub that is killed while it leads is followed by the other: nothing lost, doubled or removed',
    async (t) => {
      const fleet = await startFleet(t, servers, { clusters: ['prod-eu'], processes: true, replicas: 2 });
      const lost = await losses(fleet);
      const taken = await followBanners(fleet);
      const first = await leader(fleet);
      await first.kill();
      await answersWholly(t, fleet, 'the leader is dead');
      await goesThrough(fleet, 'second-leads');
      const second = await leader(fleet);
      t.not(second.name, first.name);
      await first.start();
      await goesThrough(fleet, 'both-run');
      t.is(await leader(fleet), second, 'a hub that comes back does not take over');
      t.deepEqual(await lost(), []);
      for (const [object, values] of Object.entries(await taken())) {
        t.deepEqual(values, ['second-leads', 'both-run'], object);
      }
      t.deepEqual(fleet.refusals(), []);
    },
  );
  register('a push that only a hub hears of which does not lead is followed at once', async (t) => {
    const fleet = await startFleet(t, servers, { clusters: ['prod-eu'], processes: true, replicas: 2 });
    await fleet.source({ interval: '1h', webhook: { secretRef: { name: WEBHOOK_SECRET } } });
    const { parts, replicas } = fleet.running;
    const leads = await leader(fleet);
    const other = replicas.find((_, index) => parts[index] !== leads);
    t.truthy(other);
    const sha = fleet.commit('works/web.yaml', /banner: .*/, 'banner: heard-by-the-other');
    fleet.look(other);
    await fleet.applied(sha);
    t.deepEqual(fleet.refusals(), []);
  });

  register('a hub that was frozen while it led writes nothing once another one leads', async (t) => {
    const fleet = await startFleet(t, servers, { clusters: ['prod-eu'], processes: true, replicas: 2 });
    const taken = await followBanners(fleet);
    const first = await leader(fleet);
    fleet.commit('works/web.yaml', /banner: .*/, 'banner: on-its-way');
    fleet.look();
    await sleep(Math.random() * WAY_MS); // the moment is the input of this test
    await first.freeze();
    await until('the other to lead', async () => (await leader(fleet)) !== first);
    const sha = fleet.commit('works/web.yaml', /banner: .*/, 'banner: second-leads');
    fleet.look(fleet.running.replicas.find((_, index) => fleet.running.parts[index] !== first));
    await fleet.applied(sha);
    fleet.forgetRequests();
    await first.thaw();
    await first.ended();
    await fleet.quiet('the fleet');
    // A push that waited for it to thaw is told to the leader, as by any hub.
    const writes = fleet
      .writes()
      .filter((write) => !write.endsWith(`patch gitsources ${SOURCE.namespace}/${SOURCE.name}`));
    t.deepEqual(writes, []);
    for (const [object, values] of Object.entries(await taken())) t.is(values.at(-1), 'second-leads', object);
    await first.kill();
    await first.start();
    await goesThrough(fleet, 'both-run');
    for (const values of Object.values(await taken())) {
      t.deepEqual(
        values,
        ['on-its-way', 'second-leads', 'both-run'].filter((banner) => values.includes(banner)),
      );
    }
  });
}
