import type { Ranked } from './schedule.js';

const LIMIT = 1000;

/** Totals of all clusters that fit, by name, as the `ScoreUpdate` event shows them. */
export function scoreNote(ranked: readonly Ranked[]): string {
  const byName = ranked.toSorted((a, b) => (a.cluster.metadata.name < b.cluster.metadata.name ? -1 : 1));
  let note = '';
  for (const { cluster, total } of byName) {
    const entry = `${cluster.metadata.name}:${total} `;
    if (note.length + entry.length > LIMIT) return `${note}......`;
    note += entry;
  }
  return note;
}
