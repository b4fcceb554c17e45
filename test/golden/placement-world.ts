import { setTimeout as delay } from 'node:timers/promises';
import { Namespace } from '../../src/api/core.js';
import { KINDS } from '../../src/api/kinds.js';
import type { KubeObject } from '../../src/api/meta.js';
import type { Placement } from '../../src/api/placement.js';
import type { PlacementDecision } from '../../src/api/placement-decision.js';
import { PLACEMENT_LABEL } from '../../src/api/placement-labels.js';
import type { Resource } from '../../src/api/resource.js';
import type { Caches } from '../../src/kube/caches.js';
import { ApiError, isAlreadyExists, type KubeClient } from '../../src/kube/client.js';
import {
  type Case,
  type Observed,
  type ObservedDecision,
  type Operation,
  PLACEHOLDER,
  type Target,
} from './placement-cases.js';

/** One case on a hub that others use too: all its names carry its own prefix. */
export class World {
  readonly played: Case;
  readonly #client: KubeClient;
  readonly #caches: Caches;
  readonly #prefix: string;
  readonly #namespaces = new Map<string, Promise<unknown>>();
  readonly #spaces = new Set<string>();
  readonly #waits: (() => boolean)[] = [];

  constructor(played: Case, client: KubeClient, caches: Caches, serial: number) {
    this.played = played;
    this.#client = client;
    this.#caches = caches;
    this.#prefix = `k${serial.toString(36).padStart(PLACEHOLDER.length - 1, '0')}`;
  }

  get spaces(): ReadonlySet<string> {
    return this.#spaces;
  }

  /** Calls whose order cannot matter go together: inventory, as long as no placement exists. */
  async apply(operations: readonly Operation[]): Promise<void> {
    const isLoose = ({ create }: Operation): boolean =>
      this.#spaces.size === 0 && (create?.kind === 'ManagedCluster' || create?.kind === 'AddOnPlacementScore');
    for (let at = 0; at < operations.length; ) {
      const rest = operations.slice(at);
      const strict = rest.findIndex((operation) => !isLoose(operation));
      const count = Math.max(1, strict < 0 ? rest.length : strict);
      await Promise.all(rest.slice(0, count).map((operation) => this.#do(operation)));
      at += count;
    }
  }

  /** True when the controllers' caches hold every change made here. */
  isSeen(): boolean {
    while (this.#waits[0]?.()) this.#waits.shift();
    return this.#waits.length === 0;
  }

  async #do(raw: Operation): Promise<void> {
    const operation = this.#real(raw);
    try {
      await this.#call(operation);
    } catch (error) {
      if (operation.fails && error instanceof ApiError && error.code >= 400 && error.code < 500) return;
      throw error;
    }
    if (operation.fails) throw new Error(`the API accepted ${JSON.stringify(operation).slice(0, 300)}`);
  }

  async #call({ create, patch, delete: gone }: Operation): Promise<void> {
    if (create) await this.#create(create);
    if (patch) {
      const type = kindOf(patch.kind);
      const { subresource, body } = patch;
      this.#await(
        type,
        await this.#client.patch(type, patch, { type: 'merge', body }, subresource ? { subresource } : {}),
      );
    }
    if (gone) await this.#delete(gone);
  }

  async #create({ status, ...object }: KubeObject & { readonly status?: unknown }): Promise<void> {
    const type = kindOf(object.kind);
    const { namespace, name } = object.metadata;
    if (namespace) await this.#namespace(namespace);
    if (namespace && object.kind === 'Placement') this.#spaces.add(namespace);
    this.#await(type, await this.#client.create(type, object));
    if (status === undefined) return;
    const patch = { type: 'merge', body: { status } } as const;
    this.#await(type, await this.#client.patch(type, { namespace, name }, patch, { subresource: 'status' }));
  }

  async #delete(target: Target): Promise<void> {
    const type = kindOf(target.kind);
    const cache = this.#caches.of(type);
    const uid = cache.get(keyIn(target))?.metadata.uid;
    await this.#client.delete(type, target);
    const left = await this.#client.get(type, target);
    if (left) this.#await(type, left);
    else this.#waits.push(() => cache.get(keyIn(target))?.metadata.uid !== uid || uid === undefined);
  }

  #await(type: Resource, { metadata }: KubeObject): void {
    const cache = this.#caches.of(type);
    // An object without finalizers any more is gone before its last version can be seen.
    const seen = () => cache.get(keyIn(metadata))?.metadata.resourceVersion ?? cache.resourceVersion;
    this.#waits.push(() => Number(seen()) >= Number(metadata.resourceVersion));
  }

  #namespace(name: string): Promise<unknown> {
    let made = this.#namespaces.get(name);
    if (!made) {
      made = this.#client
        .create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
        .catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error;
        });
      this.#namespaces.set(name, made);
    }
    return made;
  }

  #real<T>(value: T): T {
    const text = JSON.stringify(value)
      .replaceAll(PLACEHOLDER, this.#prefix)
      .replace(/"@now([+-]\d+)?"/g, (_, seconds?: string) => JSON.stringify(inSeconds(Number(seconds ?? 0))));
    return JSON.parse(text) as T;
  }

  /** What a client sees of the case's namespaces. */
  observe(placements: readonly Placement[], decisions: readonly PlacementDecision[]): Observed {
    const details = this.played.details ?? [];
    const mine = placements.filter(({ metadata }) => this.#spaces.has(metadata.namespace ?? '')).toSorted(byKey);
    const seen = {
      placements: Object.fromEntries(mine.map((placement) => [keyIn(placement.metadata), observedStatus(placement)])),
      decisions: Object.fromEntries(
        mine.map(({ metadata }) => [
          keyIn(metadata),
          decisions
            .filter((decision) => decision.metadata.namespace === metadata.namespace)
            .filter((decision) => decision.metadata.labels?.[PLACEMENT_LABEL] === metadata.name)
            .toSorted((a, b) => byLength(a.metadata.name, b.metadata.name))
            .map((decision) => observedDecision(decision, details)),
        ]),
      ),
    };
    return this.anonymous(seen);
  }

  anonymous<T>(value: T): T {
    return JSON.parse(JSON.stringify(value).replaceAll(this.#prefix, PLACEHOLDER)) as T;
  }
}

function kindOf(name: string): Resource {
  const found = KINDS.find(({ kind }) => kind === name);
  if (!found) throw new Error(`no kind ${name}`);
  return found;
}

const keyIn = ({ namespace, name }: { readonly namespace?: string | undefined; readonly name: string }): string =>
  namespace ? `${namespace}/${name}` : name;

const byKey = (a: KubeObject, b: KubeObject): number => (keyIn(a.metadata) < keyIn(b.metadata) ? -1 : 1);

const byLength = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

const inSeconds = (seconds: number): string => `${new Date(Date.now() + 1000 * seconds).toISOString().slice(0, 19)}Z`;

const observedStatus = ({ status }: Placement) => ({
  conditions: (status?.conditions ?? []).map(({ type, status, reason, message }) => ({
    type,
    status,
    reason,
    message,
  })),
  numberOfSelectedClusters: status?.numberOfSelectedClusters ?? 0,
  decisionGroups: (status?.decisionGroups ?? []).map((group) => ({
    decisionGroupIndex: group.decisionGroupIndex ?? 0,
    decisionGroupName: group.decisionGroupName ?? '',
    decisions: group.decisions ?? [],
    clusterCount: group.clusterCount ?? 0,
  })),
});

function observedDecision({ metadata, status }: PlacementDecision, details: readonly string[]): ObservedDecision {
  const entries = status?.decisions ?? [];
  const owners = (metadata.ownerReferences ?? []).map(
    ({ apiVersion, kind, name, controller = false, blockOwnerDeletion = false }) =>
      `${apiVersion} ${kind} ${name} controller=${controller} blockOwnerDeletion=${blockOwnerDeletion}`,
  );
  return {
    name: metadata.name,
    labels: Object.fromEntries(Object.entries(metadata.labels ?? {}).sort()),
    clusters: entries.map(({ clusterName }) => clusterName),
    ...(entries.some(({ reason }) => reason) && { reasons: entries.map(({ reason }) => reason) }),
    ...(details.includes('owners') && { owners }),
    ...(details.includes('status') && { hasStatus: status !== undefined }),
  };
}

/** Waits for a condition, looking every few milliseconds. */
export async function until(isMet: () => boolean | Promise<boolean>, deadlineMs: number): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  while (!(await isMet())) {
    if (performance.now() > end) return false;
    await delay(3);
  }
  return true;
}
