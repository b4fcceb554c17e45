import { APPROVE_REMOVAL_ANNOTATION, type GitSource, type InventoryEntry } from '../api/gitsource.js';
import type { KubeObject } from '../api/meta.js';
import { formatProblems } from '../gitsource/problem.js';
import { type CommitContext, liveOf } from './source-context.js';
import { overBudget, ownerOf, ownershipProblems, type Wanted } from './source-plan.js';
import type { Stage } from './source-status.js';

/** Deleting the namespace a source lives in would delete the source with everything it says. */
export const isOwnNamespace = ({ kind, name }: InventoryEntry, source: GitSource): boolean =>
  kind === 'Namespace' && name === source.metadata.namespace;

export function claimedElsewhere(wanted: readonly Wanted[], key: string, context: CommitContext): Stage | undefined {
  const live = new Map(wanted.map((one) => [one.id, liveOf(one, context)]));
  const owner = (id: string, object: KubeObject | undefined): string | undefined => {
    const rival = context.claims.rival(id, key);
    if (rival !== undefined) return rival;
    const marked = object && ownerOf(object);
    return marked !== undefined && marked !== key && context.listed(marked, id) ? marked : undefined;
  };
  const problems = ownershipProblems(wanted, (id) => live.get(id), owner);
  if (problems.length === 0) return undefined;
  return { kind: 'stalled', reason: 'OwnedByAnotherSource', message: formatProblems(problems) };
}

export async function exceededBudget(
  source: GitSource,
  revision: string,
  removals: readonly InventoryEntry[],
  { objects, signal }: CommitContext,
): Promise<Stage | undefined> {
  const { removalBudget } = source.spec;
  if (!removalBudget || removals.length === 0) return undefined;
  const limited = removalBudget.maxClusters !== undefined;
  const clusters = limited ? await objects.clustersOf(removals, signal) : { names: [], all: 0 };
  const total = source.status?.inventory?.length ?? 0;
  const removal = { entries: removals, objects: total, clusters: clusters.names, allClusters: clusters.all };
  const excess = overBudget(removalBudget, removal);
  const { annotations, namespace, name } = source.metadata;
  if (excess === undefined || annotations?.[APPROVE_REMOVAL_ANNOTATION] === revision) return undefined;
  const approve = `kubectl annotate gitsource -n ${namespace} ${name} --overwrite ${APPROVE_REMOVAL_ANNOTATION}=${revision}`;
  return { kind: 'held', reason: 'RemovalBudgetExceeded', message: `${revision} ${excess}. To apply it: ${approve}` };
}
