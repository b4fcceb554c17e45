import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { AppliedManifestWork } from '../api/applied-work.js';
import { keyOf } from '../api/meta.js';
import { ManifestWork } from '../api/work.js';
import { type Controller, startController } from '../control/controller.js';
import type { Logger } from '../control/log.js';
import type { Outcome } from '../control/outcome.js';
import type { KubeClient } from '../kube/client.js';
import { startInformer } from '../kube/informer.js';
import type { Cel } from './condition-rules.js';
import { createMapper } from './mapper.js';
import { createObserver } from './observer.js';
import { queryJsonPath } from './query.js';
import { recordReconciler } from './record-loop.js';
import { workReconciler } from './work-loop.js';
import type { WorkMemory } from './work-memory.js';

export interface AgentOptions {
  /** Namespace on the hub whose works are served. */
  readonly clusterName: string;
  readonly hub: KubeClient;
  readonly spoke: KubeClient;
  readonly log: Logger;
  readonly now: () => Date;
  /** Tells agent installations apart; the hash of the hub's address when absent. */
  readonly agentId?: string;
  readonly workers?: number;
  /** How often objects are looked at that cannot be watched. */
  readonly pollMs?: number;
  /** The backstop: each work is gone through again about this often. */
  readonly resyncMs?: number;
  /** Most removals end before that and are never reported as going on. */
  readonly quickRemovalMs?: number;
  /** How long a record is kept whose work is gone from the hub without notice. */
  readonly evictionGraceMs?: number;
  /** Report objects and lists in feedback as JSON text. */
  readonly rawJson?: boolean;
  readonly maxRawJsonLength?: number;
  readonly onOutcome?: (loop: string, key: string, outcome: Outcome, durationMs: number) => void;
}

export interface Agent {
  readonly hubHash: string;
  readonly agentId: string;
  /** Both watches hold their first complete list. */
  readonly synced: boolean;
  /** Nothing waits or runs; later looks at failed or pending objects do not count. */
  idle(): boolean;
  readonly stopped: Promise<void>;
}

const CENTURY_MS = 876_000 * 3_600_000;
const HOUR_MS = 3_600_000;
const COALESCE_MS = 200;

/** Serves one cluster's works until the signal aborts. */
export function startAgent(options: AgentOptions, signal: AbortSignal): Promise<Agent> {
  const { clusterName, hub, spoke, now } = options;
  const log = options.log.with({ cluster: clusterName });
  const hubHash = createHash('sha256').update(hub.server).digest('hex');
  const identity = { hubHash, agentID: options.agentId ?? hubHash };
  const works = startInformer(hub, ManifestWork, { namespace: clusterName, log, trim: withoutManagedFields }, signal);
  const records = startInformer(spoke, AppliedManifestWork, { log, trim: withoutManagedFields }, signal);
  const memories = new Map<string, WorkMemory>();
  const mapper = createMapper(spoke, signal);
  const graceMs = options.evictionGraceMs ?? HOUR_MS;

  let workLoop: Controller | undefined;
  let recordLoop: Controller | undefined;
  const observer = createObserver(
    spoke,
    log,
    (who, happening, type) => {
      if (who.startsWith('record ')) {
        recordLoop?.add(who.slice('record '.length));
        return;
      }
      const memory = memories.get(who);
      if (memory && type.group === '' && type.plural === 'namespaces') memory.retryNow = true;
      // A workload that comes up changes its status many times a second; nobody reads that many reports of it.
      const sinceMs = performance.now() - (memory?.reportedAt ?? Number.NEGATIVE_INFINITY);
      workLoop?.add(who, happening === 'status' ? Math.max(0, COALESCE_MS - sinceMs) : 0);
    },
    signal,
  );

  const shared = { workers: options.workers ?? 16, resyncMs: options.resyncMs ?? 240_000, log };
  const counted = (loop: string) =>
    options.onOutcome
      ? { onOutcome: (key: string, outcome: Outcome, ms: number) => options.onOutcome?.(loop, key, outcome, ms) }
      : {};

  workLoop = startController(
    {
      ...shared,
      ...counted('work'),
      name: 'work',
      reconcile: workReconciler({
        hub,
        works,
        records,
        identity,
        memories,
        tools: {
          client: spoke,
          observer,
          mapper,
          query: queryJsonPath,
          loadCel,
          feedback: {
            query: queryJsonPath,
            rawJson: options.rawJson ?? false,
            maxRawJsonLength: options.maxRawJsonLength ?? 1024,
          },
          clock: () => performance.now(),
        },
        now,
        log,
        pollMs: options.pollMs ?? 10_000,
        quickRemovalMs: options.quickRemovalMs ?? 300,
      }),
    },
    signal,
  );
  recordLoop = startController(
    {
      ...shared,
      ...counted('record'),
      name: 'record',
      reconcile: recordReconciler({
        clusterName,
        hub,
        spoke,
        works,
        records,
        observer,
        identity,
        evictionGraceMs: graceMs >= CENTURY_MS ? Number.POSITIVE_INFINITY : graceMs,
        now,
        log,
      }),
    },
    signal,
  );
  const loops = { work: workLoop, record: recordLoop };

  works.onChange(({ before, after }) => {
    const work = after ?? before;
    if (!work) return;
    const memory = memories.get(keyOf(work));
    if (memory && after && memory.work?.metadata.resourceVersion === after.metadata.resourceVersion) {
      memory.work = undefined;
      return;
    }
    loops.work.add(keyOf(work));
    if (!before || !after) loops.record.add(`${hubHash}-${work.metadata.name}`);
  });
  records.onChange(({ before, after }) => {
    const record = after ?? before;
    if (!record) return;
    loops.record.add(keyOf(record));
    if (record.spec?.hubHash !== hubHash) return;
    const key = `${clusterName}/${record.spec.manifestWorkName}`;
    const memory = memories.get(key);
    if (memory && !after && memory.record?.metadata.uid === record.metadata.uid) memory.record = undefined;
    if (memory && after && memory.record?.metadata.resourceVersion === after.metadata.resourceVersion) {
      memory.record = undefined;
      return;
    }
    loops.work.add(key);
  });

  return Promise.resolve({
    hubHash,
    agentId: identity.agentID,
    get synced() {
      return works.synced && records.synced;
    },
    idle: () => loops.work.idle() && loops.record.idle(),
    stopped: Promise.all([loops.work.stopped, loops.record.stopped]).then(() => undefined),
  });
}

async function loadCel(): Promise<Cel> {
  const { evaluateCondition } = await import('../apimachinery/cel/condition-expression.js');
  return evaluateCondition;
}

function withoutManagedFields<T extends { metadata: { managedFields?: unknown } }>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  // The same object but for a member that is optional.
  return { ...object, metadata } as T;
}
