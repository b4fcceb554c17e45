import type { Placement } from '../api/placement.js';
import type { Schedule } from '../scheduler/schedule.js';

const FIRST_MS = 100;
/** A round schedules every sensitive placement; rounds of a large hub must leave room for other work. */
const PER_PLACEMENT_MS = 2;
const LONGEST_MS = 60_000;

interface SchedulingLoop {
  enqueue(keys: readonly string[]): void;
  isBusy(): boolean;
}

/**
 * Placements whose choice depends on how the others are spread are looked at again after the spread has changed: all
 * together and once, and ever more rarely while each round itself moves something again.
 */
export class Rebalance {
  readonly #sensitive = new Set<string>();
  readonly #loop: SchedulingLoop;
  readonly #signal: AbortSignal;
  #timer: NodeJS.Timeout | undefined;
  #waitMs = FIRST_MS;
  #causes = new Set<string>();
  /** Keys of the last round that were not scheduled since. */
  #asked = new Set<string>();
  #scheduling: string | undefined;

  constructor(loop: SchedulingLoop, signal: AbortSignal) {
    this.#loop = loop;
    this.#signal = signal;
    signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
  }

  /** Learns from a fresh schedule whether the placement's choice depends on the others. */
  note(key: string, { spec }: Placement, { ranked, columns }: Schedule): void {
    this.#scheduling = this.#asked.delete(key) ? key : undefined;
    const chooses = spec.numberOfClusters !== undefined && spec.numberOfClusters < ranked.length;
    if (chooses && spec.numberOfClusters !== 0 && columns.some(({ name }) => name === 'Balance'))
      this.#sensitive.add(key);
    else this.#sensitive.delete(key);
  }

  forget(key: string): void {
    this.#sensitive.delete(key);
  }

  /** The clusters of this placement changed. */
  shifted(placement: string): void {
    if (this.#signal.aborted) return;
    this.#causes.add(placement);
    if (this.#timer) return;
    if (this.#affected().length === 0) {
      this.#causes = new Set();
      return;
    }
    const isOurDoing = placement === this.#scheduling;
    this.#waitMs = isOurDoing ? Math.min(2 * this.#waitMs, LONGEST_MS) : FIRST_MS;
    this.#arm(performance.now() + LONGEST_MS);
  }

  /** While the loop has more urgent work, which changes the spread anyway, the round waits; but not for ever. */
  #arm(latest: number): void {
    const waitMs = Math.max(this.#waitMs, PER_PLACEMENT_MS * this.#sensitive.size);
    this.#timer = setTimeout(() => {
      if (this.#loop.isBusy() && performance.now() < latest) this.#arm(latest);
      else this.#round();
    }, waitMs);
    this.#timer.unref();
  }

  idle(): boolean {
    return this.#timer === undefined;
  }

  #round(): void {
    this.#timer = undefined;
    const keys = this.#affected();
    this.#causes = new Set();
    this.#asked = new Set(keys);
    this.#loop.enqueue(keys);
  }

  /** A placement's own clusters never count for its own balance. */
  #affected(): readonly string[] {
    const [only, ...more] = this.#causes;
    return [...this.#sensitive].filter((key) => more.length > 0 || key !== only);
  }
}
