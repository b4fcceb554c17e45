import { predicates } from './filters/predicates.js';
import { taints } from './filters/taints.js';
import type { Filter, Scorer } from './plugin.js';
import { allocatableCpu, allocatableMemory } from './scorers/allocatable.js';
import { balance } from './scorers/balance.js';
import { steady } from './scorers/steady.js';

/** The rules of a scheduler: filters in the order they run, built-in scorers by the name a placement calls them. */
export interface Profile {
  readonly filters: readonly Filter[];
  readonly scorers: ReadonlyMap<string, Scorer>;
}

export const PROFILE: Profile = {
  filters: [predicates, taints],
  scorers: new Map([balance, steady, allocatableCpu, allocatableMemory].map((scorer) => [scorer.name, scorer])),
};
