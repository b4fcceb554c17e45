import { Namespace, Secret } from '../../src/api/core.js';
import { crdOf } from '../../src/api/crd.js';
import { type KubeObject, keyOf } from '../../src/api/meta.js';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import type { Resource } from '../../src/api/resource.js';
import { type Listener, listen } from '../../src/cli/listener.js';
import { silentLogger } from '../../src/control/log.js';
import { generatorApp, PATH } from '../../src/generator/server.js';
import type { Cache } from '../../src/kube/cache.js';
import { type Caches, createCaches } from '../../src/kube/caches.js';
import type { KubeClient } from '../../src/kube/client.js';
import { until } from '../until.js';

export interface State {
  readonly decisions: readonly PlacementDecision[];
  readonly clusterSecrets: readonly Secret[];
}

export interface Answer {
  readonly status: number;
  /** `output.parameters` of a 200, else the text of the refusal. */
  readonly parameters?: readonly object[];
  readonly message?: string;
}

const TOKEN = 'golden-token';
const SECRET_TYPE = 'argocd.argoproj.io/secret-type';

/** A namespace of a hub as Argo CD's, and a generator that answers from it. */
export class ArgoNamespace {
  readonly #client: KubeClient;
  readonly #name: string;
  readonly #caches: Caches;
  readonly #decisions: Cache<PlacementDecision>;
  readonly #secrets: Cache<Secret>;
  readonly #stop = new AbortController();
  #generator: Listener | undefined;

  /** `caches` are those of the whole hub. */
  constructor(client: KubeClient, caches: Caches, name: string) {
    this.#client = client;
    this.#caches = caches;
    this.#name = name;
    this.#decisions = caches.of(PlacementDecision);
    const own = createCaches(client, silentLogger, this.#stop.signal);
    this.#secrets = own.of(Secret, { namespace: name, labelSelector: `${SECRET_TYPE}=cluster` });
  }

  async open(): Promise<void> {
    const name = this.#name;
    await this.#client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const app = generatorApp({
      readers: { placements: this.#caches.of(Placement), decisions: this.#decisions, secrets: this.#secrets },
      tokens: () => [{ value: TOKEN }],
      argoNamespace: name,
      now: () => new Date(),
      log: silentLogger,
    });
    this.#generator = await listen(app, { host: '127.0.0.1', port: 0 });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#generator?.close(0);
  }

  /** Makes the namespace hold exactly this; resolves when the generator knows. */
  async hold({ decisions, clusterSecrets }: State): Promise<void> {
    await this.#replace(PlacementDecision, this.#decisions, decisions);
    await this.#replace(Secret, this.#secrets, clusterSecrets);
  }

  async ask(input: object): Promise<Answer> {
    const response = await fetch(`${this.#generator?.url}${PATH}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ applicationSetName: 'web', input: { parameters: input } }),
    });
    const body = (await response.json()) as { output?: { parameters: object[] }; message?: string }; // the generator's contract
    const { output, message } = body;
    return { status: response.status, ...(output && output), ...(message !== undefined && { message }) };
  }

  async #replace<T extends KubeObject>(
    type: Resource<T>,
    cache: Cache<T>,
    objects: readonly (T & { readonly status?: unknown })[],
  ): Promise<void> {
    const wanted = objects.map((object) => ({
      ...object,
      metadata: { ...object.metadata, namespace: this.#name },
    }));
    const versions = new Map<string, string>();
    for (const object of wanted) {
      const version = await this.#write(type, object);
      if (type.kind !== 'Secret' || object.metadata.labels?.[SECRET_TYPE] === 'cluster')
        versions.set(keyOf(object), version);
    }
    for (const object of this.#held(cache))
      if (!versions.has(keyOf(object))) await this.#client.delete(type, object.metadata);
    await until(`the generator to know ${type.plural} of ${this.#name}`, () => {
      const held = this.#held(cache);
      const isCurrent = held.every((one) => Number(one.metadata.resourceVersion) >= Number(versions.get(keyOf(one))));
      return cache.synced && held.length === versions.size && isCurrent;
    });
  }

  #held<T extends KubeObject>(cache: Cache<T>): readonly T[] {
    return cache.list().filter(({ metadata }) => metadata.namespace === this.#name);
  }

  /** The version that holds all of it. */
  async #write<T extends KubeObject>(type: Resource<T>, { status, ...object }: T & { readonly status?: unknown }) {
    const present = await this.#client.get(type, object.metadata);
    const { resourceVersion } = present?.metadata ?? {};
    const body = { ...object, metadata: { ...object.metadata, ...(resourceVersion && { resourceVersion }) } };
    const written = present ? await this.#client.update(type, body) : await this.#client.create(type, body);
    if (status === undefined) return written.metadata.resourceVersion ?? '';
    const patch = { type: 'json', body: [{ op: 'add', path: '/status', value: status }] } as const;
    const { metadata } = await this.#client.patch(type, object.metadata, patch, { subresource: 'status' });
    return metadata.resourceVersion ?? '';
  }
}

/** Decisions with members nobody declares were recorded too: the recorder's server kept whatever it was given. */
export async function keepOddDecisions(client: KubeClient): Promise<void> {
  const { metadata, spec } = crdOf(PlacementDecision);
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const versions = spec.versions.map((version) => ({ ...version, schema }));
  await client.patch(CRD, metadata, { type: 'merge', body: { spec: { versions } } });
  const probe = { namespace: 'default', name: 'probe' };
  const { group, version, kind } = PlacementDecision;
  await client.create(PlacementDecision, { apiVersion: `${group}/${version}`, kind, metadata: probe });
  await until('odd decisions to be kept', async () => {
    const patch = { type: 'merge', body: { status: { odd: true } } } as const;
    const { status } = await client.patch(PlacementDecision, probe, patch, { subresource: 'status', dryRun: true });
    return JSON.stringify(status).includes('odd');
  });
  await client.delete(PlacementDecision, probe);
}

const CRD = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
