import { Namespace } from '../api/core.js';
import { keyOf, type Unstructured } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import type { ManifestStatus, ManifestWorkSpec, ResourceMeta } from '../api/work.js';
import { configFor, type EffectiveConfig, type ResourceName } from './config.js';
import { digestOf } from './digest.js';
import { applyOrder } from './order.js';
import { isOwned } from './ownership.js';

/** One manifest of a work and everything the spec says about it. */
export interface Item {
  readonly meta: ResourceMeta;
  /** `ordinal` of the manifest and what it names; the same before and after its kind is known. */
  readonly id: string;
  readonly kind: string | undefined;
  /** Undefined when it cannot be decoded, or when the item comes from a status. */
  readonly manifest: Unstructured | undefined;
  /** Undefined while the cluster serves no such kind. */
  readonly type: ResourceType | undefined;
  readonly key: string;
  readonly config: EffectiveConfig;
  readonly owned: boolean;
  /** Whether rules read the live object. */
  readonly whole: boolean;
  /** Equal as long as the same thing is asked for. */
  readonly basis: string;
}

const isManifest = (value: { readonly [key: string]: unknown }): value is Unstructured =>
  typeof value.apiVersion === 'string' &&
  typeof value.kind === 'string' &&
  typeof value.metadata === 'object' &&
  value.metadata !== null;

/** The manifests of a spec that are Kubernetes objects; undefined in the place of any other. */
export const decoded = (spec: ManifestWorkSpec | undefined): readonly (Unstructured | undefined)[] =>
  (spec?.workload?.manifests ?? []).map((manifest) => (isManifest(manifest) ? manifest : undefined));

const splitVersion = (apiVersion: string): readonly [string, string] => {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
};

const filled = (meta: ResourceMeta): ResourceMeta => ({
  ordinal: meta.ordinal,
  ...Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== '' && value !== undefined)),
});

const nameOf = ({ group = '', resource = '', namespace = '', name = '' }: ResourceMeta): ResourceName => ({
  group,
  resource,
  namespace,
  name,
});

const placed = (name: string, namespace: string | undefined): string =>
  keyOf({ apiVersion: '', kind: '', metadata: { name, ...(namespace ? { namespace } : {}) } });

/** Whatever else must be the same for nothing to be done again. */
export interface Circumstances {
  readonly salt: unknown;
  readonly generation: number;
  /** Of the manifests, by ordinal. */
  readonly digests: readonly string[];
}

function itemOf(
  spec: ManifestWorkSpec,
  meta: ResourceMeta,
  rest: Pick<Item, 'manifest' | 'type'>,
  circumstances?: Circumstances,
): Item {
  const config = configFor(spec.manifestConfigs ?? [], nameOf(meta));
  const owned = isOwned(spec.deleteOption, nameOf(meta)) && config.strategy.type !== 'ReadOnly';
  return {
    meta: filled(meta),
    id: [meta.ordinal, meta.group, meta.version, meta.kind, meta.name].join('|'),
    kind: meta.kind,
    ...rest,
    key: placed(meta.name ?? '', meta.namespace),
    config,
    owned,
    whole: config.feedbackRules.length + config.conditionRules.length > 0,
    basis: digestOf([
      rest.manifest ? circumstances?.digests[meta.ordinal] : meta,
      config.strategy,
      owned,
      circumstances?.salt,
      config.strategy.type === 'ReadOnly' && circumstances?.generation,
    ]),
  };
}

const UNDECODABLE: EffectiveConfig = { strategy: { type: 'Update' }, feedbackRules: [], conditionRules: [] };

/** Without the namespace a manifest of a cluster-scoped kind may carry. */
function normalized(manifest: Unstructured, type: ResourceType | undefined): Unstructured {
  const { namespace, ...metadata } = manifest.metadata;
  return type && !type.namespaced && namespace !== undefined ? { ...manifest, metadata } : manifest;
}

/** What a spec asks for, manifest by manifest. */
export function itemsOfSpec(
  spec: ManifestWorkSpec,
  mapped: (manifest: Unstructured) => ResourceType | undefined,
  circumstances: Circumstances,
): Item[] {
  return decoded(spec).map((raw, ordinal) => {
    if (!raw) {
      const meta = { ordinal };
      return { ...itemOf(spec, meta, { manifest: undefined, type: undefined }, circumstances), config: UNDECODABLE };
    }
    const type = mapped(raw);
    const manifest = normalized(raw, type);
    const [group, version] = splitVersion(manifest.apiVersion);
    const { name = '', namespace = '' } = manifest.metadata;
    const meta = { ordinal, group, version, kind: manifest.kind, resource: type?.plural ?? '', name, namespace };
    return itemOf(spec, meta, { manifest, type }, circumstances);
  });
}

/** What an earlier pass reported, to be observed but not applied. */
export function itemsOfStatus(spec: ManifestWorkSpec, manifests: readonly ManifestStatus[]): Item[] {
  return manifests.map(({ resourceMeta: meta }) => {
    const { group = '', version = '', kind = '', resource = '', namespace = '' } = meta;
    const type =
      resource && version ? { group, version, kind, plural: resource, namespaced: namespace !== '' } : undefined;
    return itemOf(spec, meta, { manifest: undefined, type });
  });
}

interface Named {
  readonly group?: string | undefined;
  readonly resource?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Whether two entries mean one object, whatever their version. */
export const sameObject = (a: Named, b: Named): boolean =>
  (a.group ?? '') === (b.group ?? '') &&
  (a.resource ?? '') === (b.resource ?? '') &&
  (a.namespace ?? '') === (b.namespace ?? '') &&
  a.name === b.name;

/** Whether the one manifest defines the kind of the other. */
export function definesKind(definition: Unstructured, { apiVersion, kind }: Unstructured): boolean {
  if (definition.kind !== 'CustomResourceDefinition') return false;
  // A definition that is not one has none of these members and defines nothing.
  const spec = definition.spec as { group?: string; names?: { kind?: string } } | undefined;
  return spec?.names?.kind === kind && apiVersion.startsWith(`${spec.group}/`);
}

/** A namespace that comes may end the failure of what belongs into it. */
export const namespacesOf = (items: readonly Item[]) =>
  items.flatMap(({ meta }) => (meta.namespace ? [{ type: Namespace, key: meta.namespace, whole: false }] : []));

/** The objects a work wants to hear of. */
export const targetsOf = (items: readonly Item[]) =>
  items.flatMap(({ type, key, whole, meta }) => (type && meta.name ? [{ type, key, whole }] : []));

/** Items whose object a later manifest asks for again. */
export function overruledIn(items: readonly Item[]): ReadonlySet<string> {
  const last = new Map<string, string>();
  for (const { meta, id } of applyOrder(items)) last.set(objectOf(meta), id);
  return new Set(items.filter(({ meta, id }) => last.get(objectOf(meta)) !== id).map(({ id }) => id));
}

const objectOf = ({ group = '', resource = '', kind = '', namespace = '', name = '' }: Item['meta']): string =>
  [group, resource || kind, namespace, name].join('|');
