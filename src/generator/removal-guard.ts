import type { Question } from './question.js';
import { Refusal } from './refusal.js';

const MAX_REMEMBERED = 10_000;

/** Remembers which clusters each question was answered with, and refuses to drop too many of them at once. */
export class RemovalGuard {
  readonly #answered = new Map<string, ReadonlySet<string>>();

  /** Throws a Refusal and keeps the memory as it is when the limit of the question is exceeded. */
  admit(key: string, { maxRemovalPercent }: Question, clusters: readonly string[]): void {
    const before = this.#answered.get(key);
    const now = new Set(clusters);
    const removed = before ? [...before].filter((cluster) => !now.has(cluster)).length : 0;
    if (before && removed * 100 > maxRemovalPercent * before.size) {
      throw new Refusal(
        409,
        `the answer would drop ${removed} of ${before.size} clusters, more than maxRemovalPercent ${maxRemovalPercent} allows`,
      );
    }
    this.#answered.delete(key);
    this.#answered.set(key, now);
    for (const oldest of this.#answered.keys()) {
      if (this.#answered.size <= MAX_REMEMBERED) break;
      this.#answered.delete(oldest);
    }
  }
}
