import type { ManagedCluster } from '../api/cluster.js';
import type { ClaimSelector, LabelSelectorSpec } from '../api/selector.js';
import { SelectorError } from '../apimachinery/requirement.js';
import { labelSelectorFrom } from '../apimachinery/selector.js';
import { memo } from './memo.js';
import { Misconfigured } from './plugin.js';

export interface ClusterSelector {
  readonly labelSelector?: LabelSelectorSpec | undefined;
  readonly claimSelector?: ClaimSelector | undefined;
}

/** Tells whether a cluster has the labels and claims; throws `Misconfigured` of `plugin` for an invalid selector. */
export function clusterSelector(
  plugin: string,
  { labelSelector, claimSelector }: ClusterSelector,
): (cluster: ManagedCluster) => boolean {
  const byLabels = labelSelector && compile(plugin, labelSelector);
  const byClaims = claimSelector && compile(plugin, claimSelector);
  return (cluster) =>
    (!byLabels || byLabels.matches(cluster.metadata.labels ?? NONE)) &&
    (!byClaims || byClaims.matches(claimsOf(cluster)));
}

const NONE: Readonly<Record<string, string>> = {};

/** The clauses of a valid selector that the cluster does not meet; for people. */
export function unmet({ labelSelector, claimSelector }: ClusterSelector, cluster: ManagedCluster): readonly string[] {
  return [
    ...clauses(labelSelector).flatMap((clause) => missed('label', clause, cluster.metadata.labels ?? NONE)),
    ...clauses(claimSelector).flatMap((clause) => missed('claim', clause, claimsOf(cluster))),
  ];
}

type Clause = NonNullable<LabelSelectorSpec['matchExpressions']>[number];

const clauses = ({ matchLabels = {}, matchExpressions = [] }: LabelSelectorSpec = {}): readonly Clause[] => [
  ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] })),
  ...matchExpressions,
];

function missed(what: string, clause: Clause, present: Readonly<Record<string, string>>): readonly string[] {
  const { key, operator, values = [] } = clause;
  if (labelSelectorFrom({ matchExpressions: [clause] }).matches(present)) return [];
  const wanted = `${what} ${key} ${operator}${values.length > 0 ? ` [${values.join(', ')}]` : ''}`;
  return [`${wanted}: the cluster has ${Object.hasOwn(present, key) ? `"${present[key]}"` : 'none'}`];
}

function compile(plugin: string, selector: LabelSelectorSpec) {
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
