import { APPROVE_REMOVAL_ANNOTATION, GitSource, type InventoryEntry } from '../api/gitsource.js';
import { type KubeObject, keyOf, splitKey } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import type { Logger } from '../control/log.js';
import type { Checkout } from '../gitsource/checkout.js';
import { diff, idOf } from '../gitsource/diff.js';
import { transient } from '../gitsource/failure.js';
import { formatProblems } from '../gitsource/problem.js';
import type { Manifest } from '../gitsource/validate.js';
import type { KubeClient } from '../kube/client.js';
import { applyAll, rehearse, removeObject, typeOf } from './source-apply.js';
import type { HubObjects } from './source-objects.js';
import { isCurrent, overBudget, ownerOf, ownershipProblems, type Wanted, wantedOf } from './source-plan.js';
import type { Stage, Update } from './source-status.js';

/** What one source has put on the hub, as far as this process knows. */
export interface SourceState {
  /** When the Git host is to be asked next; 0 means now. */
  askAt: number;
  webhookTime: string | undefined;
  /** The content of the last applied commit, for noticing drift. */
  wanted: ReadonlyMap<string, Wanted>;
  /** What an object looked like when the server had taken it but keeps it otherwise than it was sent. */
  readonly settled: Map<string, string>;
}

export interface CommitContext {
  readonly client: KubeClient;
  readonly objects: HubObjects;
  readonly log: Logger;
  readonly state: SourceState;
  readonly signal: AbortSignal;
  /** Sources that own an object by claim of this process, although the hub may not show it yet. */
  readonly claims: Map<string, string>;
  /** Whether a source exists and lists the object in its inventory. */
  readonly listed: (source: string, id: string) => boolean;
  readonly write: (source: GitSource, update: Update) => Promise<GitSource>;
}

export const settledAs = (live: KubeObject, { digest }: Wanted): string => `${digest} ${live.metadata.generation ?? 0}`;

export interface Followed {
  /** As last read or written; what `update` is to be written onto. */
  readonly source: GitSource;
  readonly update: Update;
}

/** Brings the hub to what the commit says, whole or not at all, and says where that leaves the source. */
export async function followCommit(source: GitSource, checkout: Checkout, context: CommitContext): Promise<Followed> {
  const { objects, state, signal } = context;
  const revision = checkout.revision.text;
  if (checkout.problems.length > 0) {
    const message = `${revision} is not applied: ${formatProblems(checkout.problems)}`;
    return { source, update: { attempted: revision, stage: { kind: 'stalled', reason: 'InvalidCommit', message } } };
  }
  const wanted = checkout.manifests.map(wantedOf);
  await objects.whenSynced(kindsOf(wanted, source), signal);
  const inventory = source.status?.inventory ?? [];
  const isSteady =
    source.status?.lastAppliedRevision === revision &&
    diff(inventory, checkout.manifests).inventory.length === inventory.length &&
    inventory.length === wanted.length &&
    wanted.every((one) => isSettled(one, keyOf(source), context));
  if (!isSteady) return await change(source, checkout, wanted, context);
  state.wanted = byId(wanted);
  return { source, update: { attempted: revision, checkout, applied: revision, stage: appliedStage(revision) } };
}

const appliedStage = (revision: string): Stage => ({ kind: 'applied', message: `applied ${revision}` });

const byId = (wanted: readonly Wanted[]): ReadonlyMap<string, Wanted> => new Map(wanted.map((one) => [one.id, one]));

const kindsOf = (wanted: readonly Wanted[], { status }: GitSource): ResourceType[] => {
  const listed = (status?.inventory ?? []).flatMap((entry) => typeOf(entry) ?? []);
  const all = [...wanted.map(({ manifest }) => manifest.type), ...listed];
  return [...new Map(all.map((type) => [`${type.group}/${type.kind}`, type])).values()];
};

const liveOf = ({ manifest }: Wanted, { objects }: CommitContext): KubeObject | undefined =>
  objects.live(manifest.type, keyOf(manifest.object));

const isSettled = (wanted: Wanted, source: string, context: CommitContext): boolean => {
  const live = liveOf(wanted, context);
  if (isCurrent(live, wanted, source)) return true;
  return live !== undefined && context.state.settled.get(wanted.id) === settledAs(live, wanted);
};

/** The writing half. The source is read again first: an inventory from a cache could miss what the last run added. */
async function change(
  cached: GitSource,
  checkout: Checkout,
  wanted: readonly Wanted[],
  context: CommitContext,
): Promise<Followed> {
  const { client, signal, state } = context;
  const key = keyOf(cached);
  const revision = checkout.revision.text;
  const source = await readAgain(cached, context);
  const difference = diff(source.status?.inventory ?? [], checkout.manifests);
  const removals = source.spec.prune ? difference.prune.filter((entry) => !isOwnNamespace(entry, source)) : [];
  const refusal = claimedElsewhere(wanted, key, context) ?? (await exceededBudget(source, revision, removals, context));
  if (refusal) return { source, update: { attempted: revision, stage: refusal } };
  for (const { id } of wanted) context.claims.set(id, key);

  const writer = writerOf(client, source);
  const leaving = wanted.filter((one) => liveOf(one, context)?.metadata.deletionTimestamp !== undefined);
  const changed = inOrder(difference.apply, wanted).filter(
    (one) => !leaving.includes(one) && !isSettled(one, key, context),
  );
  const plan = { source: key, revision, all: wanted, signal };
  const { problems, obstacles } = await rehearse(writer, changed, plan);
  const refused = `${revision} is not applied: ${formatProblems([...problems, ...obstacles])}`;
  if (problems.length > 0) {
    return { source, update: { attempted: revision, stage: { kind: 'stalled', reason: 'Refused', message: refused } } };
  }
  if (obstacles.length > 0) throw transient('HubRefused', refused);

  const noted = await note(source, difference.inventory, checkout, context);
  await applyAll(writer, changed, plan, (one, stored) => {
    if (!isCurrent(stored, one, key)) state.settled.set(one.id, settledAs(stored, one));
  });
  state.wanted = byId(wanted);
  for (const entry of removals) {
    await removeObject({ reader: client, writer }, entry, key, signal);
    context.claims.delete(idOf(entry));
  }
  const counts = { objects: wanted.length, changed: changed.length, removed: removals.length };
  context.log.info('applied a commit', { key, revision, ...counts });
  const inventory = diff([], checkout.manifests).inventory;
  if (leaving.length > 0)
    return { source: noted, update: { attempted: revision, checkout, stage: waitingStage(leaving) } };
  return {
    source: noted,
    update: {
      attempted: revision,
      checkout,
      applied: revision,
      inventory: [...inventory],
      stage: appliedStage(revision),
    },
  };
}

async function readAgain(cached: GitSource, { client, signal }: CommitContext): Promise<GitSource> {
  const key = keyOf(cached);
  const source = await client.get(GitSource, splitKey(key), signal);
  const { uid, generation } = cached.metadata;
  if (source?.metadata.uid === uid && source?.metadata.generation === generation && source) return source;
  throw transient('HubRefused', `GitSource ${key} changed meanwhile`);
}

const inOrder = (manifests: readonly Manifest[], wanted: readonly Wanted[]): Wanted[] => {
  const found = new Map(wanted.map((one) => [one.manifest, one]));
  return manifests.flatMap((manifest) => found.get(manifest) ?? []);
};

/** Deleting the namespace a source lives in would delete the source with everything it says. */
const isOwnNamespace = ({ kind, name }: InventoryEntry, source: GitSource): boolean =>
  kind === 'Namespace' && name === source.metadata.namespace;

function claimedElsewhere(wanted: readonly Wanted[], key: string, context: CommitContext): Stage | undefined {
  const live = new Map(wanted.map((one) => [one.id, liveOf(one, context)]));
  const owner = (id: string, object: KubeObject | undefined): string | undefined => {
    const claimed = context.claims.get(id);
    if (claimed !== undefined && claimed !== key) return claimed;
    const marked = object && ownerOf(object);
    return marked !== undefined && marked !== key && context.listed(marked, id) ? marked : undefined;
  };
  const problems = ownershipProblems(wanted, (id) => live.get(id), owner);
  if (problems.length === 0) return undefined;
  return { kind: 'stalled', reason: 'OwnedByAnotherSource', message: formatProblems(problems) };
}

async function exceededBudget(
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

/** As the ServiceAccount the source names, so that a repository can do no more than it. */
const writerOf = (client: KubeClient, { spec, metadata }: GitSource): KubeClient => {
  const { serviceAccountName: account } = spec;
  const { namespace = '' } = metadata;
  // The server adds the groups of an account by itself; naming them would need more permissions.
  return account === undefined ? client : client.impersonate(`system:serviceaccount:${namespace}:${account}`);
};

/** New objects enter the inventory before they are made: whoever is killed in between still knows them afterwards. */
async function note(
  source: GitSource,
  inventory: readonly InventoryEntry[],
  checkout: Checkout,
  { write }: CommitContext,
): Promise<GitSource> {
  const listed = new Set((source.status?.inventory ?? []).map(idOf));
  if (inventory.every((entry) => listed.has(idOf(entry)))) return source;
  const revision = checkout.revision.text;
  const stage: Stage = { kind: 'applying', message: `applying ${revision}` };
  return await write(source, { attempted: revision, inventory: [...inventory], stage });
}

const waitingStage = (leaving: readonly Wanted[]): Stage => {
  const names = leaving.slice(0, 5).map(({ manifest: { type, object } }) => `${type.kind} ${keyOf(object)}`);
  const message = `waiting until the old objects are deleted: ${names.join(', ')}`;
  return { kind: 'failing', reason: 'WaitingForDeletion', message };
};
