import test from 'ava';
import { define } from '../fuzz/define.js';
import { fuzz } from '../fuzz/fuzz.js';
import { KINDS } from '../fuzz/kinds.js';
import { RANDOM_KINDS, randomKinds } from '../fuzz/random-kinds.js';
import { describeDifference } from '../fuzz/report.js';
import { prepare, startEmbedded } from '../fuzz/servers.js';
import { startCluster } from './cluster.js';

/** One that agrees, so that what agrees stays so; other seeds are for `npm run fuzz:api`. */
const SEED = 1;
const STEPS = 2_000;

test(`${STEPS} requests made from seed ${SEED} are answered alike by the embedded server and kube-apiserver`, async (t) => {
  const [embedded, real] = await Promise.all([startEmbedded(), startCluster({ controllers: [] })]);
  t.teardown(async () => {
    await Promise.all([embedded.close(), real.close()]);
  });
  await Promise.all([prepare(embedded), prepare(real)]);
  const random = await define([embedded, real], randomKinds(SEED, RANDOM_KINDS), (difference) =>
    t.fail(describeDifference(difference)),
  );
  let played = 0;
  await fuzz({
    seed: SEED,
    steps: STEPS,
    embedded,
    real,
    kinds: [...KINDS, ...random],
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
