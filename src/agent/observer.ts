import { keyOf, type Unstructured } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import type { Logger } from '../control/log.js';
import type { Cache, Change } from '../kube/cache.js';
import type { KubeClient } from '../kube/client.js';
import { startInformer } from '../kube/informer.js';
import { isNewer, isOvertaken } from '../kube/resource-version.js';
import { type Seen, type Slim, seenOf, slimOf } from './seen.js';

/** An object somebody wants to hear of. */
export interface Target {
  readonly type: ResourceType;
  /** `keyOf` of the object. */
  readonly key: string;
  /** Whether the whole object is needed, to evaluate rules on it. */
  readonly whole: boolean;
}

export type Sight =
  | { readonly kind: 'present'; readonly seen: Seen }
  | { readonly kind: 'absent' }
  /** No complete list yet, or the object was of no interest when it was last announced. */
  | { readonly kind: 'unknown' };

/** `drift`: something the agent enforces may differ, or the object came or went. `status`: only what rules read changed. */
export type Happening = 'drift' | 'status';

/** Watches what works have applied: one watch per kind, started with the first interest and stopped after the last. */
export interface Observer {
  /** Replaces what `who` was interested in. */
  follow(who: string, targets: readonly Target[]): void;
  look(type: ResourceType, key: string): Sight;
  /** Takes note of an answer of the server, which may be newer than the watch. */
  note(type: ResourceType, object: Unstructured): Seen;
  /** Runs a write of the object, whose answer is noted as our own doing. */
  writing(type: ResourceType, key: string, write: () => Promise<Unstructured>): Promise<Seen>;
  /** Whether the object is as this agent itself left it, or is just about to. Works that share an object do not fight. */
  isOurs(type: ResourceType, key: string, seen: Seen): boolean;
  /** False while the kind's watch has not delivered a complete list; then only asking the server tells. */
  watching(type: ResourceType): boolean;
}

interface Kind {
  readonly type: ResourceType;
  readonly stop: AbortController;
  readonly cache: Cache<Unstructured>;
  /** Answers to our own requests which the watch has not caught up with. */
  readonly answers: Map<string, Seen>;
  readonly followers: Map<string, Map<string, boolean>>;
  /** How this agent left an object, and how many of its writes are on their way. */
  readonly writes: Map<string, { running: number; uid: string; digest: string }>;
}

const LINGER_MS = 60_000;
const idOf = ({ group, version, plural }: ResourceType): string => `${group}/${version}/${plural}`;

export function createObserver(
  client: KubeClient,
  log: Logger,
  onChange: (who: string, happening: Happening, type: ResourceType) => void,
  signal: AbortSignal,
): Observer {
  const kinds = new Map<string, Kind>();
  const interests = new Map<string, readonly Target[]>();

  const start = (type: ResourceType): Kind => {
    const stop = new AbortController();
    const followers: Kind['followers'] = new Map();
    const trim = (object: Unstructured): Unstructured => {
      const wanted = followers.get(keyOf(object));
      return slimOf(object, wanted ? seenOf(object, [...wanted.values()].includes(true)) : undefined);
    };
    const cache = startInformer(client, type, { trim, log }, AbortSignal.any([signal, stop.signal]));
    const kind: Kind = { type, stop, cache, answers: new Map(), followers, writes: new Map() };
    cache.onChange((change) => announce(kind, change));
    return kind;
  };

  const announce = (kind: Kind, change: Change<Unstructured>): void => {
    const object = change.after ?? change.before;
    if (!object) return;
    const key = keyOf(object);
    const wanted = kind.followers.get(key);
    if (!wanted) return;
    const answer = kind.answers.get(key);
    // Only `trim` fills this cache.
    const before = answer ?? (change.before as Slim | undefined)?.seen;
    const after = (change.after as Slim | undefined)?.seen;
    if (answer && after && !isNewer(after.resourceVersion, answer.resourceVersion)) {
      if (after.resourceVersion === answer.resourceVersion) kind.answers.delete(key);
      return;
    }
    if (answer && !change.after && change.before?.metadata.uid !== answer.uid) return;
    kind.answers.delete(key);
    const drift =
      before?.uid !== after?.uid || before?.digest !== after?.digest || before?.deleting !== after?.deleting;
    for (const [who, whole] of wanted) if (drift || whole) onChange(who, drift ? 'drift' : 'status', kind.type);
  };

  const release = (who: string, targets: readonly Target[]): void => {
    for (const { type, key } of targets) {
      const kind = kinds.get(idOf(type));
      const wanted = kind?.followers.get(key);
      if (!kind || !wanted?.delete(who)) continue;
      if (wanted.size > 0) continue;
      kind.followers.delete(key);
      kind.answers.delete(key);
      kind.writes.delete(key);
      if (kind.followers.size === 0) stopLater(kind);
    }
  };

  // A work that is replaced by the next one should not cost a list of the kind each time.
  const stopLater = (kind: Kind): void => {
    setTimeout(() => {
      if (kind.followers.size > 0 || kinds.get(idOf(kind.type)) !== kind) return;
      kinds.delete(idOf(kind.type));
      kind.stop.abort();
    }, LINGER_MS).unref();
  };

  const note = (type: ResourceType, object: Unstructured): Seen => {
    const kind = kinds.get(idOf(type));
    const wanted = kind?.followers.get(keyOf(object));
    const seen = seenOf(object, wanted !== undefined && [...wanted.values()].includes(true));
    if (!kind || !wanted) return seen;
    const key = keyOf(object);
    const isOld =
      isNewer(kind.answers.get(key)?.resourceVersion, seen.resourceVersion) ||
      isOvertaken(kind.cache, key, seen.resourceVersion);
    if (!isOld) kind.answers.set(key, seen);
    return seen;
  };

  return {
    follow: (who, targets) => {
      const before = interests.get(who) ?? [];
      for (const { type, key, whole } of targets) {
        let kind = kinds.get(idOf(type));
        if (!kind) {
          kind = start(type);
          kinds.set(idOf(type), kind);
        }
        const wanted = kind.followers.get(key);
        if (wanted) wanted.set(who, whole);
        else kind.followers.set(key, new Map([[who, whole]]));
      }
      const kept = new Set(targets.map(({ type, key }) => `${idOf(type)} ${key}`));
      release(
        who,
        before.filter(({ type, key }) => !kept.has(`${idOf(type)} ${key}`)),
      );
      if (targets.length > 0) interests.set(who, targets);
      else interests.delete(who);
    },
    look: (type, key) => {
      const kind = kinds.get(idOf(type));
      if (!kind) return { kind: 'unknown' };
      const answer = kind.answers.get(key);
      // A list that lacks the object tells nobody so: it may have come and gone before.
      if (answer && !isOvertaken(kind.cache, key, answer.resourceVersion)) return { kind: 'present', seen: answer };
      kind.answers.delete(key);
      // Only `trim` fills this cache.
      const slim = kind.cache.get(key) as Slim | undefined;
      if (slim) return slim.seen ? { kind: 'present', seen: slim.seen } : { kind: 'unknown' };
      return kind.cache.synced ? { kind: 'absent' } : { kind: 'unknown' };
    },
    note,
    writing: async (type, key, write) => {
      const kind = kinds.get(idOf(type));
      const own = kind?.writes.get(key) ?? { running: 0, uid: '', digest: '' };
      kind?.writes.set(key, own);
      own.running += 1;
      try {
        const seen = note(type, await write());
        own.uid = seen.uid;
        own.digest = seen.digest;
        return seen;
      } finally {
        own.running -= 1;
      }
    },
    isOurs: (type, key, { uid, digest }) => {
      const own = kinds.get(idOf(type))?.writes.get(key);
      return own !== undefined && (own.running > 0 || (own.uid === uid && own.digest === digest));
    },
    watching: (type) => kinds.get(idOf(type))?.cache.synced ?? false,
  };
}
