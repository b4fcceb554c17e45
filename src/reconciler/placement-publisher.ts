import { isDeepStrictEqual } from 'node:util';
import { keyOf } from '../api/meta.js';
import { Placement } from '../api/placement.js';
import { SCHEDULING_DISABLED_ANNOTATION } from '../api/placement-labels.js';
import { TerminalError } from '../control/errors.js';
import type { KubeClient } from '../kube/client.js';
import type { EventRecorder } from '../kube/events.js';
import { isNewer } from '../kube/resource-version.js';
import { InvalidClusterSet } from '../scheduler/fleet.js';
import type { Profile } from '../scheduler/profile.js';
import { isNameTooLong, type Schedule, schedule } from '../scheduler/schedule.js';
import { slices } from '../scheduler/slices.js';
import type { EntryCounts, Snapshot } from '../scheduler/snapshot.js';
import { keptStatusOf, type PlacementStatus, statusOf } from '../scheduler/status.js';
import type { DecisionLedger } from './decision-ledger.js';
import { writeDecisions } from './decision-writer.js';
import type { OwnWrites } from './own-writes.js';

export interface Publisher {
  /** Undefined when the placement must not be touched. */
  publish(
    placement: Placement,
    snapshot: Snapshot,
    signal: AbortSignal,
    onSchedule: (schedule: Schedule) => void,
  ): Promise<Schedule | undefined>;
  /** The object is as this publisher wrote it last. */
  isOwnWrite(placement: Placement): boolean;
  forget(key: string): void;
}

interface Parts {
  readonly client: KubeClient;
  readonly ledger: DecisionLedger;
  readonly events: EventRecorder;
  readonly now: () => Date;
  readonly profile: Profile;
  readonly ownWrites: OwnWrites;
}

/** Turns schedules into writes: first the decisions, then the status that names them. */
export function createPublisher(parts: Parts): Publisher {
  const { client, ledger, profile, now, ownWrites } = parts;
  const written = new Map<string, Placement>();
  const echoes = new Map<string, string | undefined>();

  /** The cache may not hold our last write yet; its status would look like somebody else's. */
  const latest = (placement: Placement): Placement => {
    const last = written.get(keyOf(placement));
    const isAhead =
      last?.metadata.uid === placement.metadata.uid &&
      isNewer(last?.metadata.resourceVersion, placement.metadata.resourceVersion);
    return last && isAhead ? { ...placement, status: last.status } : placement;
  };

  const writeStatus = async (placement: Placement, status: PlacementStatus, signal: AbortSignal): Promise<void> => {
    if (isDeepStrictEqual(placement.status, status)) return;
    const { name, namespace, uid } = placement.metadata;
    const stored = await client.patch(
      Placement,
      { namespace, name },
      { type: 'merge', body: { metadata: { uid }, status } },
      { subresource: 'status', signal },
    );
    written.set(keyOf(placement), stored);
    // Together with ours an edit may have been stored that this schedule did not know.
    if (!isSameInput(placement, stored)) return;
    ownWrites.wrote(keyOf(placement), stored);
    echoes.set(keyOf(placement), stored.metadata.resourceVersion);
  };

  return {
    async publish(cached, snapshot, signal, onSchedule) {
      const { metadata } = cached;
      if (metadata.deletionTimestamp || metadata.annotations?.[SCHEDULING_DISABLED_ANNOTATION] === 'true') return;
      const placement = latest(cached);
      const result = scheduleOrStall(placement, snapshot, profile);
      onSchedule(result);
      const keeps = result.misconfiguration && isWhole(placement) && drops(result, ledger.of(keyOf(placement)));
      if (keeps || isNameTooLong(placement)) {
        await writeStatus(placement, keptStatusOf(placement, result, now()), signal);
        return result;
      }
      const wanted = slices(metadata.name, result.groups);
      await writeDecisions(parts, { placement, schedule: result, wanted }, signal);
      await writeStatus(placement, statusOf(placement, result, wanted, now()), signal);
      return result;
    },
    isOwnWrite: (placement) => echoes.get(keyOf(placement)) === placement.metadata.resourceVersion,
    forget: (key) => {
      written.delete(key);
      echoes.delete(key);
    },
  };
}

const isSameInput = ({ metadata: a }: Placement, { metadata: b }: Placement): boolean =>
  a.generation === b.generation &&
  a.deletionTimestamp === b.deletionTimestamp &&
  isDeepStrictEqual(a.annotations, b.annotations);

/** False for what an invalid group strategy left of a selection: that is nothing worth keeping. */
function isWhole({ status }: Placement): boolean {
  const grouped = (status?.decisionGroups ?? []).reduce((sum, { clusterCount }) => sum + clusterCount, 0);
  return grouped === (status?.numberOfSelectedClusters ?? grouped);
}

/** A mistake in the spec takes no cluster away. */
function drops({ groups }: Schedule, held: EntryCounts): boolean {
  const kept = new Set(groups.flatMap(({ clusters }) => clusters));
  return [...held.keys()].some((cluster) => !kept.has(cluster));
}

/** Only an edit of the set helps; it brings the placement back by itself. */
function scheduleOrStall(placement: Placement, snapshot: Snapshot, profile: Profile): Schedule {
  try {
    return schedule(placement, snapshot, profile);
  } catch (error) {
    if (error instanceof InvalidClusterSet) throw new TerminalError(error.message, { cause: error });
    throw error;
  }
}
