import type { Logger } from '../../control/log.js';
import type { LocalApi } from '../local-api.js';

export interface LoopContext {
  readonly local: LocalApi;
  readonly log: Logger;
  readonly now: () => Date;
}

/** One of the server's own controllers. */
export interface Loop {
  readonly name: string;
  idle(): boolean;
  readonly stopped: Promise<void>;
}

/** The name under which the server's own loops write. */
export const MANAGER = 'placet-apiserver';

/** Long, because these loops hear of every change in the same process; it is for what they wait for by time. */
export const RESYNC_MS = 30 * 60_000;
