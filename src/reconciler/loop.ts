import type { Logger } from '../control/log.js';
import type { Outcome } from '../control/outcome.js';
import type { Caches } from '../kube/caches.js';
import type { KubeClient } from '../kube/client.js';
import type { EventRecorder } from '../kube/events.js';

/** What every loop of the hub is given. */
export interface HubContext {
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly now: () => Date;
  readonly onOutcome?: (loop: string, key: string, outcome: Outcome, durationMs: number) => void;
}

export interface Loop {
  readonly name: string;
  /** True while nothing waits, runs or is about to be retried. */
  idle(): boolean;
  /** Resolves when running work has finished after the signal was aborted. */
  readonly stopped: Promise<void>;
}
