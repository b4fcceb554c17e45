import { isDeepStrictEqual } from 'node:util';
import { MERGE } from '../conformance/fixture.js';
import { type Access, Wire } from '../conformance/wire.js';
import { isDeliberate } from './deliberate.js';
import type { FuzzKind } from './fuzz-kind.js';
import type { Normal } from './normalise.js';
import { Player } from './player.js';
import type { Step } from './step.js';

export interface Difference {
  /** Up to the request that was answered differently. */
  readonly steps: readonly Step[];
  readonly embedded: unknown;
  readonly real: unknown;
}

export interface Played {
  readonly step: Step;
  readonly code: number;
}

const LAST = 'zz-last';
/** Of the events that are compared; the last object has the label. */
const SELECTORS = ['', 'app=web'];

/** Two servers that get the same requests. */
export class Duel {
  readonly #wires: readonly [Wire, Wire];

  readonly #kinds: readonly FuzzKind[];

  constructor(embedded: Access, real: Access, kinds: readonly FuzzKind[]) {
    this.#kinds = kinds;
    this.#wires = [new Wire(embedded), new Wire(real)];
  }

  close(): void {
    for (const wire of this.#wires) wire.close();
  }

  /** Plays a sequence in a namespace of its own, until answers differ and `passes` does not let that pass. */
  async play(
    steps: readonly Step[],
    namespace: string,
    played: (one: Played) => void,
    passes: (difference: Difference) => boolean = () => false,
  ): Promise<Difference | undefined> {
    const players = this.#wires.map((wire) => new Player(wire, namespace));
    const kinds = this.#kinds.filter(
      ({ collection, requests }) => !requests && steps.some(({ path }) => path.startsWith(collection)),
    );
    const both = async <T>(ask: (player: Player, wire: Wire) => Promise<T>): Promise<T[]> =>
      Promise.all(this.#wires.map((wire, index) => ask(players[index] ?? new Player(wire, namespace), wire)));
    await both((_, wire) => wire.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } }));
    await both((_, wire) => clear(kinds, wire));
    const starts = await both((_, wire) => startsOf(kinds, wire, namespace));
    for (const [index, step] of steps.entries()) {
      const [embedded, real] = await both((player) => player.play(step));
      played({ step, code: real?.code ?? 0 });
      if (isSame(step, embedded, real)) continue;
      const difference = { steps: steps.slice(0, index + 1), embedded, real };
      if (!passes(difference)) return difference;
    }
    return compareEvents(steps, { namespace, kinds, players, starts });
  }
}

interface Watched {
  readonly namespace: string;
  readonly kinds: readonly FuzzKind[];
  readonly players: readonly Player[];
  /** Of each server, the version each kind began at. */
  readonly starts: readonly (readonly string[])[];
}

async function compareEvents(
  steps: readonly Step[],
  { namespace, kinds, players, starts }: Watched,
): Promise<Difference | undefined> {
  for (const [index, kind] of kinds.entries()) {
    const path = kind.collection.replace('{ns}', namespace);
    const { apiVersion, kind: named } = kind;
    const last = { ...kind.last, apiVersion, kind: named, metadata: { name: LAST, labels: { app: 'web' } } };
    await Promise.all(players.map((player) => player.make(path, last)));
    for (const labelSelector of SELECTORS) {
      const [embedded, real] = await Promise.all(
        players.map((player, server) => player.eventsUntil(path, starts[server]?.[index] ?? '', LAST, labelSelector)),
      );
      if (isDeepStrictEqual(embedded, real)) continue;
      const watch = { method: 'WATCH', path: kind.collection, query: { labelSelector } };
      return { steps: [...steps, watch], ...firstDifferent(embedded ?? [], real ?? []) };
    }
  }
  return undefined;
}

/** Every object of the kinds that are cleared, wherever it is. */
async function clear(kinds: readonly FuzzKind[], wire: Wire): Promise<void> {
  for (const { collection } of kinds.filter(({ isCleared }) => isCleared)) {
    const { body } = await wire.call('GET', collection.replace('/namespaces/{ns}', ''));
    for (const { metadata } of body.items) {
      if (metadata.namespace === 'default') continue;
      const path = `${collection.replace('{ns}', metadata.namespace)}/${metadata.name}`;
      if (metadata.finalizers)
        await wire.call('PATCH', path, { type: MERGE, body: { metadata: { finalizers: null } } });
      await wire.call('DELETE', path);
    }
  }
}

const firstDifferent = (embedded: readonly unknown[], real: readonly unknown[]) => {
  const at = real.findIndex((event, index) => !isDeepStrictEqual(event, embedded[index]));
  const index = at < 0 ? real.length : at;
  return { embedded: { index, event: embedded[index] }, real: { index, event: real[index] } };
};

const isSame = (step: Step, embedded: Normal | undefined, real: Normal | undefined): boolean =>
  isDeepStrictEqual(embedded, real) || isDeliberate(step, embedded, real);

const startsOf = (kinds: readonly FuzzKind[], wire: Wire, namespace: string): Promise<readonly string[]> =>
  Promise.all(
    kinds.map(async ({ collection }) => {
      const { body } = await wire.call('GET', `${collection.replace('{ns}', namespace)}?limit=1`);
      return body.metadata.resourceVersion;
    }),
  );
