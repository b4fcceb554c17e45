import type { Secret } from '../api/core.js';
import type { Placement } from '../api/placement.js';
import type { PlacementDecision } from '../api/placement-decision.js';
import { parametersFor } from './params.js';
import type { Question } from './question.js';
import { Refusal } from './refusal.js';
import { RemovalGuard } from './removal-guard.js';
import { type Snapshot, takeSnapshot } from './snapshot.js';

/** A local copy of one kind; `Cache` of the client fits. */
export interface Reader<T> {
  readonly synced: boolean;
  /** Changes whenever the objects do. */
  readonly resourceVersion: string;
  list(): readonly T[];
}

export interface Readers {
  readonly placements: Reader<Placement>;
  readonly decisions: Reader<PlacementDecision>;
  /** Argo CD's cluster Secrets. */
  readonly secrets: Reader<Secret>;
}

interface Answer {
  readonly body: Buffer;
  readonly clusters: readonly string[];
}

const MAX_CACHED = 1_000;
// While a set of slices is torn, time alone changes what may be answered.
const TORN_MAX_AGE_MS = 1_000;

/** Answers from one snapshot; nothing is computed twice while the snapshot stays. */
export class Answers {
  readonly #readers: Readers;
  readonly #argoNamespace: string;
  readonly #now: () => number;
  readonly #guard = new RemovalGuard();
  #snapshot: Snapshot | undefined;
  #version = '';
  #takenAt = 0;
  #cache = new Map<string, Answer | Refusal>();

  constructor(readers: Readers, argoNamespace: string, now: () => number) {
    this.#readers = readers;
    this.#argoNamespace = argoNamespace;
    this.#now = now;
  }

  get synced(): boolean {
    const { placements, decisions, secrets } = this.#readers;
    return placements.synced && decisions.synced && secrets.synced;
  }

  /** The serialised answer; throws a Refusal when there is none. */
  answer(question: Question): Buffer {
    const snapshot = this.#current();
    const { applicationSet, maxRemovalPercent, ...asked } = question;
    const key = JSON.stringify(asked);
    const answer = this.#cached(key, () => compute(question, snapshot, this.#now()));
    if (maxRemovalPercent < 100) this.#guard.admit(`${applicationSet} ${key}`, question, answer.clusters);
    return answer.body;
  }

  #current(): Snapshot {
    if (!this.synced) throw new Refusal(503, 'not ready: the first complete read of placements has not finished');
    const { placements, decisions, secrets } = this.#readers;
    const version = [placements, decisions, secrets].map(({ resourceVersion }) => resourceVersion).join(' ');
    const now = this.#now();
    const isFresh = version === this.#version && (!isTorn(this.#snapshot) || now - this.#takenAt < TORN_MAX_AGE_MS);
    if (this.#snapshot && isFresh) return this.#snapshot;
    const world = { placements: placements.list(), decisions: decisions.list(), secrets: secrets.list() };
    this.#snapshot = takeSnapshot(world, this.#snapshot, this.#argoNamespace, now);
    this.#version = version;
    this.#takenAt = now;
    this.#cache = new Map();
    return this.#snapshot;
  }

  #cached(key: string, make: () => Answer): Answer {
    let known = this.#cache.get(key);
    if (known === undefined) {
      known = answerOrRefusal(make);
      if (this.#cache.size < MAX_CACHED) this.#cache.set(key, known);
    }
    if (known instanceof Refusal) throw known;
    return known;
  }
}

function answerOrRefusal(make: () => Answer): Answer | Refusal {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function compute(question: Question, snapshot: Snapshot, now: number): Answer {
  const parameters = parametersFor(question, snapshot, now);
  return {
    body: Buffer.from(JSON.stringify({ output: { parameters } })),
    clusters: parameters.map(({ name }) => String(name)),
  };
}

const isTorn = (snapshot: Snapshot | undefined): boolean =>
  [...(snapshot?.selections.values() ?? [])].some((selection) => 'tornSince' in selection);
