import { findCondition, formatTime } from '../api/conditions.js';
import { GitSource } from '../api/gitsource.js';
import { keyOf, splitKey } from '../api/meta.js';
import { parseDuration } from '../apimachinery/duration.js';
import { type Controller, startController } from '../control/controller.js';
import { classify } from '../control/errors.js';
import { again, done, type Outcome } from '../control/outcome.js';
import { redact } from '../control/redact.js';
import { idOf } from '../gitsource/diff.js';
import { failureReason } from '../gitsource/failure.js';
import { type GitOptions, sweepCredentials } from '../gitsource/repository.js';
import { ApiError } from '../kube/client.js';
import { commit } from '../kube/commit.js';
import type { HubContext, Loop } from './loop.js';
import { Claims } from './source-claims.js';
import { followCommit, restoreLast } from './source-commit.js';
import { type CommitContext, type SourceState, settledAs } from './source-context.js';
import { finalizeSource, keepFinalizer } from './source-deletion.js';
import { createHubObjects, type Drift } from './source-objects.js';
import { isCurrent } from './source-plan.js';
import { createSourceReader } from './source-reader.js';
import { nextStatus, type Update } from './source-status.js';

export interface SourceContext extends HubContext {
  readonly git: GitOptions;
  readonly random?: () => number;
}

export interface SourceLoop extends Loop {
  /** A webhook announced a push: asks the Git host `afterMs` from now instead of at the next poll. */
  look(key: string, afterMs: number): void;
}

const WORKERS = 8;
const RESYNC_MS = 10 * 60_000;
const WEBHOOK_TIME_MS = 60_000;
const WAITING_MS = 5_000;

/** Keeps the hub's objects as the repositories say: polls, is woken by webhooks, and corrects what others change. */
export function startSourceLoop(context: SourceContext, signal: AbortSignal): SourceLoop {
  const { client, caches, events, now, random = Math.random } = context;
  const log = context.log.with({ loop: 'source' });
  const sources = caches.of(GitSource);
  const reader = createSourceReader(client, context.git);
  const states = new Map<string, SourceState>();
  const claims = new Claims();
  const swept = sweepCredentials(context.git);

  const stateOf = (key: string): SourceState => {
    const state = states.get(key) ?? {
      askAt: 0,
      isStuck: false,
      webhookTime: undefined,
      wanted: new Map(),
      settled: new Map(),
    };
    states.set(key, state);
    return state;
  };

  const drift: Drift = (owner, type, key, after) => {
    const state = states.get(owner);
    const { namespace, name } = splitKey(key);
    const id = idOf({ group: type.group, kind: type.kind, name, ...(namespace ? { namespace } : {}) });
    const wanted = state?.wanted.get(id);
    if (!state || !wanted || isCurrent(after, wanted, owner)) return;
    if (after && state.settled.get(id) === settledAs(after, wanted)) return;
    controller.add(owner);
  };
  const objects = createHubObjects(caches, drift);

  const write = async (source: GitSource, update: Update): Promise<GitSource> => {
    const status = nextStatus(source, update, now());
    const stored = await commit(client, GitSource, source, { ...source, status }, { signal });
    announce(source, stored);
    return stored;
  };

  /** One event per change of mind, not one per look. */
  const announce = (before: GitSource, after: GitSource): void => {
    const [old, ready] = [before, after].map(({ status }) => findCondition(status?.conditions, 'Ready'));
    if (!ready || ready.status === 'Unknown' || (old?.message === ready.message && old.reason === ready.reason)) return;
    const type = ready.status === 'True' ? 'Normal' : 'Warning';
    if (type === 'Warning')
      log.warn('a source is not ready', { key: keyOf(after), reason: ready.reason, why: ready.message });
    events.record({ regarding: after, type, reason: ready.reason, action: 'Apply', note: ready.message });
  };

  const commitContext = (state: SourceState, until: AbortSignal): CommitContext => ({
    client,
    objects,
    log,
    state,
    signal: until,
    claims,
    listed: (source, id) => sources.get(source)?.status?.inventory?.some((entry) => idOf(entry) === id) ?? false,
    write,
  });

  const forget = async (key: string): Promise<void> => {
    states.delete(key);
    claims.keep(key, new Set());
    controller.forget(key);
    await reader.forget(key);
  };

  const follow = async (source: GitSource, state: SourceState, until: AbortSignal): Promise<Outcome> => {
    const at = performance.now();
    const interval = parseDuration(source.spec.interval) * (1 + random() / 10);
    const ask = at >= state.askAt;
    // Moved before asking: a webhook that arrives meanwhile sets it back.
    if (ask) state.askAt = at + interval;
    else if (state.isStuck) {
      await restoreLast(source, commitContext(state, until));
      return nextLook(state);
    }
    state.isStuck = false;
    const checkout = await reader.read(source, ask, until);
    const { source: latest, update } = await followCommit(source, checkout, commitContext(state, until));
    if (update.stage.kind === 'stalled' || update.stage.kind === 'held') {
      await restoreLast(latest, commitContext(state, until));
    }
    const { webhookTime } = state;
    state.webhookTime = undefined;
    await write(latest, { ...update, ...(isNews(latest, webhookTime) ? { webhookTime } : {}) });
    const waiting = update.stage.kind === 'failing' ? WAITING_MS : Number.POSITIVE_INFINITY;
    return nextLook(state, waiting);
  };

  const fail = async (source: GitSource, state: SourceState, thrown: unknown): Promise<Outcome> => {
    const error = classify(thrown);
    const reason = error.cause instanceof ApiError ? 'HubRefused' : failureReason(error);
    const message = redact(error.message);
    const isTerminal = error.name === 'TerminalError';
    await write(source, { stage: { kind: isTerminal ? 'stalled' : 'failing', reason, message } });
    // What is wrong may be put right at the Git host, where nothing tells us; so a stalled source still polls.
    state.isStuck = isTerminal;
    if (isTerminal) return nextLook(state);
    state.askAt = 0;
    return { kind: 'retry', error };
  };

  const reconcile = async (key: string, until: AbortSignal): Promise<Outcome> => {
    await Promise.all([sources.whenSynced(until), swept]);
    const source = sources.get(key);
    if (!source) {
      await forget(key);
      return done;
    }
    if (source.metadata.deletionTimestamp !== undefined) return await finalizeSource({ client, log }, source, until);
    if (source.spec.suspend) return done;
    const state = stateOf(key);
    const kept = await keepFinalizer(client, source, until);
    try {
      return await follow(kept, state, until);
    } catch (error) {
      if (until.aborted) throw error;
      const outcome = await fail(kept, state, error);
      await restoreLast(kept, commitContext(state, until));
      return outcome;
    }
  };

  const controller: Controller = startController(
    {
      name: 'source',
      reconcile,
      workers: WORKERS,
      resyncMs: RESYNC_MS,
      log,
      random,
      backoff: { baseMs: 200, maxMs: 60_000 },
      onOutcome: (key, outcome, ms) => context.onOutcome?.('source', key, outcome, ms),
    },
    signal,
  );

  sources.onChange(({ before, after }) => {
    const object = after ?? before;
    if (!object || (before && after && !isEdited(before, after))) return;
    const key = keyOf(object);
    stateOf(key).askAt = 0;
    controller.add(key);
  });

  return {
    name: 'source',
    idle: () => sources.synced && controller.idle(),
    stopped: controller.stopped,
    look: (key, afterMs) => {
      const state = stateOf(key);
      state.askAt = 0;
      state.webhookTime = formatTime(now());
      controller.add(key, afterMs);
    },
  };
}

const nextLook = ({ askAt }: SourceState, atMostMs = Number.POSITIVE_INFINITY): Outcome =>
  again(Math.max(0, Math.min(atMostMs, askAt - performance.now())), 'the next look at the repository');

/** Somebody else than this loop changed it: the spec, an annotation, or it is to be deleted. */
const isEdited = (before: GitSource, after: GitSource): boolean =>
  before.metadata.generation !== after.metadata.generation ||
  before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
  JSON.stringify(before.metadata.annotations) !== JSON.stringify(after.metadata.annotations);

/** The time of a webhook is written at most once a minute. */
const isNews = ({ status }: GitSource, webhookTime: string | undefined): webhookTime is string => {
  if (webhookTime === undefined) return false;
  const last = status?.lastWebhookTime;
  return last === undefined || Date.parse(webhookTime) - Date.parse(last) >= WEBHOOK_TIME_MS;
};
