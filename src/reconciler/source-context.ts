import type { GitSource } from '../api/gitsource.js';
import { type KubeObject, keyOf } from '../api/meta.js';
import type { Logger } from '../control/log.js';
import type { KubeClient } from '../kube/client.js';
import type { Claims } from './source-claims.js';
import type { HubObjects } from './source-objects.js';
import { isCurrent, type Wanted } from './source-plan.js';
import type { Update } from './source-status.js';

/** What one source has put on the hub, as far as this process knows. */
export interface SourceState {
  /** When the Git host is to be asked next; 0 means now. */
  askAt: number;
  /** The last question to the Git host failed in a way only an edit helps; nothing newer is known until it is asked again. */
  isStuck: boolean;
  webhookTime: string | undefined;
  /** The content of the last applied commit, for noticing drift. */
  wanted: ReadonlyMap<string, Wanted>;
  /** What an object looked like when the server had taken it but keeps it otherwise than it was sent. */
  readonly settled: Map<string, string>;
}

export interface CommitContext {
  readonly client: KubeClient;
  readonly objects: HubObjects;
  readonly log: Logger;
  readonly state: SourceState;
  readonly signal: AbortSignal;
  readonly claims: Claims;
  /** Whether a source exists and lists the object in its inventory. */
  readonly listed: (source: string, id: string) => boolean;
  readonly write: (source: GitSource, update: Update) => Promise<GitSource>;
}

export const settledAs = (live: KubeObject, { digest }: Wanted): string => `${digest} ${live.metadata.generation ?? 0}`;

export const liveOf = ({ manifest }: Wanted, { objects }: CommitContext): KubeObject | undefined =>
  objects.live(manifest.type, keyOf(manifest.object));

export const isSettled = (wanted: Wanted, source: string, context: CommitContext): boolean => {
  const live = liveOf(wanted, context);
  if (isCurrent(live, wanted, source)) return true;
  return live !== undefined && context.state.settled.get(wanted.id) === settledAs(live, wanted);
};

export const isLeaving = (wanted: Wanted, context: CommitContext): boolean =>
  liveOf(wanted, context)?.metadata.deletionTimestamp !== undefined;

/** As the ServiceAccount the source names, so that a repository can do no more than it. */
export const writerOf = (client: KubeClient, { spec, metadata }: GitSource): KubeClient => {
  const { serviceAccountName: account } = spec;
  const { namespace = '' } = metadata;
  // The server adds the groups of an account by itself; naming them would need more permissions.
  return account === undefined ? client : client.impersonate(`system:serviceaccount:${namespace}:${account}`);
};
