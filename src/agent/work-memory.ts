import type { AppliedManifestWork } from '../api/applied-work.js';
import type { ManifestWork } from '../api/work.js';
import { isNewer } from '../kube/resource-version.js';
import type { Attempt } from './attempt.js';

/** What the agent remembers of one work between passes. Losing it costs requests, never correctness. */
export interface WorkMemory {
  /** Answers of the servers which the watches may not have caught up with. */
  work: ManifestWork | undefined;
  record: AppliedManifestWork | undefined;
  /** Of the manifests of one generation, by ordinal: manifests are large and digesting them is not free. */
  digests: { readonly of: string; readonly list: readonly string[] } | undefined;
  /** By the basis of the item: whatever place in the list the same manifest has, it need not be sent again. */
  attempts: ReadonlyMap<string, Attempt>;
  /** Forget waiting times: something a failed manifest may have waited for has changed. */
  retryNow: boolean;
  /** When the status was last written, in milliseconds of the monotonic clock. */
  reportedAt: number;
  /** Since when the work is on its way out, by the same clock, and whether its record was asked to go while it was cached. */
  removal: { readonly sinceMs: number; readonly isAsked: boolean } | undefined;
  /** Passes in a row that could not finish taking objects away. */
  collecting: number;
}

export const newMemory = (): WorkMemory => ({
  work: undefined,
  record: undefined,
  digests: undefined,
  attempts: new Map(),
  retryNow: false,
  reportedAt: Number.NEGATIVE_INFINITY,
  removal: undefined,
  collecting: 0,
});

interface Versioned {
  readonly metadata: { readonly resourceVersion?: string | undefined; readonly uid?: string | undefined };
}

/** The later of what the watch delivered and what the server answered to us. */
export function latest<T extends Versioned>(cached: T | undefined, answer: T | undefined): T | undefined {
  if (!cached || !answer) return cached ?? answer;
  return isNewer(answer.metadata.resourceVersion, cached.metadata.resourceVersion) ? answer : cached;
}
