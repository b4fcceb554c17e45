import type { ManagedCluster } from '../api/cluster.js';
import type { ClaimSelector, LabelSelectorSpec } from '../api/selector.js';
import { SelectorError } from '../apimachinery/requirement.js';
import { labelSelectorFrom } from '../apimachinery/selector.js';
import { memo } from './memo.js';
import { Misconfigured } from './plugin.js';

/** Tells whether a cluster has the labels and claims; throws `Misconfigured` of `plugin` for an invalid selector. */
export function clusterSelector(
  plugin: string,
  {
    labelSelector,
    claimSelector,
  }: { readonly labelSelector?: LabelSelectorSpec | undefined; readonly claimSelector?: ClaimSelector | undefined },
): (cluster: ManagedCluster) => boolean {
  const byLabels = labelSelector && compile(plugin, labelSelector);
  const byClaims = claimSelector && compile(plugin, claimSelector);
  return (cluster) =>
    (!byLabels || byLabels.matches(cluster.metadata.labels ?? NONE)) &&
    (!byClaims || byClaims.matches(claimsOf(cluster)));
}

const NONE: Readonly<Record<string, string>> = {};

export function compile(plugin: string, selector: LabelSelectorSpec) {
  try {
    return labelSelectorFrom(selector);
  } catch (error) {
    if (error instanceof SelectorError) throw new Misconfigured(plugin, error.message);
    throw error;
  }
}

/** Claims by name; of two with one name the last wins. */
export const claimsOf = memo(
  ({ status }: ManagedCluster): Readonly<Record<string, string>> =>
    Object.fromEntries((status?.clusterClaims ?? []).map(({ name, value }) => [name, value])),
);
