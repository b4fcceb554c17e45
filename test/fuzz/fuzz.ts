import fc from 'fast-check';
import type { Access } from '../conformance/wire.js';
import { type Difference, Duel, type Played } from './duel.js';
import type { FuzzKind } from './fuzz-kind.js';
import { sequenceOf } from './requests.js';
import type { Step } from './step.js';

export interface FuzzOptions {
  readonly seed: number;
  readonly steps: number;
  readonly embedded: Access;
  readonly real: Access;
  readonly kinds: readonly FuzzKind[];
  /** Goes on after a difference. */
  readonly found: (difference: Difference) => 'stop' | 'go on';
  readonly played: (one: Played) => void;
}

const SHRINK_LIMIT_MS = 60_000;

/** Plays sequences until their steps are `steps`; gives the shrunk differences. */
export async function fuzz(options: FuzzOptions): Promise<void> {
  const { seed, steps, embedded, real, kinds, found, played } = options;
  const duel = new Duel(embedded, real, kinds);
  const sequences = sequenceOf(kinds);
  const run = Date.now().toString(36);
  let plays = 0;
  const play = (sequence: readonly Step[], count: (one: Played) => void): Promise<Difference | undefined> => {
    plays += 1;
    return duel.play(sequence, `fuzz-${run}-${plays}`, count);
  };
  try {
    let done = 0;
    for (let number = 0; done < steps; number += 1) {
      const difference = await firstDifference(sequences, seed * 100_000 + number, play, (one) => {
        done += 1;
        played(one);
      });
      if (difference && found(difference) === 'stop') return;
    }
  } finally {
    duel.close();
  }
}

async function firstDifference(
  sequences: fc.Arbitrary<readonly Step[]>,
  seed: number,
  play: (sequence: readonly Step[], count: (one: Played) => void) => Promise<Difference | undefined>,
  played: (one: Played) => void,
): Promise<Difference | undefined> {
  let smallest: Difference | undefined;
  const deadline = Date.now() + SHRINK_LIMIT_MS;
  const property = fc.asyncProperty(sequences, async (sequence) => {
    // Only the first play counts; the others shrink what it found.
    if (smallest && Date.now() > deadline) return true;
    const difference = await play(sequence, smallest ? () => undefined : played);
    smallest = difference ?? smallest;
    return difference === undefined;
  });
  const { failed, errorInstance } = await fc.check(property, { seed, numRuns: 1 });
  // A server that does not answer is no difference.
  if (failed && !smallest) throw errorInstance;
  return smallest;
}
