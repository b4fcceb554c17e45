import { DECISION_GROUP_INDEX_LABEL, DECISION_GROUP_NAME_LABEL, PLACEMENT_LABEL } from '../api/placement-labels.js';
import type { Group } from './groups.js';

/** How many clusters one PlacementDecision may name. */
const SLICE_SIZE = 100;

/** A PlacementDecision as it should be. */
export interface Slice {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly group: number;
  readonly clusters: readonly string[];
}

/** Slices of all groups, numbered through. */
export function slices(placement: string, groups: readonly Group[]): readonly Slice[] {
  const result: Slice[] = [];
  for (const [group, { name, clusters }] of groups.entries()) {
    const labels = {
      [PLACEMENT_LABEL]: placement,
      [DECISION_GROUP_INDEX_LABEL]: String(group),
      [DECISION_GROUP_NAME_LABEL]: name,
    };
    for (let from = 0; from === 0 || from < clusters.length; from += SLICE_SIZE) {
      const part = clusters.slice(from, from + SLICE_SIZE);
      result.push({ name: `${placement}-decision-${result.length + 1}`, labels, group, clusters: part });
    }
  }
  return result;
}
