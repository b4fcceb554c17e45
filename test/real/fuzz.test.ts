import test from 'ava';
import { fuzz } from '../fuzz/fuzz.js';
import { describeDifference } from '../fuzz/report.js';
import { prepare, startEmbedded } from '../fuzz/servers.js';
import { startCluster } from './cluster.js';

const SEED = 8;
const STEPS = 300;

test('300 random requests are answered alike by the embedded server and kube-apiserver', async (t) => {
  const [embedded, real] = await Promise.all([startEmbedded(), startCluster({ controllers: [] })]);
  t.teardown(async () => {
    await Promise.all([embedded.close(), real.close()]);
  });
  await Promise.all([prepare(embedded), prepare(real)]);
  let played = 0;
  await fuzz({
    seed: SEED,
    steps: STEPS,
    embedded,
    real,
    played: () => {
      played += 1;
    },
    found: (difference) => {
      t.fail(describeDifference(difference));
      return 'stop';
    },
  });
  t.true(played >= STEPS);
});
