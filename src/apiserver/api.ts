import type { Logger } from '../control/log.js';
import type { Admission } from './admission.js';
import type { User } from './identity.js';
import type { KindRegistry } from './kind-registry.js';
import type { LocalApi } from './local-api.js';
import type { Store } from './store/store.js';
import type { WatchHub } from './watch/watch-hub.js';

/** What every verb works on. */
export interface Api {
  readonly store: Store;
  readonly kinds: KindRegistry;
  readonly watches: WatchHub;
  readonly admissions: readonly Admission[];
  readonly local: LocalApi;
  readonly now: () => Date;
  readonly log: Logger;
}

/** Who asks for a verb, and how. */
export interface Caller {
  readonly user: User;
  readonly userAgent: string;
  /** Collects what becomes `Warning` headers. */
  readonly warn: (message: string) => void;
}
