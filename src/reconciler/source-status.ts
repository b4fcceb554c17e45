import { isDeepStrictEqual } from 'node:util';
import { formatTime, type NewCondition, setConditions } from '../api/conditions.js';
import type { GitSource, GitSourceStatus } from '../api/gitsource.js';
import type { Checkout } from '../gitsource/checkout.js';

/** Where a source stands; the conditions follow from it, by the rules of kstatus. */
export type Stage =
  /** The named revision is on the hub, whole. */
  | { readonly kind: 'applied'; readonly message: string }
  /** Being applied; it may be half there. */
  | { readonly kind: 'applying'; readonly message: string }
  /** Something may go away by itself. */
  | { readonly kind: 'failing'; readonly reason: string; readonly message: string }
  /** Nothing helps but an edit: of the source, its Secret or the repository. */
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string }
  /** A person has to approve. */
  | { readonly kind: 'held'; readonly reason: string; readonly message: string };

const MAX_MESSAGE = 30_000;

const short = (message: string): string =>
  message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;

const condition = (type: string, status: 'True' | 'False' | 'Unknown', reason: string, message = ''): NewCondition => ({
  type,
  status,
  reason,
  message: short(message),
});

function conditionsOf(stage: Stage): NewCondition[] {
  const { kind, message } = stage;
  const reason = 'reason' in stage ? stage.reason : kind === 'applied' ? 'Applied' : 'Progressing';
  const ready = kind === 'applied' ? 'True' : kind === 'applying' ? 'Unknown' : 'False';
  const isTrue = (type: string, holds: boolean): NewCondition =>
    holds ? condition(type, 'True', reason, message) : condition(type, 'False', `Not${type}`);
  return [
    condition('Ready', ready, reason, message),
    isTrue('Reconciling', kind === 'applying' || kind === 'failing'),
    isTrue('Stalled', kind === 'stalled'),
    isTrue('Held', kind === 'held'),
  ];
}

export interface Update {
  readonly stage: Stage;
  readonly attempted?: string;
  readonly applied?: string;
  readonly checkout?: Checkout;
  readonly inventory?: GitSourceStatus['inventory'];
  readonly webhookTime?: string;
}

const artifactOf = ({ revision, commit, files, manifests }: Checkout): GitSourceStatus['artifact'] => ({
  revision: revision.text,
  author: commit.author,
  time: commit.time,
  message: commit.message,
  files,
  objects: manifests.length,
});

/** Pure: the next status. The time of the last probe moves only when something else does, so that polling writes nothing. */
export function nextStatus(source: GitSource, update: Update, now: Date): GitSourceStatus {
  const { stage, attempted, applied, checkout, inventory, webhookTime } = update;
  const before = source.status ?? {};
  const observedGeneration = source.metadata.generation ?? 0;
  const conditions = conditionsOf(stage).map((one) => ({ ...one, observedGeneration }));
  const status: GitSourceStatus = {
    ...before,
    observedGeneration,
    ...(checkout && checkout.problems.length === 0 ? { artifact: artifactOf(checkout) } : {}),
    ...(attempted === undefined ? {} : { lastAttemptedRevision: attempted }),
    ...(applied === undefined ? {} : { lastAppliedRevision: applied }),
    ...(inventory === undefined ? {} : { inventory }),
    ...(webhookTime === undefined ? {} : { lastWebhookTime: webhookTime }),
    conditions: setConditions(before.conditions, conditions, now),
  };
  return isDeepStrictEqual(status, before) ? before : { ...status, lastProbeTime: formatTime(now) };
}
