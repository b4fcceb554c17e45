import type { AppliedManifestWork, AppliedResource } from '../api/applied-work.js';
import { findCondition } from '../api/conditions.js';
import type { Unstructured } from '../api/meta.js';
import type { ManifestWork } from '../api/work.js';
import { resourcesOf } from './applied-resources.js';
import { applyManifest } from './apply.js';
import { type Attempt, appliedOf, CALM_WINDOW_MS, calmMs, retryMs } from './attempt.js';
import { checkExecutor } from './executor.js';
import type { Query } from './feedback.js';
import { mappedItems } from './mapped-items.js';
import type { Mapper } from './mapper.js';
import { mergeFor } from './merge/typed.js';
import { type Look, lookAt, type ObserveTools, presenceOf } from './observe.js';
import type { Sight } from './observer.js';
import { applyOrder } from './order.js';
import { ownerReferenceOf } from './ownership.js';
import { decoded, definesKind, type Item, namespacesOf, overruledIn, sameObject, targetsOf } from './plan.js';
import type { Applied, Observation } from './status.js';
import type { WorkMemory } from './work-memory.js';

export interface PassTools extends ObserveTools {
  readonly mapper: Mapper;
  readonly query: Query;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

export interface PassResult {
  readonly items: readonly Item[];
  readonly observations: readonly Observation[];
  /** What the record should list; undefined when not everything is known, and then nothing may be removed. */
  readonly resources: readonly AppliedResource[] | undefined;
  /** Milliseconds until a failed manifest is worth another try. */
  readonly retryInMs: number | undefined;
}

const RECHECK_MS = 240_000;
const CRD_WAIT_MS = 5_000;

/** Why the manifest cannot even be sent; undefined when it can. */
function unsendable({ manifest, type, meta, config }: Item, mappingError: string | undefined): string | undefined {
  if (!manifest) return 'the manifest is not a Kubernetes object';
  if (mappingError) return mappingError;
  if (!type) return `the server doesn't have a resource type "${manifest.kind}"`;
  if (config.strategy.type === 'ReadOnly') return undefined;
  if (!meta.name)
    return config.strategy.type === 'ServerSideApply' ? 'name is required' : 'resource name may not be empty';
  if (type.namespaced && !meta.namespace) return 'the server does not allow this method on the requested resource';
  return undefined;
}

const APPLIED: Applied = { ok: true };

const isReplaced = ({ config, manifest }: Item): boolean =>
  config.strategy.type === 'Update' && manifest !== undefined && mergeFor(manifest) === undefined;

/** A pass over one work: applies what is not as it should be, and looks at all of it. */
class Pass {
  readonly #work: ManifestWork;
  readonly #record: AppliedManifestWork;
  readonly #memory: WorkMemory;
  readonly #tools: PassTools;
  readonly #attempts = new Map<string, Attempt>();
  /** Items whose object a later manifest asks for in another way; only that one is held against the live object. */
  #overruled: ReadonlySet<string> = new Set();
  #calmUntil = Number.POSITIVE_INFINITY;

  constructor(work: ManifestWork, record: AppliedManifestWork, memory: WorkMemory, tools: PassTools) {
    this.#work = work;
    this.#record = record;
    this.#memory = memory;
    this.#tools = tools;
  }

  async run(who: string): Promise<PassResult> {
    const { items: planned, errors } = await this.#plan(who);
    let items = planned;
    const applied = new Map<string, Applied>();
    const looks = new Map<string, Look>();
    this.#overruled = overruledIn(items);
    for (const { id, meta, manifest, type } of applyOrder(planned)) {
      const error = manifest && errors.get(`${manifest.apiVersion} ${manifest.kind}`);
      if (manifest && !type && !error && (await this.#kindComes(manifest))) items = (await this.#plan(who)).items;
      const item = items[meta.ordinal];
      if (item) applied.set(id, await this.#applyOne(item, error));
    }
    for (const item of items) looks.set(item.id, await lookAt(item, this.#tools));
    this.#memory.attempts = this.#attempts;
    this.#memory.retryNow = false;
    const failed = items.filter(({ basis }) => this.#attempts.get(basis)?.ok === false);
    if (failed.length > 0) this.#tools.observer.follow(who, [...targetsOf(items), ...namespacesOf(failed)]);
    return this.#result(items, applied, looks);
  }

  async #plan(who: string) {
    const plan = await mappedItems(this.#work, this.#record, this.#memory, this.#tools.mapper);
    this.#tools.observer.follow(who, targetsOf(plan.items));
    return plan;
  }

  /** A kind whose definition was applied a moment ago is worth a short wait. */
  async #kindComes(manifest: Unstructured): Promise<boolean> {
    const { mapper, clock, signal } = this.#tools;
    if (!decoded(this.#work.spec).some((other) => other && definesKind(other, manifest))) return false;
    const until = clock() + CRD_WAIT_MS;
    for (let waitMs = 5; clock() < until && !signal.aborted; waitMs = Math.min(200, waitMs * 2)) {
      if (await mapper.map(manifest.apiVersion, manifest.kind)) return true;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    return false;
  }

  async #applyOne(item: Item, mappingError: string | undefined): Promise<Applied> {
    const last = this.#memory.attempts.get(item.basis);
    if (this.#isComplete(item)) return APPLIED;
    const why = unsendable(item, mappingError);
    if (why) return this.#failed(item, last, new Error(why), '');
    const sight = item.type ? this.#tools.observer.look(item.type, item.key) : { kind: 'unknown' as const };
    const digest = sight.kind === 'present' ? sight.seen.digest : sight.kind;
    if (last && this.#stillStands(last, item, sight)) {
      this.#attempts.set(item.basis, last.ok ? { ...last, mark: this.#mark } : last);
      return last.ok ? APPLIED : last.applied;
    }
    if (last?.ok && this.#isCalming(last)) {
      this.#attempts.set(item.basis, last);
      return APPLIED;
    }
    try {
      await this.#send(item, sight, last);
      return APPLIED;
    } catch (error) {
      return this.#failed(item, last, error, digest);
    }
  }

  #stillStands(last: Attempt, item: Item, sight: Sight): boolean {
    const now = this.#tools.clock();
    if (!last.ok) {
      const digest = sight.kind === 'present' ? sight.seen.digest : sight.kind;
      const moved = last.digest !== '' && digest !== 'unknown' && last.digest !== 'unknown' && last.digest !== digest;
      return now < last.retryAt && !this.#memory.retryNow && !moved;
    }
    if (this.#work.spec?.executor && now - last.at > RECHECK_MS) return false;
    if (item.config.strategy.type === 'ReadOnly') return true;
    if (sight.kind !== 'present' || !item.type || sight.seen.uid !== last.uid) return false;
    if (this.#overruled.has(item.id)) return true;
    // As OCM, which compares a whole object again at every look once anything has written it: users see Jobs refused.
    if (last.mark !== this.#mark && sight.seen.resourceVersion !== last.resourceVersion && isReplaced(item))
      return false;
    if (sight.seen.digest === last.digest) return true;
    return last.mark === this.#mark && this.#tools.observer.isOurs(item.type, item.key, sight.seen);
  }

  /** Somebody who keeps changing an object is not answered ever faster: two controllers at odds must not wear out a cluster. */
  #isCalming({ at, corrections, mark }: Attempt & { ok: true }): boolean {
    const until = at + calmMs(corrections);
    if (mark !== this.#mark || until <= this.#tools.clock()) return false;
    this.#calmUntil = Math.min(this.#calmUntil, until);
    return true;
  }

  /** A work that is edited or labelled gets its way again with objects that another work of ours has written since. */
  get #mark(): string {
    const { generation, labels = {} } = this.#work.metadata;
    return JSON.stringify([generation, labels]);
  }

  async #send(item: Item, sight: Sight, last: Attempt | undefined): Promise<void> {
    const { manifest, type, config, owned, basis } = item;
    const { client, observer, query, clock, signal } = this.#tools;
    if (!manifest || !type) throw new Error(`manifest ${item.meta.ordinal} cannot be sent`);
    const { executor } = this.#work.spec ?? {};
    if (executor) await checkExecutor(client, { executor, type, manifest, owned }, signal);
    if (config.strategy.type === 'ReadOnly') {
      const look = await lookAt(item, this.#tools);
      const uid = look.kind === 'present' ? look.seen.uid : '';
      this.#attempts.set(basis, {
        ok: true,
        uid,
        digest: '',
        resourceVersion: '',
        at: clock(),
        corrections: 0,
        mark: this.#mark,
      });
      return;
    }
    const request = {
      type,
      manifest,
      strategy: config.strategy,
      ownership: { reference: ownerReferenceOf(this.#record), owned },
      sight,
      expected: last !== undefined || this.#isRecorded(item),
      isRepeated: (last === undefined || (last.ok && last.mark === this.#mark)) && this.#isReported(item),
    };
    const seen = await observer.writing(type, item.key, () => applyManifest({ client, query, signal }, request));
    this.#attempts.set(basis, {
      ok: true,
      uid: seen.uid,
      digest: seen.digest,
      resourceVersion: seen.resourceVersion,
      at: clock(),
      corrections: last?.ok && clock() - last.at < calmMs(last.corrections) + CALM_WINDOW_MS ? last.corrections + 1 : 0,
      mark: this.#mark,
    });
  }

  #failed(item: Item, last: Attempt | undefined, error: unknown, digest: string): Applied {
    const before = last && !last.ok ? last : undefined;
    const now = this.#tools.clock();
    const failures = (before?.failures ?? -1) + 1;
    const applied = appliedOf(error);
    const retryAt = before && before.retryAt > now ? before.retryAt : now + retryMs(error, failures);
    this.#attempts.set(item.basis, { ok: false, digest, applied, failures, retryAt });
    return applied;
  }

  /** A manifest whose own rules say it is complete is left alone. */
  #isComplete({ meta }: Item): boolean {
    return findCondition(this.#conditionsOf(meta), 'Complete')?.status === 'True';
  }

  /** As applied, in this generation of the work. */
  #isReported({ meta }: Item): boolean {
    const applied = findCondition(this.#conditionsOf(meta), 'Applied');
    return applied?.status === 'True' && applied.observedGeneration === this.#work.metadata.generation;
  }

  #conditionsOf(meta: Item['meta']) {
    const entries = this.#work.status?.resourceStatus?.manifests ?? [];
    return entries.find(({ resourceMeta: old }) => sameObject(old, meta))?.conditions;
  }

  #isRecorded({ meta }: Item): boolean {
    return (this.#record.status?.appliedResources ?? []).some((resource) => sameObject(resource, meta));
  }

  async #result(
    items: readonly Item[],
    applied: ReadonlyMap<string, Applied>,
    looks: ReadonlyMap<string, Look>,
  ): Promise<PassResult> {
    const generation = this.#work.metadata.generation ?? 0;
    const observations = await Promise.all(
      items.map(async (item) => ({
        meta: item.meta,
        applied: applied.get(item.id),
        presence: await presenceOf(item, looks.get(item.id) ?? { kind: 'incomplete' }, generation, this.#tools),
      })),
    );
    const retryAts = [...this.#attempts.values()].flatMap((attempt) => (attempt.ok ? [] : attempt.retryAt));
    const retryAt = Math.min(...retryAts, this.#calmUntil);
    return {
      items,
      observations,
      resources: resourcesOf(items, looks, this.#attempts),
      retryInMs: retryAt === Number.POSITIVE_INFINITY ? undefined : Math.max(0, retryAt - this.#tools.clock()),
    };
  }
}

/** Brings the objects of a work to what it asks for. Never throws for what concerns a single manifest. */
export const applyPass = (
  who: string,
  work: ManifestWork,
  record: AppliedManifestWork,
  memory: WorkMemory,
  tools: PassTools,
): Promise<PassResult> => new Pass(work, record, memory, tools).run(who);

/** Looks at objects without touching them: for works that are complete or being deleted. */
export async function observePass(
  who: string,
  items: readonly Item[],
  generation: number,
  tools: ObserveTools,
): Promise<Observation[]> {
  tools.observer.follow(who, targetsOf(items));
  return Promise.all(
    items.map(async (item) => ({
      meta: item.meta,
      applied: undefined,
      presence: await presenceOf(item, await lookAt(item, tools), generation, tools),
    })),
  );
}
