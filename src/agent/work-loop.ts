import type { AppliedManifestWork } from '../api/applied-work.js';
import { AppliedManifestWork as Records } from '../api/applied-work.js';
import { isConditionTrue } from '../api/conditions.js';
import { splitKey } from '../api/meta.js';
import type { ManifestWork } from '../api/work.js';
import type { Logger } from '../control/log.js';
import { again, done, type Outcome, type Reconcile } from '../control/outcome.js';
import type { Cache } from '../kube/cache.js';
import type { KubeClient } from '../kube/client.js';
import { isOvertaken } from '../kube/resource-version.js';
import { leftOver, resourceKey, sortedResources, typeOf } from './applied-resources.js';
import { collect } from './collect.js';
import {
  addFinalizer,
  currentWork,
  dropFinalizer,
  ensureRecord,
  hasFinalizer,
  type RecordIdentity,
  writeResources,
  writeStatus,
} from './hub-work.js';
import { ownerReferenceOf, withoutOwner } from './ownership.js';
import { applyPass, observePass, type PassResult, type PassTools } from './pass.js';
import { type Item, itemsOfStatus, targetsOf } from './plan.js';
import { nextStatus, withDeleting } from './status.js';
import { latest, newMemory, type WorkMemory } from './work-memory.js';

export interface WorkLoopParts {
  readonly hub: KubeClient;
  readonly works: Cache<ManifestWork>;
  readonly records: Cache<AppliedManifestWork>;
  readonly identity: RecordIdentity;
  readonly memories: Map<string, WorkMemory>;
  readonly tools: Omit<PassTools, 'signal'>;
  readonly now: () => Date;
  readonly log: Logger;
  /** How often objects are looked at whose kind cannot be watched. */
  readonly pollMs: number;
  /** A removal is not reported before it has taken that long. */
  readonly quickRemovalMs: number;
}

const COLLECT_BASE_MS = 20;
const COLLECT_MAX_MS = 60_000;

/** Applies one ManifestWork, reports what became of it, and takes its objects away when it goes. */
export function workReconciler(parts: WorkLoopParts): Reconcile {
  const { hub, works, records, identity, memories, tools, now, log } = parts;
  const { client: spoke, observer } = tools;

  const memoryOf = (key: string): WorkMemory => {
    let memory = memories.get(key);
    if (!memory) {
      memory = newMemory();
      memories.set(key, memory);
    }
    return memory;
  };

  const noteReport = (memory: WorkMemory, before: ManifestWork, after: ManifestWork | undefined): void => {
    memory.work = after;
    if (after !== before) memory.reportedAt = tools.clock();
  };

  const recordOf = (work: ManifestWork, memory: WorkMemory): AppliedManifestWork | undefined => {
    const key = `${identity.hubHash}-${work.metadata.name}`;
    const cached = records.get(key);
    const answer = memory.record;
    const isOld = answer && isOvertaken(records, key, answer.metadata.resourceVersion);
    const record = isOld ? cached : latest(cached, answer);
    memory.record = record === cached ? undefined : record;
    return record;
  };

  const observed = (key: string, work: ManifestWork, signal: AbortSignal) => {
    const items = itemsOfStatus(work.spec ?? {}, work.status?.resourceStatus?.manifests ?? []);
    return observePass(key, items, work.metadata.generation ?? 0, { ...tools, signal });
  };

  /** Complete, or with a record that is on its way out: nothing is applied, but what is there is reported. */
  const report = async (key: string, work: ManifestWork, memory: WorkMemory, signal: AbortSignal): Promise<Outcome> => {
    if (!work.status?.conditions?.some(({ type }) => type === 'Applied')) return done;
    const observations = await observed(key, work, signal);
    const at = { generation: work.metadata.generation ?? 0, now: now() };
    noteReport(memory, work, await writeStatus(hub, work, (status) => nextStatus(status, observations, at), signal));
    return done;
  };

  const remove = async (key: string, work: ManifestWork, memory: WorkMemory, signal: AbortSignal): Promise<Outcome> => {
    if (!hasFinalizer(work)) return done;
    const record = await recordToRemove(work, memory, signal);
    if (!record) {
      await dropFinalizer(hub, work, signal);
      return done;
    }
    memory.removal ??= { sinceMs: tools.clock(), isAsked: false };
    const quickMs = memory.removal.sinceMs + parts.quickRemovalMs - tools.clock();
    const asking = record.metadata.deletionTimestamp ? undefined : askToGo(work, record, memory, signal);
    const reporting = quickMs > 0 ? undefined : reportRemoval(key, work, memory, signal);
    await Promise.all([asking, reporting]);
    return again(quickMs > 0 ? quickMs : parts.pollMs, 'waiting for the objects of the work to be gone');
  };

  /** Once the record was asked to go, only the watch takes it out of the cache: then it need not be looked for. */
  const recordToRemove = async (work: ManifestWork, memory: WorkMemory, signal: AbortSignal) => {
    const known = recordOf(work, memory);
    if (known || memory.removal?.isAsked) return known;
    return spoke.get(Records, { name: `${identity.hubHash}-${work.metadata.name}` }, signal);
  };

  const askToGo = async (work: ManifestWork, record: AppliedManifestWork, memory: WorkMemory, signal: AbortSignal) => {
    await disown(work, record, signal);
    const isAsked = records.get(record.metadata.name) !== undefined;
    await spoke.delete(Records, record.metadata, { signal });
    if (memory.removal) memory.removal = { ...memory.removal, isAsked };
  };

  const reportRemoval = async (key: string, work: ManifestWork, memory: WorkMemory, signal: AbortSignal) => {
    const observations = await observed(key, work, signal);
    const at = { generation: work.metadata.generation ?? 0, now: now() };
    const applied = work.status?.conditions?.some(({ type }) => type === 'Applied');
    memory.work = await writeStatus(
      hub,
      work,
      (status) => withDeleting(applied ? nextStatus(status, observations, at) : { ...status }, at),
      signal,
    );
  };

  /** Objects that the work is to leave behind lose its owner reference before its record goes. */
  const disown = async (work: ManifestWork, record: AppliedManifestWork, signal: AbortSignal): Promise<void> => {
    const { deleteOption } = work.spec ?? {};
    if (!deleteOption || deleteOption.propagationPolicy === 'Foreground') return;
    const owner = ownerReferenceOf(record);
    const items = itemsOfStatus(work.spec ?? {}, work.status?.resourceStatus?.manifests ?? []);
    const left = items.filter(({ type, owned }) => type && !owned);
    await Promise.all(left.map((item) => disownOne(item, owner, signal)));
  };

  const disownOne = async ({ type, meta }: Item, owner: ReturnType<typeof ownerReferenceOf>, signal: AbortSignal) => {
    if (!type || !meta.name) return;
    const name = { name: meta.name, namespace: meta.namespace };
    const live = await spoke.get(type, name, signal);
    const references = live?.metadata.ownerReferences ?? [];
    if (!live || !references.some(({ uid }) => uid === owner.uid)) return;
    const { uid, resourceVersion } = live.metadata;
    const body = { metadata: { uid, resourceVersion, ownerReferences: withoutOwner(references, owner) } };
    await spoke.patch(type, name, { type: 'merge', body }, { fieldManager: 'work-agent', signal });
  };

  /** Removes what the work no longer asks for, and records what it has now. */
  const bookkeep = async (
    key: string,
    work: ManifestWork,
    record: AppliedManifestWork,
    result: PassResult,
    memory: WorkMemory,
    signal: AbortSignal,
  ) => {
    if (!result.resources) return 0;
    const left = leftOver(record.status?.appliedResources ?? [], result.resources);
    const { pending, errors } =
      left.length > 0 ? await collectLeft(key, left, record, result.items, signal) : { pending: [], errors: [] };
    memory.record = await writeResources(spoke, record, sortedResources([...result.resources, ...pending]), signal);
    for (const error of errors) log.warn('an object could not be removed', { work: work.metadata.name, error });
    return pending.length;
  };

  const collectLeft = async (
    key: string,
    left: Parameters<typeof collect>[1],
    record: AppliedManifestWork,
    items: readonly Item[],
    signal: AbortSignal,
  ) => {
    const targets = targetsOf(items);
    const going = left.map((resource) => ({ type: typeOf(resource), key: resourceKey(resource), whole: false }));
    observer.follow(key, [...targets, ...going]);
    return collect({ client: spoke, observer, signal }, left, ownerReferenceOf(record));
  };

  const apply = async (key: string, found: ManifestWork, memory: WorkMemory, signal: AbortSignal): Promise<Outcome> => {
    const [work, record] = await Promise.all([
      hasFinalizer(found) ? found : addFinalizer(hub, found, signal),
      ensureRecord(spoke, found, recordOf(found, memory), identity, signal),
    ]);
    memory.work = work;
    memory.record = record;
    memory.removal = undefined;
    if (!work) return done;
    if (record.metadata.deletionTimestamp) return report(key, work, memory, signal);
    const result = await applyPass(key, work, record, memory, { ...tools, signal });
    const at = { generation: work.metadata.generation ?? 0, now: now() };
    const [pending, written] = await Promise.all([
      bookkeep(key, work, record, result, memory, signal),
      writeStatus(hub, work, (status) => nextStatus(status, result.observations, at), signal),
    ]);
    noteReport(memory, work, written);
    return next(result, pending, memory);
  };

  const next = (result: PassResult, pending: number, memory: WorkMemory): Outcome => {
    memory.collecting = pending > 0 ? memory.collecting + 1 : 0;
    const waits = [
      ...(pending > 0 ? [Math.min(COLLECT_MAX_MS, COLLECT_BASE_MS * 2 ** Math.min(memory.collecting, 12))] : []),
      ...(result.retryInMs === undefined ? [] : [result.retryInMs]),
      ...(targetsOf(result.items).some(({ type }) => !observer.watching(type)) ? [parts.pollMs] : []),
    ];
    return waits.length === 0 ? done : again(Math.max(1, Math.min(...waits)), 'not everything is as the work asks');
  };

  return async (key, signal) => {
    await Promise.all([works.whenSynced(signal), records.whenSynced(signal)]);
    const cached = works.get(key);
    if (!cached) {
      memories.delete(key);
      observer.follow(key, []);
      log.debug('the work is gone', { work: splitKey(key).name });
      return done;
    }
    const memory = memoryOf(key);
    const work = currentWork(cached, memory);
    if (!work) return done;
    if (work.metadata.deletionTimestamp) return remove(key, work, memory, signal);
    if (hasFinalizer(work) && isConditionTrue(work.status?.conditions, 'Complete'))
      return report(key, work, memory, signal);
    return apply(key, work, memory, signal);
  };
}
