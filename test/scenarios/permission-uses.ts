import type { ExecutionContext } from 'ava';
import { GitSource } from '../../src/api/gitsource.js';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { PLACEMENT_LABEL } from '../../src/api/placement-labels.js';
import { ManifestWork } from '../../src/api/work.js';
import { silentLogger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import { createEventRecorder } from '../../src/kube/events.js';
import { temporaryRepository } from '../gitsource/temporary-repository.js';
import { until } from '../until.js';
import { install } from './manifests.js';

/** Two decision groups, then one of another name, then none: decisions are created, relabelled and deleted. */
export async function regroup(client: KubeClient): Promise<Placement> {
  const name = { namespace: 'fleet', name: 'groups' };
  const eu = { labelSelector: { matchLabels: { region: 'eu' } } };
  const strategies = [
    { groups: 2, groupStrategy: { clustersPerDecisionGroup: 1 } },
    {
      groups: 2,
      groupStrategy: {
        clustersPerDecisionGroup: '100%',
        decisionGroups: [{ groupName: 'canary', groupClusterSelector: eu }],
      },
    },
    { groups: 1, groupStrategy: null },
  ];
  for (const { groups, groupStrategy } of strategies) {
    const placement = {
      apiVersion: 'cluster.open-cluster-management.io/v1beta1',
      kind: 'Placement',
      metadata: name,
      spec: { clusterSets: ['production'], ...(groupStrategy ? { decisionStrategy: { groupStrategy } } : {}) },
    };
    await client.apply(Placement, placement, { fieldManager: 'test', force: true });
    const first = groupStrategy && 'decisionGroups' in groupStrategy ? 'canary' : '';
    await until(`${groups} groups`, async () => {
      const found = (await client.get(Placement, name))?.status?.decisionGroups;
      return found?.length === groups && found[0]?.decisionGroupName === first ? true : undefined;
    });
  }
  await until('one decision', async () => {
    const { items } = await client.list(PlacementDecision, {
      namespace: 'fleet',
      labelSelector: `${PLACEMENT_LABEL}=groups`,
    });
    return items.length === 1 ? true : undefined;
  });
  return until('the placement', () => client.get(Placement, name));
}

/** A source that is applied as a ServiceAccount of its own namespace. */
export async function applyAsTenant(t: ExecutionContext, client: KubeClient): Promise<void> {
  const namespace = 'tenant';
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'deployer', namespace } };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'deployer', namespace },
    roleRef,
    subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace }],
  };
  await install(client, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, account, binding]);
  const work =
    'apiVersion: cluster.open-cluster-management.io/v1beta1\nkind: Placement\nmetadata: {name: own}\nspec: {}\n';
  const { url } = temporaryRepository(t, { 'placement.yaml': work });
  const source = {
    apiVersion: 'placet.dev/v1alpha1',
    kind: 'GitSource',
    metadata: { name: 'own', namespace },
    spec: { url, serviceAccountName: 'deployer' },
  };
  await client.apply(GitSource, source, { fieldManager: 'test', force: true });
  await until('the placement of the tenant', () => client.get(Placement, { namespace, name: 'own' }));
}

/** The same event twice is one event with a count. */
export async function repeatAnEvent(client: KubeClient, regarding: Placement): Promise<void> {
  const recorder = createEventRecorder(client, { component: 'test', now: () => new Date(), log: silentLogger });
  const event = { regarding, type: 'Normal', reason: 'Tested', action: 'Test', note: 'twice' } as const;
  recorder.record(event);
  recorder.record(event);
  await recorder.flush();
}

/** The agent asks its cluster whether the executor may; this one may not. */
export async function workWithExecutor(client: KubeClient, spoke: KubeClient): Promise<void> {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  const rules = (resource: string, apiGroup: string) => [
    { apiGroups: [apiGroup], resources: [resource], verbs: ['create', 'update', 'patch', 'get', 'delete'] },
  ];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'roles' };
  const subjects = [{ kind: 'ServiceAccount', namespace: 'default', name: 'nobody' }];
  const metadata = { name: 'roles', namespace: 'default' };
  await install(spoke, [
    { ...rbac, kind: 'Role', metadata, rules: rules('roles', 'rbac.authorization.k8s.io') },
    { ...rbac, kind: 'RoleBinding', metadata, roleRef, subjects },
  ]);
  // The account may write roles, but not one that grants what it does not have.
  const manifest = { ...rbac, kind: 'Role', metadata: { ...metadata, name: 'theirs' }, rules: rules('secrets', '') };
  const subject = { type: 'ServiceAccount', serviceAccount: { namespace: 'default', name: 'nobody' } };
  const name = { namespace: 'prod-eu', name: 'executed' };
  const work = {
    apiVersion: 'work.open-cluster-management.io/v1',
    kind: 'ManifestWork',
    metadata: name,
    spec: { workload: { manifests: [manifest] }, executor: { subject } },
  };
  await client.apply(ManifestWork, work, { fieldManager: 'test', force: true });
  await until('the refusal', async () => {
    const status = (await client.get(ManifestWork, name))?.status;
    const messages = status?.resourceStatus?.manifests?.flatMap(({ conditions }) => conditions.map((c) => c.message));
    return messages?.find((message) => message.includes('permission escalation'));
  });
  await client.delete(ManifestWork, name);
}
