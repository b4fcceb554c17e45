import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Lease } from '../api/core.js';
import { withDeadline } from '../control/deadline.js';
import type { Logger } from '../control/log.js';
import { isConflict, type KubeClient } from './client.js';

type LeaseSpec = NonNullable<Lease['spec']>;

export interface LeaderOptions {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'update'>;
  readonly lease: { readonly namespace: string; readonly name: string };
  /** Unique per process. */
  readonly identity: string;
  readonly log: Logger;
  readonly now: () => Date;
  /**
   * Runs while leading; its signal aborts when the lease is lost or released. A process that was frozen gets to the signal
   * late: `holds` tells at any moment whether nobody else can lead yet.
   */
  readonly lead: (signal: AbortSignal, holds: () => boolean) => Promise<void>;
  /** Others wait this long after the last renewal they saw before they take over. */
  readonly leaseMs?: number;
  /** A leader that could not renew for this long stops leading. */
  readonly renewDeadlineMs?: number;
  readonly retryMs?: number;
}

/**
 * Campaigns for the lease, leads while it holds it, campaigns again after losing it. Resolves once the signal has
 * aborted, `lead` has returned and the lease is released. Rejects when `lead` throws.
 */
export async function runLeaderElection(options: LeaderOptions, signal: AbortSignal): Promise<void> {
  setMaxListeners(0, signal);
  const candidate = new Candidate(options);
  try {
    while (!signal.aborted) {
      const acquired = await candidate.acquire(signal);
      if (acquired && !signal.aborted) await candidate.hold(signal);
    }
  } finally {
    await candidate.release();
  }
}

class Candidate {
  readonly #options: LeaderOptions;
  readonly #leaseMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryMs: number;
  /** The last renewal of somebody else, and when *we* saw it: clocks of two machines are never compared. */
  #seen: { readonly version: string; readonly at: number } | undefined;
  #isTaken = false;
  /** When the last renewal that succeeded was sent. */
  #renewedAt = Number.NEGATIVE_INFINITY;
  /** When the last one was sent, whatever came of it. */
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryMs = options.retryMs ?? 2_000;
  }

  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#attempt(signal, this.#renewDeadlineMs)) return true;
      await pause(this.#retryMs * (1 + Math.random() * 0.2), signal);
    }
    return false;
  }

  /** Leads and renews until the lease is lost or the signal aborts. */
  async hold(signal: AbortSignal): Promise<void> {
    const { lead, log, identity } = this.#options;
    const leading = new AbortController();
    log.info('leading', { lease: this.#options.lease.name, identity });
    const holds = (): boolean => !leading.signal.aborted && this.#leftMs() > 0;
    const work = lead(leading.signal, holds).finally(() => leading.abort());
    const renewal = this.#renewUntilLost(AbortSignal.any([signal, leading.signal])).finally(() => leading.abort());
    await Promise.allSettled([work, renewal]);
    if (!signal.aborted) log.warn('no longer leading', { lease: this.#options.lease.name, identity });
    await Promise.all([work, renewal]);
  }

  async #renewUntilLost(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#retryMs, signal);
      if (signal.aborted) return;
      const renewed = await this.#attempt(signal, this.#leftMs());
      if (!renewed && (this.#isTaken || this.#leftMs() <= 0)) return;
    }
  }

  /** Until it has to stop unless it renews. */
  #leftMs(): number {
    return this.#renewDeadlineMs - (performance.now() - this.#renewedAt);
  }

  async #attempt(signal: AbortSignal, withinMs: number): Promise<boolean> {
    try {
      const started = performance.now();
      const succeeded = await withDeadline(withinMs, (deadline) => this.#tryAcquire(signal, deadline));
      if (succeeded) this.#renewedAt = started;
      return succeeded;
    } catch (error) {
      if (!signal.aborted && !isConflict(error)) this.#options.log.warn('cannot reach the lease', { error });
      return false;
    }
  }

  /**
   * Each write names the resourceVersion it read, so of two candidates at most one succeeds. Only the deadline cuts a write
   * off: one that was cut off because we stop could still be stored, after the release.
   */
  async #tryAcquire(signal: AbortSignal, deadline: AbortSignal): Promise<boolean> {
    const { client, lease, identity } = this.#options;
    const current = await client.get(Lease, lease, AbortSignal.any([signal, deadline]));
    const spec = current?.spec ?? {};
    this.#isTaken = Boolean(spec.holderIdentity) && spec.holderIdentity !== identity;
    if (current && this.#isTaken && !this.#expired(current, spec)) return false;
    this.#sentAt = performance.now();
    const options = { signal: deadline };
    if (current) await client.update(Lease, this.#leaseObject(current), options);
    else await client.create(Lease, this.#leaseObject(undefined), options);
    this.#isTaken = false;
    return true;
  }

  #expired(lease: Lease, spec: LeaseSpec): boolean {
    const version = lease.metadata.resourceVersion ?? '';
    if (this.#seen?.version !== version) this.#seen = { version, at: performance.now() };
    const leaseMs = spec.leaseDurationSeconds ? spec.leaseDurationSeconds * 1000 : this.#leaseMs;
    return performance.now() - this.#seen.at >= leaseMs;
  }

  #leaseObject(current: Lease | undefined): Lease {
    const { identity, lease, now } = this.#options;
    const time = microTime(now());
    const old = current?.spec ?? {};
    const mine = old.holderIdentity === identity;
    const transitions = (old.leaseTransitions ?? 0) + (current && !mine ? 1 : 0);
    const spec: LeaseSpec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(this.#leaseMs / 1000)),
      acquireTime: mine && old.acquireTime ? old.acquireTime : time,
      renewTime: time,
      leaseTransitions: transitions,
    };
    return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...lease }, ...current, spec };
  }

  /** Lets the next leader start at once instead of after the lease runs out. */
  async release(): Promise<void> {
    const leftMs = this.#leaseMs - (performance.now() - this.#sentAt);
    if (leftMs <= 0) return;
    try {
      await withDeadline(Math.min(this.#renewDeadlineMs, leftMs), async (deadline) => {
        while (!(await this.#tryRelease(deadline)));
      });
    } catch (error) {
      this.#options.log.warn('cannot release the lease, the next leader waits until it expires', { error });
    }
  }

  /** Reads first: the answer to the last renewal may have been lost. False when somebody wrote the lease meanwhile. */
  async #tryRelease(signal: AbortSignal): Promise<boolean> {
    const { client, lease, identity } = this.#options;
    const current = await client.get(Lease, lease, signal);
    if (current?.spec?.holderIdentity !== identity) return true;
    const { acquireTime: _, holderIdentity: __, ...spec } = current.spec;
    const released: Lease = { ...current, spec: { ...spec, leaseDurationSeconds: 1 } };
    try {
      await client.update(Lease, released, { signal });
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }
}

/** metav1.MicroTime. */
const microTime = (date: Date): string => date.toISOString().replace('Z', '000Z');

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
