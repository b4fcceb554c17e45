import { isDeepStrictEqual } from 'node:util';
import type { Difference, Played } from './duel.js';
import { verbOf } from './step.js';

/** Where they differ, then what can be pasted into `test/conformance/fuzzed.ts`. */
export function describeDifference({ steps, embedded, real }: Difference): string {
  const places = differences(embedded, real, '').map(([path, a, b]) => `${path}: ${short(a)} instead of ${short(b)}`);
  const lines = places.slice(0, 12).map((place) => `// ${place}`);
  const pasted = JSON.stringify({ steps, answer: real }, undefined, 2);
  return ['// The embedded server answers', ...lines, `'': ${pasted},`].join('\n');
}

type Place = readonly [path: string, embedded: unknown, real: unknown];

export function differences(embedded: unknown, real: unknown, path: string): readonly Place[] {
  if (isDeepStrictEqual(embedded, real)) return [];
  if (!isContainer(embedded) || !isContainer(real) || Array.isArray(embedded) !== Array.isArray(real))
    return [[path, embedded, real]];
  const keys = new Set([...Object.keys(embedded), ...Object.keys(real)]);
  return [...keys].flatMap((key) => differences(embedded[key], real[key], `${path}/${key}`));
}

const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object';

const short = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 700 ? `${text.slice(0, 700)}…` : text;
};

/** What was asked and how it was answered. */
export class Summary {
  differences = 0;
  #steps = 0;
  readonly #seed: string;
  readonly #started = Date.now();
  readonly #outcomes = new Map<string, Map<number, number>>();

  constructor(seed: string) {
    this.#seed = seed;
  }

  count({ step, code }: Played): void {
    this.#steps += 1;
    const verb = verbOf(step);
    const codes = this.#outcomes.get(verb) ?? new Map<number, number>();
    this.#outcomes.set(verb, codes.set(code, (codes.get(code) ?? 0) + 1));
  }

  text(): string {
    const rows = [...this.#outcomes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([verb, codes]) => {
        const counts = [...codes].sort(([a], [b]) => a - b).map(([code, count]) => `${code}: ${count}`);
        return `  ${verb.padEnd(40)} ${counts.join(', ')}\n`;
      });
    const seconds = Math.round((Date.now() - this.#started) / 1000);
    return `seed ${this.#seed}, ${this.#steps} steps in ${seconds} s, ${this.differences} differences\n${rows.join('')}`;
  }
}
