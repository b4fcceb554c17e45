import type { AppliedManifestWork } from '../api/applied-work.js';
import { APPLIED_WORK_FINALIZER, AppliedManifestWork as Records } from '../api/applied-work.js';
import { formatTime } from '../api/conditions.js';
import { type ManifestWork, ManifestWork as Works } from '../api/work.js';
import type { Logger } from '../control/log.js';
import { again, done, type Outcome, type Reconcile } from '../control/outcome.js';
import type { Cache } from '../kube/cache.js';
import type { KubeClient } from '../kube/client.js';
import { commit } from '../kube/commit.js';
import { resourceKey, sortedResources, typeOf } from './applied-resources.js';
import { collect } from './collect.js';
import { type RecordIdentity, writeResources } from './hub-work.js';
import type { Observer } from './observer.js';
import { ownerReferenceOf } from './ownership.js';

export interface RecordLoopParts {
  readonly clusterName: string;
  readonly hub: KubeClient;
  readonly spoke: KubeClient;
  readonly works: Cache<ManifestWork>;
  readonly records: Cache<AppliedManifestWork>;
  readonly observer: Observer;
  readonly identity: RecordIdentity;
  /** How long a record without its work is kept; never given up when infinite. */
  readonly evictionGraceMs: number;
  readonly now: () => Date;
  readonly log: Logger;
}

export type Eviction =
  | { readonly kind: 'keep' }
  | { readonly kind: 'start' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'evict' };

/** What becomes of a record, given whether its work exists. */
export function evictionOf(startTime: string | undefined, hasWork: boolean, graceMs: number, now: Date): Eviction {
  if (hasWork || graceMs === Number.POSITIVE_INFINITY) return { kind: startTime === undefined ? 'keep' : 'clear' };
  if (startTime === undefined) return { kind: 'start' };
  const leftMs = Date.parse(startTime) + graceMs - now.getTime();
  return leftMs > 0 ? { kind: 'wait', ms: leftMs } : { kind: 'evict' };
}

const PENDING_BASE_MS = 50;
const PENDING_MAX_MS = 60_000;

/** Takes away what a record owns when the record goes, and records whose work went unnoticed. Other agents' records are not touched. */
export function recordReconciler(parts: RecordLoopParts): Reconcile {
  const { clusterName, hub, spoke, works, records, observer, identity, now, log } = parts;
  const passes = new Map<string, number>();

  const finalize = async (who: string, record: AppliedManifestWork, signal: AbortSignal): Promise<Outcome> => {
    if (!record.metadata.finalizers?.includes(APPLIED_WORK_FINALIZER)) return done;
    const resources = record.status?.appliedResources ?? [];
    observer.follow(
      who,
      resources.map((resource) => ({ type: typeOf(resource), key: resourceKey(resource), whole: false })),
    );
    const { pending, errors } = await collect({ client: spoke, observer, signal }, resources, ownerReferenceOf(record));
    for (const error of errors) log.warn('an object could not be removed', { record: record.metadata.name, error });
    if (pending.length > 0) {
      if (pending.length < resources.length) await writeResources(spoke, record, sortedResources(pending), signal);
      const pass = passes.get(who) ?? 0;
      passes.set(who, pass + 1);
      return again(Math.min(PENDING_MAX_MS, PENDING_BASE_MS * 2 ** Math.min(pass, 12)), 'objects are on their way out');
    }
    observer.follow(who, []);
    passes.delete(who);
    const finalizers = record.metadata.finalizers.filter((finalizer) => finalizer !== APPLIED_WORK_FINALIZER);
    await commit(spoke, Records, record, { ...record, metadata: { ...record.metadata, finalizers } }, { signal });
    return done;
  };

  /** Only a successful answer of the hub itself may end in removal. */
  const workIsGone = async (name: string, signal: AbortSignal): Promise<boolean> =>
    (await hub.get(Works, { namespace: clusterName, name }, signal)) === undefined;

  const evict = async (record: AppliedManifestWork, signal: AbortSignal): Promise<Outcome> => {
    const name = record.spec?.manifestWorkName ?? '';
    const mine = record.spec?.hubHash === identity.hubHash;
    const hasWork = mine && works.get(`${clusterName}/${name}`) !== undefined;
    const { evictionStartTime, ...status } = record.status ?? {};
    const eviction = evictionOf(evictionStartTime, hasWork, parts.evictionGraceMs, now());
    switch (eviction.kind) {
      case 'keep':
        return done;
      case 'wait':
        return again(eviction.ms, 'the record has no work');
      case 'clear':
        await commit(spoke, Records, record, { ...record, status }, { signal });
        return done;
      case 'start': {
        const started = { ...status, evictionStartTime: formatTime(now()) };
        await commit(spoke, Records, record, { ...record, status: started }, { signal });
        return done;
      }
      case 'evict': {
        if (mine && !(await workIsGone(name, signal))) return again(PENDING_MAX_MS, 'the hub has the work after all');
        const { uid } = record.metadata;
        await spoke.delete(Records, record.metadata, { ...(uid ? { uid } : {}), signal });
        log.info('gave up a record without work', { record: record.metadata.name });
        return done;
      }
    }
  };

  return async (key, signal) => {
    await Promise.all([works.whenSynced(signal), records.whenSynced(signal)]);
    const record = records.get(key);
    const who = `record ${key}`;
    if (!record) {
      observer.follow(who, []);
      passes.delete(who);
      return done;
    }
    if (record.spec?.agentID !== identity.agentID) return done;
    return record.metadata.deletionTimestamp ? finalize(who, record, signal) : evict(record, signal);
  };
}
