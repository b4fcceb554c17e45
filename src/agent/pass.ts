import type { AppliedManifestWork, AppliedResource } from '../api/applied-work.js';
import { findCondition } from '../api/conditions.js';
import { Namespace } from '../api/core.js';
import type { Unstructured } from '../api/meta.js';
import type { ManifestWork } from '../api/work.js';
import { ApiError } from '../kube/client.js';
import { applyManifest, isFieldConflict } from './apply.js';
import { checkExecutor, DENIED_RETRY_MS, ExecutorDenied } from './executor.js';
import type { Query } from './feedback.js';
import { IgnoreFieldError } from './ignore-fields.js';
import type { Mapper } from './mapper.js';
import { mergeFor } from './merge/typed.js';
import { type Look, lookAt, type ObserveTools, presenceOf } from './observe.js';
import { applyOrder } from './order.js';
import { ownerReferenceOf } from './ownership.js';
import { decoded, type Item, itemsOfSpec } from './plan.js';
import type { Applied, Observation } from './status.js';
import type { Attempt, WorkMemory } from './work-memory.js';

export interface PassTools extends ObserveTools {
  readonly mapper: Mapper;
  readonly query: Query;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

export interface PassResult {
  readonly observations: readonly Observation[];
  /** What the record should list; undefined when not everything is known, and then nothing may be removed. */
  readonly resources: readonly AppliedResource[] | undefined;
  /** Milliseconds until a failed manifest is worth another try. */
  readonly retryInMs: number | undefined;
}

const RETRY_BASE_MS = 100;
const RETRY_MAX_MS = 60_000;
const RECHECK_MS = 240_000;
const CRD_WAIT_MS = 5_000;

/** Maps every manifest; a group that cannot be asked leaves its manifests without type and says why. */
async function planned(work: ManifestWork, record: AppliedManifestWork, memory: WorkMemory, { mapper }: PassTools) {
  const spec = work.spec ?? {};
  const generation = work.metadata.generation ?? 0;
  // Denied or granted, an executor's rights are looked at again for every generation.
  const salt = [record.metadata.uid, spec.executor ? generation : 0];
  const planKey = JSON.stringify([work.metadata.uid, generation, record.metadata.uid]);
  const errors = new Map<string, string>();
  if (memory.plan?.salt === planKey && memory.plan.items.every(({ type }) => type))
    return { items: memory.plan.items, errors };
  const types = new Map<string, Awaited<ReturnType<Mapper['map']>>>();
  for (const manifest of decoded(spec)) {
    if (!manifest) continue;
    const id = `${manifest.apiVersion} ${manifest.kind}`;
    try {
      types.set(id, await mapper.map(manifest.apiVersion, manifest.kind));
    } catch (error) {
      errors.set(id, error instanceof Error ? error.message : String(error));
    }
  }
  const items = itemsOfSpec(spec, ({ apiVersion, kind }) => types.get(`${apiVersion} ${kind}`), { salt, generation });
  memory.plan = { salt: planKey, items };
  return { items, errors };
}

const failure = (reason: 'AppliedManifestFailed' | 'AppliedManifestSSAIgnoreFieldError', message: string): Applied => ({
  ok: false,
  reason,
  message,
});

/** A server or proxy that answers without a Status is put in the words kubectl users know. */
function textOf(error: unknown): string {
  if (error instanceof ApiError && error.status.kind !== 'Status') {
    if (error.code === 404) return 'the server could not find the requested resource';
    if (error.code === 405) return 'the server does not allow this method on the requested resource';
  }
  return error instanceof Error ? error.message : String(error);
}

const appliedOf = (error: unknown): Applied =>
  error instanceof IgnoreFieldError
    ? failure('AppliedManifestSSAIgnoreFieldError', error.message)
    : failure('AppliedManifestFailed', `Failed to apply manifest: ${textOf(error)}`);

const retryMs = (error: unknown, failures: number): number => {
  if (error instanceof ExecutorDenied) return DENIED_RETRY_MS;
  if (isFieldConflict(error)) return Number.POSITIVE_INFINITY;
  return Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** Math.min(failures, 20));
};

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

function overruledIn(items: readonly Item[]): ReadonlySet<string> {
  const last = new Map<string, string>();
  for (const { meta, id } of applyOrder(items)) last.set(objectOf(meta), id);
  return new Set(items.filter(({ meta, id }) => last.get(objectOf(meta)) !== id).map(({ id }) => id));
}

const objectOf = ({ group = '', resource = '', kind = '', namespace = '', name = '' }: Item['meta']): string =>
  [group, resource || kind, namespace, name].join('|');

/** A pass over one work: applies what is not as it should be, and looks at all of it. */
class Pass {
  readonly #work: ManifestWork;
  readonly #record: AppliedManifestWork;
  readonly #memory: WorkMemory;
  readonly #tools: PassTools;
  readonly #attempts = new Map<string, Attempt>();
  /** Items whose object a later manifest asks for in another way; only that one is held against the live object. */
  #overruled: ReadonlySet<string> = new Set();

  constructor(work: ManifestWork, record: AppliedManifestWork, memory: WorkMemory, tools: PassTools) {
    this.#work = work;
    this.#record = record;
    this.#memory = memory;
    this.#tools = tools;
  }

  async run(who: string): Promise<PassResult> {
    const { items, errors } = await planned(this.#work, this.#record, this.#memory, this.#tools);
    this.#tools.observer.follow(who, targetsOf(items));
    const applied = new Map<string, Applied>();
    const looks = new Map<string, Look>();
    this.#overruled = overruledIn(items);
    for (const item of applyOrder(items)) {
      const error = item.manifest && errors.get(`${item.manifest.apiVersion} ${item.manifest.kind}`);
      const usable = item.type || !item.manifest || error ? item : await this.#awaitKind(item, who);
      applied.set(item.id, await this.#applyOne(usable, error));
    }
    for (const item of this.#memory.plan?.items ?? items) looks.set(item.id, await lookAt(item, this.#tools));
    this.#memory.attempts = this.#attempts;
    this.#memory.retryNow = false;
    const failed = (this.#memory.plan?.items ?? items).filter(({ basis }) => this.#attempts.get(basis)?.ok === false);
    if (failed.length > 0) this.#tools.observer.follow(who, [...targetsOf(items), ...namespacesOf(failed)]);
    return this.#result(this.#memory.plan?.items ?? items, applied, looks);
  }

  /** A kind whose definition was applied a moment ago is worth a short wait. */
  async #awaitKind(item: Item, who: string): Promise<Item> {
    const { manifest } = item;
    const { mapper, clock, signal } = this.#tools;
    if (!manifest || !decoded(this.#work.spec).some((other) => other && definesKind(other, manifest))) return item;
    const until = clock() + CRD_WAIT_MS;
    for (let waitMs = 5; clock() < until && !signal.aborted; waitMs = Math.min(200, waitMs * 2)) {
      if (await mapper.map(manifest.apiVersion, manifest.kind)) break;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    const { items } = await planned(this.#work, this.#record, this.#memory, this.#tools);
    this.#tools.observer.follow(who, targetsOf(items));
    return items.find(({ meta }) => meta.ordinal === item.meta.ordinal) ?? item;
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
    try {
      await this.#send(item, sight, last !== undefined);
      return APPLIED;
    } catch (error) {
      return this.#failed(item, last, error, digest);
    }
  }

  #stillStands(last: Attempt, item: Item, sight: ReturnType<PassTools['observer']['look']>): boolean {
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

  /** A work that is edited or labelled gets its way again with objects that another work of ours has written since. */
  get #mark(): string {
    const { generation, labels = {} } = this.#work.metadata;
    return JSON.stringify([generation, labels]);
  }

  async #send(item: Item, sight: ReturnType<PassTools['observer']['look']>, expected: boolean): Promise<void> {
    const { manifest, type, config, owned, basis } = item;
    const { client, observer, query, clock, signal } = this.#tools;
    if (!manifest || !type) throw new Error(`manifest ${item.meta.ordinal} cannot be sent`);
    const { executor } = this.#work.spec ?? {};
    if (executor) await checkExecutor(client, { executor, type, manifest, owned }, signal);
    if (config.strategy.type === 'ReadOnly') {
      const look = await lookAt(item, this.#tools);
      const uid = look.kind === 'present' ? look.seen.uid : '';
      this.#attempts.set(basis, { ok: true, uid, digest: '', resourceVersion: '', at: clock(), mark: this.#mark });
      return;
    }
    const request = {
      type,
      manifest,
      strategy: config.strategy,
      ownership: { reference: ownerReferenceOf(this.#record), owned },
      sight,
      expected: expected || this.#isRecorded(item),
    };
    const seen = await observer.writing(type, item.key, () => applyManifest({ client, query, signal }, request));
    this.#attempts.set(basis, {
      ok: true,
      uid: seen.uid,
      digest: seen.digest,
      resourceVersion: seen.resourceVersion,
      at: clock(),
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
    const entries = this.#work.status?.resourceStatus?.manifests ?? [];
    const entry = entries.find(({ resourceMeta: old }) => sameObject(old, meta));
    return findCondition(entry?.conditions, 'Complete')?.status === 'True';
  }

  #isRecorded({ meta }: Item): boolean {
    return (this.#record.status?.appliedResources ?? []).some((resource) => sameObject(resource, meta));
  }

  #result(items: readonly Item[], applied: ReadonlyMap<string, Applied>, looks: ReadonlyMap<string, Look>): PassResult {
    const generation = this.#work.metadata.generation ?? 0;
    const observations = items.map((item) => ({
      meta: item.meta,
      applied: applied.get(item.id),
      presence: presenceOf(item, looks.get(item.id) ?? { kind: 'incomplete' }, generation, this.#tools),
    }));
    const retryAts = [...this.#attempts.values()].flatMap((attempt) => (attempt.ok ? [] : attempt.retryAt));
    const retryAt = Math.min(...retryAts, Number.POSITIVE_INFINITY);
    return {
      observations,
      resources: resourcesOf(items, looks, this.#attempts),
      retryInMs: retryAt === Number.POSITIVE_INFINITY ? undefined : Math.max(0, retryAt - this.#tools.clock()),
    };
  }
}

interface Named {
  readonly group?: string | undefined;
  readonly resource?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

const sameObject = (a: Named, b: Named): boolean =>
  (a.group ?? '') === (b.group ?? '') &&
  (a.resource ?? '') === (b.resource ?? '') &&
  (a.namespace ?? '') === (b.namespace ?? '') &&
  a.name === b.name;

function definesKind(definition: Unstructured, { apiVersion, kind }: Unstructured): boolean {
  if (definition.kind !== 'CustomResourceDefinition') return false;
  // A definition that is not one has none of these members and defines nothing.
  const spec = definition.spec as { group?: string; names?: { kind?: string } } | undefined;
  return spec?.names?.kind === kind && apiVersion.startsWith(`${spec.group}/`);
}

/** Undefined when one manifest has no type or one object could not be looked at. */
function resourcesOf(
  items: readonly Item[],
  looks: ReadonlyMap<string, Look>,
  attempts: ReadonlyMap<string, Attempt>,
): AppliedResource[] | undefined {
  const resources: AppliedResource[] = [];
  for (const { id, meta, type, config, basis } of items) {
    const look = looks.get(id);
    if (!type || !look || look.kind === 'unknown' || look.kind === 'incomplete') return undefined;
    const attempt = attempts.get(basis);
    // As OCM, what is only read is listed if it was there when this generation was first gone through.
    const readUid = config.strategy.type === 'ReadOnly' && attempt?.ok ? attempt.uid : undefined;
    const uid = readUid ?? (look.kind === 'present' ? look.seen.uid : '');
    if (uid === '') continue;
    const { group, namespace, version = '', resource = '', name = '' } = meta;
    resources.push({
      ...(group ? { group } : {}),
      version,
      resource,
      ...(namespace ? { namespace } : {}),
      name,
      uid,
    });
  }
  return resources;
}

/** A namespace that comes may end the failure of what belongs into it. */
const namespacesOf = (items: readonly Item[]) =>
  items.flatMap(({ meta }) => (meta.namespace ? [{ type: Namespace, key: meta.namespace, whole: false }] : []));

/** The objects a work wants to hear of. */
export const targetsOf = (items: readonly Item[]) =>
  items.flatMap(({ type, key, whole, meta }) => (type && meta.name ? [{ type, key, whole }] : []));

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
      presence: presenceOf(item, await lookAt(item, tools), generation, tools),
    })),
  );
}
