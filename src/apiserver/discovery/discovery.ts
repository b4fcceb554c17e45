import { apiVersionOf } from '../../api/resource.js';
import { acceptedTypes } from '../forms/media.js';
import type { Kind } from '../kind.js';
import type { KindRegistry } from '../kind-registry.js';

/** `v2` before `v1` before `v1beta2` …, as clients prefer them. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)];
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return other - value;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

const STAGES: Readonly<Record<string, number>> = { alpha: 1, beta: 2, '': 3 };

function rank(version: string): readonly number[] {
  const [, major, stage = '', minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  return major === undefined ? [0, 0, 0] : [STAGES[stage] ?? 0, Number(major), Number(minor)];
}

interface GroupVersions {
  readonly group: string;
  readonly versions: readonly string[];
}

/** Every group but core, in order of first appearance, with its versions in order of preference. */
export function groupsOf(kinds: KindRegistry): readonly GroupVersions[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, version } of kinds.all()) {
    groups.set(group, (groups.get(group) ?? new Set()).add(version));
  }
  return [...groups].map(([group, versions]) => ({ group, versions: [...versions].sort(compareVersions) }));
}

export const coreVersions = (address: string) => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
});

export const groupList = (kinds: KindRegistry) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groupsOf(kinds)
    .filter(({ group }) => group !== '')
    .map(groupMembers),
});

const groupMembers = ({ group, versions }: GroupVersions) => {
  const all = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: all, preferredVersion: all[0] };
};

/** What `/` answers. */
export const rootPaths = (kinds: KindRegistry): readonly string[] => [
  '/api',
  '/api/v1',
  '/apis',
  ...groupsOf(kinds)
    .filter(({ group }) => group !== '')
    .flatMap(({ group, versions }) => [`/apis/${group}`, ...versions.map((version) => `/apis/${group}/${version}`)])
    .sort(),
  '/healthz',
  '/livez',
  '/openapi/v2',
  '/openapi/v3',
  '/readyz',
  '/version',
];

export function groupDocument(kinds: KindRegistry, name: string) {
  const found = groupsOf(kinds).find(({ group }) => group === name);
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...groupMembers(found) };
}

export function resourceList(kinds: KindRegistry, group: string, version: string) {
  const served = kinds.all().filter((kind) => kind.group === group && kind.version === version);
  if (served.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: served.flatMap((kind) => [
      resourceOf(kind),
      ...kind.subresources.map((sub) => subresourceOf(kind, sub)),
    ]),
  };
}

const resourceOf = (kind: Kind) => ({
  name: kind.plural,
  singularName: kind.singular,
  namespaced: kind.namespaced,
  kind: kind.kind,
  verbs: kind.verbs,
  ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
  ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
  ...(kind.verbs.includes('get')
    ? { storageVersionHash: Buffer.from(kind.storage.plural).toString('base64').slice(0, 12) }
    : {}),
});

const subresourceOf = (kind: Kind, { name, type, verbs }: Kind['subresources'][number]) => ({
  name: `${kind.plural}/${name}`,
  singularName: '',
  namespaced: kind.namespaced,
  ...(type ? { group: type.group, version: type.version } : {}),
  kind: type?.kind ?? kind.kind,
  verbs,
});

/** `v2` or `v2beta1` when the client asks for all groups in one document. */
export function aggregatedVersion(accept: string | undefined): string | undefined {
  for (const { type, parameters } of acceptedTypes(accept)) {
    if (type !== 'application/json') continue;
    if (parameters.get('as') !== 'APIGroupDiscoveryList') return undefined;
    const version = parameters.get('v') ?? '';
    if (parameters.get('g') === 'apidiscovery.k8s.io' && (version === 'v2' || version === 'v2beta1')) return version;
  }
  return undefined;
}

export const aggregatedType = (version: string): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

/** `core` chooses between what `/api` and what `/apis` answers. */
export const aggregatedDocument = (kinds: KindRegistry, version: string, core: boolean) => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: groupsOf(kinds)
    .filter(({ group }) => (group === '') === core)
    .map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((one) => ({
        version: one,
        resources: discoveredResources(kinds, group, one),
        freshness: 'Current',
      })),
    })),
});

const discoveredResources = (kinds: KindRegistry, group: string, version: string) =>
  kinds
    .all()
    .filter((kind) => kind.group === group && kind.version === version)
    .map((kind) => ({
      resource: kind.plural,
      responseKind: { group, version, kind: kind.kind },
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: kind.singular,
      verbs: kind.verbs,
      ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
      ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
      ...(kind.subresources.length > 0
        ? {
            subresources: kind.subresources.map(({ name, type, verbs }) => ({
              subresource: name,
              responseKind: type ?? { group, version, kind: kind.kind },
              verbs,
            })),
          }
        : {}),
    }));
