import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { startFleet } from '../scenarios/fleet.js';
import { movesWorkload } from '../scenarios/moved-workload.js';
import { REAL } from './real-server.js';

test('placet hub and placet agent under their own roles: a pushed commit moves a workload, a broken one changes nothing', async (t) => {
  const fleet = await startFleet(t, REAL, { clusters: ['prod-eu', 'prod-us'], processes: true });
  const { running, repository } = fleet;
  await movesWorkload(t, {
    hub: await fleet.admin(),
    eu: await fleet.admin('prod-eu'),
    us: await fleet.admin('prod-us'),
    metricsUrl: running.replicas[0]?.metricsUrl ?? '',
    read: (path) => readFileSync(join(repository.directory, path), 'utf8'),
    push: (path, text) => {
      repository.write({ [path]: text });
      const sha = repository.commit();
      fleet.look();
      return sha;
    },
    ask: (parameters, token) => fleet.ask(parameters, token),
  });
  t.deepEqual(fleet.refusals(), []);
  await fleet.stop();
});
