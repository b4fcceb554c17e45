import { isDeepStrictEqual } from 'node:util';
import { type Access, Wire } from '../conformance/wire.js';
import { until } from '../until.js';
import { DEFINITIONS } from './definition-answers.js';
import { isDeliberate } from './deliberate.js';
import type { Difference } from './duel.js';
import { Player } from './player.js';
import type { RandomKind } from './random-kinds.js';
import type { Step } from './step.js';

/** No namespace has this name. */
const NOWHERE = 'fuzz-nowhere';

/** Defines kinds on both servers, and gives those that both serve now; an answer that differs is told. */
export async function define(
  servers: readonly [embedded: Access, real: Access],
  kinds: readonly RandomKind[],
  found: (difference: Difference) => void,
): Promise<readonly RandomKind[]> {
  const wires = servers.map((access) => new Wire(access));
  const made: RandomKind[] = [];
  try {
    for (const kind of kinds) {
      const dry: Step = { method: 'POST', path: DEFINITIONS, query: { dryRun: 'All' }, body: kind.definition };
      const answers = wires.map((wire) => new Player(wire, NOWHERE).play(dry));
      const [embedded, real] = (await Promise.all(answers)).map(({ code, warnings, body }) =>
        code === 201 ? { code, warnings, body: undefined } : { code, warnings, body },
      );
      if (isDeepStrictEqual(embedded, real)) {
        if (real?.code === 201) made.push(kind);
      } else if (!isDeliberate(dry, embedded, real)) {
        found({ steps: [dry], embedded, real });
      }
    }
    await Promise.all(wires.map((wire) => serve(wire, made)));
    return made;
  } finally {
    for (const wire of wires) wire.close();
  }
}

const serve = (wire: Wire, kinds: readonly RandomKind[]): Promise<unknown> =>
  Promise.all(
    kinds.map(async ({ definition, collection, kind }) => {
      await wire.call('POST', DEFINITIONS, { body: definition });
      const path = collection.replace('{ns}', NOWHERE);
      await until(`${kind} is served`, async () => (await wire.call('GET', path)).code === 200);
    }),
  );
