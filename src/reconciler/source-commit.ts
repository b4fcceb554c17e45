import { GitSource, type InventoryEntry } from '../api/gitsource.js';
import { type KubeObject, keyOf, splitKey } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import type { Checkout } from '../gitsource/checkout.js';
import { diff, idOf } from '../gitsource/diff.js';
import { transient } from '../gitsource/failure.js';
import { formatProblems } from '../gitsource/problem.js';
import { applyAll, rehearse, removeObject, typeOf } from './source-apply.js';
import { type CommitContext, isLeaving, isSettled, liveOf, settledAs, writerOf } from './source-context.js';
import { claimedElsewhere, exceededBudget, isOwnNamespace } from './source-guards.js';
import { isCurrent, ownerOf, type Wanted, wantedOf } from './source-plan.js';
import type { Stage, Update } from './source-status.js';

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
  const wanted = diff([], checkout.manifests).apply.map(wantedOf);
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

/** The writing half. The source is read again first: an inventory from a cache could miss what the last run added. */
async function change(
  cached: GitSource,
  checkout: Checkout,
  wanted: readonly Wanted[],
  context: CommitContext,
): Promise<Followed> {
  const key = keyOf(cached);
  const revision = checkout.revision.text;
  const source = await readAgain(cached, context);
  const difference = diff(source.status?.inventory ?? [], checkout.manifests);
  const removals = source.spec.prune ? difference.prune.filter((entry) => !isOwnNamespace(entry, source)) : [];
  const guarded = claimedElsewhere(wanted, key, context) ?? (await exceededBudget(source, revision, removals, context));
  if (guarded) return { source, update: { attempted: revision, stage: guarded } };

  const release = context.claims.take(
    key,
    wanted.map(({ id }) => id),
  );
  try {
    const changed = wanted.filter((one) => !isLeaving(one, context) && !isSettled(one, key, context));
    const refused = await refusal(source, revision, changed, wanted, context);
    if (refused) {
      release();
      return { source, update: { attempted: revision, stage: refused } };
    }
    const noted = await note(source, difference.inventory, checkout, context);
    await put(noted, revision, changed, context);
    context.state.wanted = byId(wanted);
    await remove(noted, removals, context);
    context.claims.keep(key, new Set(wanted.map(({ id }) => id)));
    const counts = { objects: wanted.length, changed: changed.length, removed: removals.length };
    context.log.info('applied a commit', { key, revision, ...counts });
    return { source: noted, update: { attempted: revision, checkout, ...settledUpdate(checkout, wanted, context) } };
  } catch (error) {
    release();
    throw error;
  }
}

function settledUpdate(
  checkout: Checkout,
  wanted: readonly Wanted[],
  context: CommitContext,
): Pick<Update, 'applied' | 'inventory' | 'stage'> {
  const revision = checkout.revision.text;
  const leaving = wanted.filter((one) => isLeaving(one, context));
  if (leaving.length > 0) return { stage: waitingStage(leaving) };
  return { applied: revision, inventory: [...diff([], checkout.manifests).inventory], stage: appliedStage(revision) };
}

/** What the server says to a dry run of all changes: a stage to stop at, or undefined when all of it was taken. */
async function refusal(
  source: GitSource,
  revision: string,
  changed: readonly Wanted[],
  all: readonly Wanted[],
  { client, signal }: CommitContext,
): Promise<Stage | undefined> {
  const plan = { source: keyOf(source), revision, all, signal };
  const { problems, obstacles } = await rehearse(writerOf(client, source), changed, plan);
  const message = `${revision} is not applied: ${formatProblems([...problems, ...obstacles])}`;
  if (problems.length > 0) return { kind: 'stalled', reason: 'Refused', message };
  if (obstacles.length > 0) throw transient('HubRefused', message);
  return undefined;
}

async function put(
  source: GitSource,
  revision: string,
  changed: readonly Wanted[],
  context: CommitContext,
): Promise<void> {
  const { client, signal, state } = context;
  const key = keyOf(source);
  await applyAll(writerOf(client, source), changed, { source: key, revision, signal }, (one, stored) => {
    if (!isCurrent(stored, one, key)) state.settled.set(one.id, settledAs(stored, one));
  });
}

async function remove(source: GitSource, entries: readonly InventoryEntry[], context: CommitContext): Promise<void> {
  const { client, signal } = context;
  const writer = writerOf(client, source);
  for (const entry of entries) await removeObject({ reader: client, writer }, entry, keyOf(source), signal);
}

/** While a newer commit cannot be had or taken, what the last good one says still holds against what others change. */
export async function restoreLast(source: GitSource, context: CommitContext): Promise<void> {
  const key = keyOf(source);
  const revision = source.status?.lastAppliedRevision;
  if (revision === undefined) return;
  const wanted = [...context.state.wanted.values()];
  const changed = wanted.filter(
    (one) => !isLeaving(one, context) && !isSettled(one, key, context) && isOwn(liveOf(one, context), key),
  );
  if (changed.length === 0) return;
  await put(source, revision, changed, context);
  context.log.info('restored objects of the last good commit', { key, revision, objects: changed.length });
}

const isOwn = (live: KubeObject | undefined, source: string): boolean =>
  live === undefined || (ownerOf(live) ?? source) === source;

async function readAgain(cached: GitSource, { client, signal }: CommitContext): Promise<GitSource> {
  const key = keyOf(cached);
  const source = await client.get(GitSource, splitKey(key), signal);
  const { uid, generation } = cached.metadata;
  if (source?.metadata.uid === uid && source?.metadata.generation === generation && source) return source;
  throw transient('HubRefused', `GitSource ${key} changed meanwhile`);
}

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
