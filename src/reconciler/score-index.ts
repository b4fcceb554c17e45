import type { AddOnPlacementScore } from '../api/addon-score.js';
import type { Change } from '../kube/cache.js';
import type { Scores } from '../scheduler/snapshot.js';

/** AddOnPlacementScores by name, then cluster; a schedule asks for one name of very many clusters. */
export class ScoreIndex implements Scores {
  readonly #byName = new Map<string, Map<string, AddOnPlacementScore>>();

  of(cluster: string, resource: string): AddOnPlacementScore | undefined {
    return this.#byName.get(resource)?.get(cluster);
  }

  observe({ before, after }: Change<AddOnPlacementScore>): void {
    const { name, namespace = '' } = (after ?? before)?.metadata ?? { name: '' };
    const scores = this.#byName.get(name) ?? new Map<string, AddOnPlacementScore>();
    if (after) scores.set(namespace, after);
    else scores.delete(namespace);
    if (scores.size > 0) this.#byName.set(name, scores);
    else this.#byName.delete(name);
  }
}
