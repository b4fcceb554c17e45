import * as core from '../api/core.js';
import type { ResourceType } from '../api/resource.js';
import { ALL_VERBS, type Kind, STATUS } from './kind.js';

const WITH_STATUS = new Set([
  'namespaces',
  'nodes',
  'pods',
  'services',
  'deployments',
  'daemonsets',
  'statefulsets',
  'jobs',
  'customresourcedefinitions',
]);
const SHORT: Readonly<Record<string, readonly string[]>> = {
  namespaces: ['ns'],
  configmaps: ['cm'],
  deployments: ['deploy'],
  services: ['svc'],
  pods: ['po'],
  nodes: ['no'],
  events: ['ev'],
  customresourcedefinitions: ['crd', 'crds'],
};

const plain = ({ group, version, kind, plural, namespaced }: ResourceType): Kind => ({
  group,
  version,
  kind,
  plural,
  namespaced,
  singular: kind.toLowerCase(),
  listKind: `${kind}List`,
  shortNames: SHORT[plural] ?? [],
  categories: [],
  custom: false,
  schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  columns: [],
  nameRule: plural === 'namespaces' ? 'label' : group.startsWith('rbac') ? 'path-segment' : 'subdomain',
  subresources: WITH_STATUS.has(plural) ? [STATUS] : [],
  verbs: ALL_VERBS,
  countsGeneration: WITH_STATUS.has(plural) && plural !== 'namespaces' && plural !== 'nodes',
  storage: { group, plural, version },
  strategy: {},
  selectableFields: [],
});

export const PLAIN_KINDS: readonly Kind[] = Object.values(core)
  .filter((type) => !type.plural.endsWith('reviews'))
  .map(plain);
