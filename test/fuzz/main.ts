import { parseArgs } from 'node:util';
import { startCluster } from '../real/cluster.js';
import { define } from './define.js';
import type { Difference } from './duel.js';
import { fuzz } from './fuzz.js';
import type { FuzzKind } from './fuzz-kind.js';
import { ALL_KINDS, KINDS } from './kinds.js';
import { RANDOM_KINDS, randomKinds } from './random-kinds.js';
import { describeDifference, Summary } from './report.js';
import { prepare, startEmbedded } from './servers.js';

/** Compares the embedded server with a kube-apiserver started for it; exit code 1 when they differ. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      steps: { type: 'string', default: '2000' },
      all: { type: 'boolean', default: false },
      kinds: { type: 'string' },
    },
  });
  const [embedded, real] = await Promise.all([startEmbedded(), startCluster({ controllers: [] })]);
  const summary = new Summary(values.seed);
  try {
    await Promise.all([prepare(embedded), prepare(real)]);
    const found = (difference: Difference): 'stop' | 'go on' => {
      summary.differences += 1;
      process.stdout.write(`${describeDifference(difference)}\n`);
      return values.all ? 'go on' : 'stop';
    };
    const random = await define([embedded, real], randomKinds(Number(values.seed), RANDOM_KINDS), found);
    await fuzz({
      seed: Number(values.seed),
      steps: Number(values.steps),
      embedded,
      real,
      kinds: values.kinds === undefined ? [...KINDS, ...random] : kindsNamed(values.kinds.split(','), random),
      played: (one) => summary.count(one),
      found,
    });
  } finally {
    await Promise.all([embedded.close(), real.close()]);
  }
  process.stdout.write(summary.text());
  return summary.differences === 0 ? 0 : 1;
}

/** `Random` names all that are defined for the run. */
const kindsNamed = (names: readonly string[], random: readonly FuzzKind[]): readonly FuzzKind[] =>
  names.flatMap((name) => {
    if (name === 'Random') return random;
    const found = ALL_KINDS.find(({ kind }) => kind === name);
    if (!found) throw new Error(`no kind ${name}: Random, ${ALL_KINDS.map(({ kind }) => kind).join(', ')}`);
    return [found];
  });
