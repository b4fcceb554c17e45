import type { Normal } from './normalise.js';
import type { Step } from './step.js';

interface Deliberate {
  readonly why: string;
  readonly covers: (step: Step, embedded: Normal, real: Normal) => boolean;
}

/** Where the embedded server is meant to answer otherwise; docs/embedded-api-server.md has the list for users. */
const DELIBERATE: readonly Deliberate[] = [
  {
    why: 'YAML bodies are refused',
    covers: ({ type }, embedded) => /yaml/.test(type ?? '') && embedded.code === 415,
  },
];

export const isDeliberate = (step: Step, embedded: Normal | undefined, real: Normal | undefined): boolean =>
  embedded !== undefined && real !== undefined && DELIBERATE.some(({ covers }) => covers(step, embedded, real));
