import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createMapper, type Mapper } from '../../src/agent/mapper.js';
import type { KubeObject, Unstructured } from '../../src/api/meta.js';
import type { ResourceType } from '../../src/api/resource.js';
import { ApiError, type KubeClient } from '../../src/kube/client.js';
import {
  type AppliedResource,
  compareWork,
  type RecordedWork,
  recordedResources,
  recordedWork,
  show,
  subset,
} from './work-compare.js';

type Side = 'hub' | 'spoke';

interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly selector?: string;
  readonly on?: Side;
}

interface Patch extends ObjectName {
  readonly subresource?: string;
  readonly type?: 'merge' | 'json' | 'apply' | 'strategic';
  readonly manager?: string;
  readonly force?: boolean;
  readonly body: unknown;
}

interface Action {
  readonly create?: Unstructured;
  readonly put?: Unstructured;
  readonly patch?: Patch;
  readonly delete?: ObjectName & { readonly propagation?: 'Background' | 'Foreground' | 'Orphan' };
  readonly wait?: number;
  readonly on?: Side;
  readonly as?: { readonly user: string; readonly groups?: readonly string[] };
  readonly pad?: number;
  readonly error?: { readonly code: number; readonly message?: string };
  readonly mayFail?: boolean;
}

interface ExpectedObject extends ObjectName {
  readonly on: Side;
  readonly absent?: boolean;
  readonly match?: unknown;
  readonly owners?: readonly string[];
  readonly deleting?: boolean;
  readonly conditions?: readonly { readonly type: string }[];
  readonly uid?: 'same' | 'new';
  readonly after?: ObjectName;
  readonly count?: number;
}

interface Expectation {
  readonly works?: Readonly<Record<string, RecordedWork | null>>;
  readonly applied?: Readonly<Record<string, readonly AppliedResource[] | null>>;
  readonly objects?: readonly ExpectedObject[];
  readonly ltt?: Readonly<Record<string, Readonly<Record<string, 'same' | 'new' | 'base'>>>>;
}

interface Step {
  readonly do?: readonly Action[];
  readonly expect?: Expectation;
  readonly 'upstream-only'?: string;
  readonly timeout?: number;
}

export interface Case {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly needs?: readonly string[];
  readonly 'upstream-only'?: string;
  readonly steps: readonly Step[];
}

export interface Stage {
  readonly hub: KubeClient;
  readonly spoke: KubeClient;
  readonly cluster: string;
  readonly hubHash: string;
  readonly agentId: string;
  /** Everything that reacts to the case has nothing to do. */
  readonly idle: () => boolean;
}

export const readCases = (path: string): Case[] =>
  gunzipSync(readFileSync(path))
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case);

const LOOK_MS = 25;
const HOLD_MS = 150;
/** A case that never becomes idle (something fails for good) passes when the expectation stays this long. */
const PATIENCE_MS = 1_500;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const time = (offset: string | undefined) =>
  new Date(Date.now() + Number(offset ?? 0) * 1000).toISOString().replace(/\.\d+Z/, 'Z');

/** One run of one case. */
class Run {
  readonly #stage: Stage;
  readonly #prefix: string;
  readonly #deadlineMs: number;
  readonly #mappers: Readonly<Record<Side, Mapper>>;
  #memory = new Map<string, string>();

  constructor(stage: Stage, prefix: string, deadlineMs: number) {
    this.#stage = stage;
    this.#prefix = prefix;
    this.#deadlineMs = deadlineMs;
    const { signal } = new AbortController();
    this.#mappers = { hub: createMapper(stage.hub, signal), spoke: createMapper(stage.spoke, signal) };
  }

  /** Text says what was not as recorded. */
  async play({ steps }: Case): Promise<string | undefined> {
    for (const [index, step] of steps.entries()) {
      if (step.expect?.ltt) await this.#nextSecond();
      const wrong = await this.#act(step);
      if (step['upstream-only']) {
        await this.#settled(async () => []);
        continue;
      }
      if (wrong.length > 0) return `step ${index + 1}: ${wrong.join('; ')}`;
      if (!step.expect) continue;
      const differences = await this.#settled(() => this.#look(this.#filled(step.expect!)), step.timeout);
      if (differences.length > 0) return `step ${index + 1}:\n    ${differences.slice(0, 12).join('\n    ')}`;
    }
    return undefined;
  }

  /** Transition times have whole seconds: two changes within one cannot be told apart. */
  #nextSecond(): Promise<void> {
    return pause(1_000 - (Date.now() % 1_000));
  }

  /** Waits until nothing differs, nothing is in the works and still nothing differs. */
  async #settled(look: (next: Map<string, string>) => Promise<string[]>, timeout = 0): Promise<string[]> {
    const deadline = Date.now() + Math.max(this.#deadlineMs, timeout);
    let since: number | undefined;
    for (;;) {
      const next = new Map<string, string>();
      const differences = await look(next);
      const now = Date.now();
      if (differences.length > 0) since = undefined;
      else since ??= now;
      const held = since === undefined ? 0 : now - since;
      if ((held >= HOLD_MS && this.#stage.idle()) || held >= PATIENCE_MS) {
        this.#memory = new Map([...this.#memory, ...next]);
        return [];
      }
      if (differences.length > 0 && now > deadline) return differences;
      await pause(LOOK_MS);
    }
  }

  #filled<T>(value: T): T {
    const { cluster, hubHash, agentId } = this.#stage;
    const text = JSON.stringify(value)
      .replaceAll('$NS', this.#prefix)
      .replaceAll('$CLUSTER', cluster)
      .replaceAll('$HASH', hubHash)
      .replaceAll('$AGENT', agentId)
      .replace(/\$NOW([+-]\d+)?/g, (_, offset?: string) => time(offset));
    return JSON.parse(text) as T;
  }

  /** `$UID{apiVersion|Kind|namespace|name}`: of that object on the spoke, now. */
  async #withUids(action: Action): Promise<Action> {
    let text = JSON.stringify(action);
    for (const placeholder of text.match(/\$UID\{[^}]*\}/g) ?? []) {
      const [apiVersion = '', kind = '', namespace = '', name = ''] = placeholder.slice(5, -1).split('|');
      const found = await this.#get({ apiVersion, kind, namespace, name, on: 'spoke' });
      text = text.replaceAll(placeholder, found?.metadata.uid ?? '00000000-0000-0000-0000-000000000000');
    }
    return JSON.parse(text) as Action;
  }

  #client(on: Side | undefined): KubeClient {
    return on === 'hub' ? this.#stage.hub : this.#stage.spoke;
  }

  async #type({ apiVersion, kind, on }: ObjectName): Promise<ResourceType | undefined> {
    return this.#mappers[on ?? 'spoke'].map(apiVersion, kind);
  }

  async #knownType(name: ObjectName): Promise<ResourceType> {
    for (let tries = 0; ; tries += 1) {
      const type = await this.#type(name);
      if (type) return type;
      if (tries > 30) throw new ApiError({ code: 404, message: `no resource for ${name.apiVersion} ${name.kind}` });
      await pause(50);
    }
  }

  async #get(name: ObjectName): Promise<Unstructured | undefined> {
    const type = await this.#type(name);
    if (!type || (type.namespaced && !name.namespace)) return undefined;
    return this.#client(name.on).get(type, { name: name.name ?? '', namespace: name.namespace });
  }

  async #list(name: ObjectName): Promise<Unstructured[]> {
    const type = await this.#type(name);
    if (!type) return [];
    const { namespace, selector } = name;
    const { items } = await this.#client(name.on).list(type, {
      ...(namespace ? { namespace } : {}),
      ...(selector ? { labelSelector: selector } : {}),
    });
    return items;
  }

  async #act(step: Step): Promise<string[]> {
    const wrong: string[] = [];
    for (const raw of step.do ?? []) {
      const action = await this.#withUids(this.#filled(raw));
      let refusal: ApiError | undefined;
      try {
        await this.#perform(action);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        refusal = error;
      }
      if (raw.mayFail) continue;
      const what = `action ${show(action).slice(0, 120)}`;
      if (raw.error && !refusal) wrong.push(`${what}: want error ${show(action.error)}, was accepted`);
      else if (raw.error)
        wrong.push(...subset(action.error, { code: refusal?.code, message: refusal?.message }, 'error'));
      else if (refusal) wrong.push(`${what}: ${refusal.code} ${refusal.message}`);
    }
    return wrong;
  }

  async #perform(action: Action): Promise<void> {
    if (action.wait !== undefined) return pause(action.wait);
    const plain = this.#client(action.on ?? action.patch?.on ?? action.delete?.on);
    const client = action.as ? plain.impersonate(action.as.user, action.as.groups) : plain;
    if (action.create) return this.#create(client, action.create, action);
    if (action.put) return this.#put(client, action.put, action);
    if (action.patch) return this.#each(action, action.patch, (name) => this.#patch(client, name, action.patch!));
    if (action.delete) {
      const { propagation = 'Background' } = action.delete;
      return this.#each(action, action.delete, async (name) => {
        const type = await this.#knownType(name);
        if (!(await this.#get(name))) throw new ApiError({ code: 404, message: `${name.kind} ${name.name} not found` });
        await client.delete(
          type,
          { name: name.name ?? '', namespace: name.namespace },
          { propagationPolicy: propagation },
        );
      });
    }
    throw new Error(`unknown action ${show(action)}`);
  }

  async #create(client: KubeClient, object: Unstructured, { on, pad }: Action): Promise<void> {
    const type = await this.#knownType({ apiVersion: object.apiVersion, kind: object.kind, ...(on ? { on } : {}) });
    await client.create(type, pad ? padded(object, pad) : object);
  }

  /** Replaces everything but metadata and status; labels and annotations if given. */
  async #put(client: KubeClient, object: Unstructured, { on }: Action): Promise<void> {
    const { apiVersion, kind, metadata } = object;
    const { labels, annotations, name, namespace } = metadata;
    const type = await this.#knownType({ apiVersion, kind, ...(on ? { on } : {}) });
    for (let attempt = 1; ; attempt += 1) {
      const live = await client.get(type, { name, namespace });
      const merged = { ...live?.metadata, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
      try {
        await client.update(type, { ...object, metadata: merged, status: live?.status } as unknown as KubeObject);
        return;
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 409) || attempt > 8) throw error;
      }
    }
  }

  async #each(action: Action, target: ObjectName, perform: (name: ObjectName) => Promise<void>): Promise<void> {
    const on = action.on ?? target.on ?? 'spoke';
    if (!target.selector) return perform({ ...target, on });
    for (const { metadata } of await this.#list({ ...target, on }))
      await perform({
        ...target,
        on,
        name: metadata.name,
        ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      });
  }

  async #patch(client: KubeClient, name: ObjectName, patch: Patch): Promise<void> {
    const type = await this.#knownType(name);
    const target = { name: name.name ?? '', namespace: name.namespace };
    const options = patch.subresource ? { subresource: patch.subresource } : {};
    if (patch.type === 'apply') {
      const fieldManager = patch.manager ?? 'other';
      const object = patch.body as Unstructured;
      const metadata = { ...object.metadata, ...target };
      await client.apply(type, { ...object, metadata } as Unstructured, {
        ...options,
        fieldManager,
        force: patch.force ?? false,
      });
      return;
    }
    await client.patch(
      type,
      target,
      { type: patch.type ?? 'merge', body: patch.body },
      { ...options, ...(patch.manager ? { fieldManager: patch.manager } : {}) },
    );
  }

  async #look(expect: Expectation, next = new Map<string, string>()): Promise<string[]> {
    const parts = await Promise.all([
      ...Object.entries(expect.works ?? {}).map(([name, want]) => this.#lookAtWork(name, want, expect, next)),
      ...Object.entries(expect.applied ?? {}).map(([name, want]) => this.#lookAtRecord(name, want)),
      ...(expect.objects ?? []).map((want) => this.#lookAtObject(want, next)),
    ]);
    return parts.flat();
  }

  async #lookAtWork(name: string, want: RecordedWork | null, expect: Expectation, next: Map<string, string>) {
    const work = await this.#get({ ...WORK, namespace: this.#stage.cluster, name, on: 'hub' });
    const wrong = compareWork(name, want, recordedWork(work));
    for (const [path, relation] of Object.entries(expect.ltt?.[name] ?? {})) {
      const key = `ltt|${name}|${path}`;
      const value = transitionTime(work, path) ?? '';
      next.set(key, value);
      const before = this.#memory.get(key);
      if (before && relation !== 'base' && (before === value) !== (relation === 'same'))
        wrong.push(`work ${name} ${path} lastTransitionTime: want ${relation}, was ${before}, is ${value}`);
    }
    return wrong;
  }

  async #lookAtRecord(name: string, want: readonly AppliedResource[] | null): Promise<string[]> {
    const record = await this.#get({ ...RECORD, name: `${this.#stage.hubHash}-${name}`, on: 'spoke' });
    if (want === null || !record)
      return (want === null) === !record ? [] : [`record of ${name}: ${want === null ? 'still there' : 'absent'}`];
    const status = record.status as { appliedResources?: [] } | undefined;
    const got = recordedResources(status?.appliedResources);
    const wanted = recordedResources(want);
    return got.join() === wanted.join() ? [] : [`resources of ${name}: want ${show(wanted)}, got ${show(got)}`];
  }

  async #lookAtObject(want: ExpectedObject, next: Map<string, string>): Promise<string[]> {
    const at = `${want.on} ${want.kind} ${want.namespace ?? ''}/${want.name ?? `[${want.selector}]`}`;
    const id = [want.on, want.apiVersion, want.kind, want.namespace, want.name ?? want.selector].join('|');
    if (want.selector) return this.#lookAtMany(want, next, at, id);
    const live = await this.#get(want);
    if (want.absent || !live) return want.absent && !live ? [] : [`${at}: ${want.absent ? 'still there' : 'absent'}`];
    const owners = (live.metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind}/${name}`).sort();
    const conditions = (live.status as { conditions?: { type: string }[] } | undefined)?.conditions ?? [];
    const before = this.#memory.get(id);
    const uid = live.metadata.uid ?? '';
    next.set(id, uid);
    const later = want.after && (await this.#get({ on: want.on, ...want.after }));
    return [
      ...(Boolean(want.deleting) === Boolean(live.metadata.deletionTimestamp) ? [] : [`${at}: deleting is wrong`]),
      ...(want.owners && want.owners.join() !== owners.join()
        ? [`${at} owners: want ${show(want.owners)}, got ${show(owners)}`]
        : []),
      ...(want.match ? subset(want.match, live, at) : []),
      ...(want.conditions ?? []).flatMap((condition) =>
        subset(
          condition,
          conditions.find(({ type }) => type === condition.type),
          `${at} condition ${condition.type}`,
        ),
      ),
      ...(want.uid && before && (before === uid) !== (want.uid === 'same') ? [`${at}: want ${want.uid} object`] : []),
      ...(later && BigInt(later.metadata.resourceVersion ?? 0) > BigInt(live.metadata.resourceVersion ?? 0)
        ? [`${at}: written before ${want.after?.name}`]
        : []),
    ];
  }

  async #lookAtMany(want: ExpectedObject, next: Map<string, string>, at: string, id: string): Promise<string[]> {
    const placed = ({ metadata }: Unstructured) => (metadata.namespace ?? '') + metadata.name;
    const live = (await this.#list(want)).sort((a, b) => (placed(a) < placed(b) ? -1 : 1));
    if (want.count !== undefined && live.length !== want.count)
      return [`${at}: want ${want.count}, got ${live.length}`];
    const uids = live.map(({ metadata }) => metadata.uid).join();
    const before = this.#memory.get(id);
    if (live.length > 0) next.set(id, uids);
    return [
      ...(want.match ? live.flatMap((object) => subset(want.match, object, `${at} ${object.metadata.name}`)) : []),
      ...(want.uid && live.length > 0 && before !== undefined && (before === uids) !== (want.uid === 'same')
        ? [`${at}: want ${want.uid} objects`]
        : []),
    ];
  }

  /** Leaves nothing behind that goes on costing anything; takes finalizers off what nobody else cleans up. */
  async clean({ steps }: Case): Promise<void> {
    const created = this.#filled(steps).flatMap(({ do: actions = [] }) =>
      actions.flatMap(({ create, put, on }) => {
        const object = create ?? put;
        return object ? [{ object, on: on ?? ('spoke' as const) }] : [];
      }),
    );
    const gone = created.filter(({ object }) => object.kind.startsWith('ManifestWork') && object.metadata.name);
    for (const { object, on } of gone.reverse()) {
      const type = await this.#type({ apiVersion: object.apiVersion, kind: object.kind, on });
      if (type) await this.#client(on).delete(type, object.metadata);
    }
  }
}

const WORK = { apiVersion: 'work.open-cluster-management.io/v1', kind: 'ManifestWork' };
const RECORD = { apiVersion: 'work.open-cluster-management.io/v1', kind: 'AppliedManifestWork' };

/** `Applied`, or `0/Applied` for that of the first manifest. */
function transitionTime(work: Unstructured | undefined, path: string): string | undefined {
  const [ordinal, type] = path.includes('/') ? path.split('/') : [undefined, path];
  const status = work?.status as
    | {
        conditions?: { type: string; lastTransitionTime: string }[];
        resourceStatus?: {
          manifests?: {
            resourceMeta: { ordinal: number };
            conditions: { type: string; lastTransitionTime: string }[];
          }[];
        };
      }
    | undefined;
  const conditions =
    ordinal === undefined
      ? status?.conditions
      : status?.resourceStatus?.manifests?.find(({ resourceMeta }) => resourceMeta.ordinal === Number(ordinal))
          ?.conditions;
  return conditions?.find((condition) => condition.type === type)?.lastTransitionTime;
}

/** The first manifest's `data.pad` is grown until the manifest's JSON has this many bytes. */
function padded(object: Unstructured, bytes: number): Unstructured {
  const copy = structuredClone(object) as Unstructured & {
    spec: { workload: { manifests: { data?: Record<string, string> }[] } };
  };
  const [manifest] = copy.spec.workload.manifests;
  if (!manifest) return object;
  manifest.data = { ...manifest.data, pad: '' };
  manifest.data.pad = 'x'.repeat(bytes - JSON.stringify(manifest).length);
  return copy;
}

let runs = 0;

/** Undefined when the case ended as recorded, else what still differs that long after a step. */
export async function playCase(played: Case, stage: Stage, deadlineMs: number): Promise<string | undefined> {
  runs += 1;
  const run = new Run(stage, `${played.id.toLowerCase()}-g${runs.toString(36)}`, deadlineMs);
  try {
    return await run.play(played);
  } finally {
    await run.clean(played);
  }
}
