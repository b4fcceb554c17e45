import { isDeepStrictEqual } from 'node:util';
import type { AppliedManifestWork, AppliedResource } from '../api/applied-work.js';
import { APPLIED_WORK_FINALIZER, AppliedManifestWork as Records } from '../api/applied-work.js';
import { type ManifestWork, type ManifestWorkStatus, WORK_FINALIZER, ManifestWork as Works } from '../api/work.js';
import { isAlreadyExists, isConflict, type KubeClient } from '../kube/client.js';
import { commit } from '../kube/commit.js';
import { latest, type WorkMemory } from './work-memory.js';

const TRIES = 4;

/** Writes the difference; when somebody else wrote in between, once more on what is there now. */
async function writeWork(
  hub: KubeClient,
  work: ManifestWork,
  change: (work: ManifestWork) => ManifestWork,
  signal: AbortSignal,
): Promise<ManifestWork | undefined> {
  let current: ManifestWork | undefined = work;
  for (let attempt = 1; current; attempt += 1) {
    try {
      return await commit(hub, Works, current, change(current), { fieldManager: 'work-agent', signal });
    } catch (error) {
      if (!isConflict(error) || attempt === TRIES) throw error;
      current = await hub.get(Works, work.metadata, signal);
      if (current?.metadata.uid !== work.metadata.uid) return undefined;
    }
  }
  return undefined;
}

const withFinalizers = (work: ManifestWork, finalizers: readonly string[]): ManifestWork => ({
  ...work,
  metadata: { ...work.metadata, finalizers: [...finalizers] },
});

export const hasFinalizer = ({ metadata }: ManifestWork): boolean =>
  metadata.finalizers?.includes(WORK_FINALIZER) ?? false;

export const addFinalizer = (hub: KubeClient, work: ManifestWork, signal: AbortSignal) =>
  writeWork(
    hub,
    work,
    (now) => (hasFinalizer(now) ? now : withFinalizers(now, [...(now.metadata.finalizers ?? []), WORK_FINALIZER])),
    signal,
  );

export const dropFinalizer = (hub: KubeClient, work: ManifestWork, signal: AbortSignal) =>
  writeWork(
    hub,
    work,
    (now) =>
      withFinalizers(
        now,
        (now.metadata.finalizers ?? []).filter((finalizer) => finalizer !== WORK_FINALIZER),
      ),
    signal,
  );

/** No request when the status is the same. `derive` is called again on what is there after a conflict. */
export function writeStatus(
  hub: KubeClient,
  work: ManifestWork,
  derive: (status: ManifestWorkStatus | undefined) => ManifestWorkStatus,
  signal: AbortSignal,
): Promise<ManifestWork | undefined> {
  return writeWork(
    hub,
    work,
    (now) => {
      const status = derive(now.status);
      return isDeepStrictEqual(status, now.status) ? now : { ...now, status };
    },
    signal,
  );
}

export interface RecordIdentity {
  readonly hubHash: string;
  readonly agentID: string;
}

/** The record of the work, created or corrected. */
export async function ensureRecord(
  spoke: KubeClient,
  work: ManifestWork,
  known: AppliedManifestWork | undefined,
  identity: RecordIdentity,
  signal: AbortSignal,
): Promise<AppliedManifestWork> {
  const name = `${identity.hubHash}-${work.metadata.name}`;
  const spec = { hubHash: identity.hubHash, manifestWorkName: work.metadata.name, agentID: identity.agentID };
  let record = known;
  if (!record) {
    const { labels } = work.metadata;
    const wanted: AppliedManifestWork = {
      apiVersion: 'work.open-cluster-management.io/v1',
      kind: 'AppliedManifestWork',
      metadata: { name, finalizers: [APPLIED_WORK_FINALIZER], ...(labels ? { labels } : {}) },
      spec,
    };
    try {
      return await spoke.create(Records, wanted, { fieldManager: 'work-agent', signal });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      record = await spoke.get(Records, { name }, signal);
      if (!record) throw error;
    }
  }
  if (record.metadata.deletionTimestamp || isDeepStrictEqual({ ...record.spec }, spec)) return record;
  return commit(spoke, Records, record, { ...record, spec }, { fieldManager: 'work-agent', signal });
}

/** No request when the list is the same. */
export function writeResources(
  spoke: KubeClient,
  record: AppliedManifestWork,
  appliedResources: readonly AppliedResource[],
  signal: AbortSignal,
): Promise<AppliedManifestWork> {
  if (isDeepStrictEqual(record.status?.appliedResources ?? [], appliedResources)) return Promise.resolve(record);
  const status = { ...record.status, appliedResources: [...appliedResources] };
  return commit(spoke, Records, record, { ...record, status }, { fieldManager: 'work-agent', signal });
}

export const currentWork = (cached: ManifestWork | undefined, memory: WorkMemory): ManifestWork | undefined => {
  const work = cached && latest(cached, memory.work);
  memory.work = work === cached ? undefined : work;
  return work;
};
