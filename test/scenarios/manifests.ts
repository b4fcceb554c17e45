import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import type { Unstructured } from '../../src/api/meta.js';
import type { ResourceType } from '../../src/api/resource.js';
import type { User } from '../../src/apiserver/identity.js';
import type { KubeClient } from '../../src/kube/client.js';
import { type Teardown, type TemporaryRepository, temporaryRepository } from '../gitsource/temporary-repository.js';
import { until } from '../until.js';

/** The source of the example fleet. */
export const SOURCE = { namespace: 'placet-system', name: 'fleet' };

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  Role: 'roles',
  ClusterRoleBinding: 'clusterrolebindings',
  RoleBinding: 'rolebindings',
};
const KINDS = Object.keys(PLURALS);

const typeOf = ({ apiVersion, kind, metadata }: Unstructured): ResourceType => {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return { group, version, kind, plural: PLURALS[kind] ?? '', namespaced: metadata.namespace !== undefined };
};

/** What a folder of `manifests/` installs besides CRDs and workloads. */
export const documents = (folder: string): Unstructured[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => loadAll(readFileSync(join(folder, name), 'utf8')) as Unstructured[]) // our own manifests
    .filter(({ kind }) => KINDS.includes(kind))
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));

export async function install(client: KubeClient, objects: readonly Unstructured[]): Promise<void> {
  for (const object of objects) await client.apply(typeOf(object), object, { fieldManager: 'test', force: true });
}

export const account = (namespace: string, name: string): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

export const HUB_USER = account('placet-system', 'placet-hub');
export const AGENT_USER = account('placet-agent', 'placet-agent');
/** An agent of this cluster, as the hub knows it. */
export const agentUser = (cluster: string): User => ({ name: `agent:${cluster}`, groups: ['system:authenticated'] });

const agentBinding = (cluster: string): Unstructured => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'placet-agent', namespace: cluster },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'placet-agent-hub' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: agentUser(cluster).name }],
});

/** How a platform team lets works hold kinds of its own. */
const GRANT: Unstructured = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'tills', labels: { 'open-cluster-management.io/aggregate-to-work': 'true' } },
  rules: [{ apiGroups: ['example.com'], resources: ['*'], verbs: ['*'] }],
};

interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
}

/** An API server learns of roles a moment after they were written, and aggregated ones are filled by a loop. */
export async function whenAllowed(client: KubeClient, { name, groups }: User, access: Access, allowed = true) {
  const review = { user: name, groups, resourceAttributes: access };
  await until(`${name} to be ${allowed ? '' : 'no longer '}allowed to ${access.verb} ${access.resource}`, async () => {
    const answer = await client.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: review,
    });
    return (answer as { status: { allowed: boolean } }).status.allowed === allowed || undefined; // a SubjectAccessReview
  });
}

const WORKS = 'work.open-cluster-management.io';

/** Roles and accounts of the hub as `manifests/` installs them. */
export async function installHub(hub: KubeClient): Promise<void> {
  await install(hub, documents('manifests/hub'));
  await whenAllowed(hub, HUB_USER, { verb: 'watch', group: '', resource: 'secrets' });
  await whenAllowed(hub, HUB_USER, {
    verb: 'update',
    group: 'coordination.k8s.io',
    resource: 'leases',
    namespace: 'placet-system',
  });
}

/** Roles and accounts of an agent on its cluster. */
export async function installAgent(spoke: KubeClient): Promise<void> {
  await install(spoke, [...documents('manifests/agent'), GRANT]);
  for (const [group, resource] of [
    [WORKS, 'appliedmanifestworks'],
    ['', 'namespaces'],
    ['example.com', 'tills'],
    ['apps', 'deployments'],
  ] as const) {
    await whenAllowed(spoke, AGENT_USER, { verb: 'patch', group, resource });
  }
}

/** A namespace for the works of a cluster, and what its agent may do there. */
export async function admitAgent(hub: KubeClient, cluster: string): Promise<void> {
  const labels = { 'open-cluster-management.io/cluster-name': cluster };
  await install(hub, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: cluster, labels } }]);
  await bindAgent(hub, cluster);
}

export async function bindAgent(hub: KubeClient, cluster: string): Promise<void> {
  await install(hub, [agentBinding(cluster)]);
  await whenAllowed(hub, agentUser(cluster), {
    verb: 'watch',
    group: WORKS,
    resource: 'manifestworks',
    namespace: cluster,
  });
}

/** The example fleet in a real repository. */
export function exampleRepository(t: Teardown, more: Readonly<Record<string, string>> = {}): TemporaryRepository {
  const folder = 'examples/fleet';
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
  const files = paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')] as const);
  return temporaryRepository(t, { ...Object.fromEntries(files), ...more });
}
