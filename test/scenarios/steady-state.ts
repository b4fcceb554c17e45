import { ManagedCluster } from '../../src/api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../../src/api/cluster-set.js';
import { ConfigMap, Namespace } from '../../src/api/core.js';
import { GitSource } from '../../src/api/gitsource.js';
import { type KubeObject, keyOf } from '../../src/api/meta.js';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { ManifestWorkReplicaSet } from '../../src/api/replica-set.js';
import type { ResourceType } from '../../src/api/resource.js';
import { ManifestWork } from '../../src/api/work.js';
import type { KubeClient } from '../../src/kube/client.js';
import { until } from '../until.js';
import { type Fleet, startFleet } from './fleet.js';
import type { Register, Servers } from './server.js';

/** Kinds merged by their own rules, kinds with defaults of the server, kinds that come with their definition, and every strategy. */
const KINDS = `apiVersion: work.open-cluster-management.io/v1
kind: ManifestWork
metadata: {name: kinds, namespace: edge-eu}
spec:
  workload:
    manifests:
      - {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: shop}}}
      - {apiVersion: v1, kind: Secret, metadata: {name: text, namespace: shop}, stringData: {password: hush}}
      - {apiVersion: v1, kind: ServiceAccount, metadata: {name: shop, namespace: shop}}
      - apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: reader, namespace: shop}
        rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
      - apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: reader, namespace: shop}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
        subjects: [{kind: ServiceAccount, name: shop, namespace: shop}]
      - apiVersion: v1
        kind: Service
        metadata: {name: shop, namespace: shop}
        spec: {selector: {app: shop}, ports: [{port: 80}]}
      - apiVersion: batch/v1
        kind: Job
        metadata: {name: migrate, namespace: shop}
        spec: {template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: "registry.example.com/m:1"}]}}}
      - apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db, namespace: shop}
        spec:
          serviceName: db
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec: {containers: [{name: db, image: "registry.example.com/db:1"}]}
      - {apiVersion: v1, kind: ConfigMap, metadata: {name: applied, namespace: shop}, data: {a: "1"}}
      - apiVersion: apps/v1
        kind: Deployment
        metadata: {name: applied, namespace: shop}
        spec:
          selector: {matchLabels: {app: applied}}
          template:
            metadata: {labels: {app: applied}}
            spec: {containers: [{name: applied, image: "registry.example.com/a:1"}]}
      - {apiVersion: v1, kind: ConfigMap, metadata: {name: once, namespace: shop}, data: {a: "1"}}
      - apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: tills.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: tills, kind: Till}
          versions:
            - name: v1
              served: true
              storage: true
              schema:
                openAPIV3Schema:
                  type: object
                  properties:
                    spec: {type: object, properties: {size: {type: integer, default: 3}, color: {type: string}}}
      - {apiVersion: example.com/v1, kind: Till, metadata: {name: till, namespace: shop}, spec: {color: red}}
  manifestConfigs:
    - resourceIdentifier: {group: "", resource: configmaps, namespace: shop, name: applied}
      updateStrategy: {type: ServerSideApply}
    - resourceIdentifier: {group: apps, resource: deployments, namespace: shop, name: applied}
      updateStrategy: {type: ServerSideApply, serverSideApply: {fieldManager: work-agent-shop, force: true}}
    - resourceIdentifier: {group: "", resource: configmaps, namespace: shop, name: once}
      updateStrategy: {type: CreateOnly}
`;

const HUB_KINDS: readonly ResourceType[] = [
  Namespace,
  ManagedCluster,
  ManagedClusterSet,
  ManagedClusterSetBinding,
  Placement,
  PlacementDecision,
  ManifestWorkReplicaSet,
  ManifestWork,
  GitSource,
];

const Deployment: ResourceType = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
const StatefulSet: ResourceType = { ...Deployment, kind: 'StatefulSet', plural: 'statefulsets' };
const Job: ResourceType = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const SPOKE_KINDS: readonly ResourceType[] = [Namespace, ConfigMap, Deployment, Job];

/** A foreign annotation on every object of a kind. */
async function touch(client: KubeClient, type: ResourceType): Promise<KubeObject[]> {
  const { items } = await client.list(type);
  const body = { metadata: { annotations: { 'example.com/touched': 'yes' } } };
  return Promise.all(items.map(({ metadata }) => client.patch(type, metadata, { type: 'merge', body })));
}

/** Waits until the loops of the hub have seen the objects as they are now. */
const seenByHub = (fleet: Fleet, type: ResourceType, objects: readonly KubeObject[]): Promise<unknown> =>
  until(`the caches to show ${type.plural}`, () => {
    const caches = fleet.loops.caches.map((all) => all.of(type));
    return objects.every((object) =>
      caches.every((cache) => cache.get(keyOf(object))?.metadata.resourceVersion === object.metadata.resourceVersion),
    );
  });

/** Waits until every agent has gone through every work once more. */
async function reconciled(fleet: Fleet, works: readonly string[], before: ReadonlyMap<string, number>): Promise<void> {
  await until('the agents to look again', () =>
    works.every((key) => (fleet.loops.runs.get(key) ?? 0) > (before.get(key) ?? 0)),
  );
}

const statuses = async (hub: KubeClient): Promise<ReadonlyMap<string, unknown>> =>
  new Map((await hub.list(ManifestWork)).items.map((work) => [keyOf(work), work.status]));

/** Invariant 4. */
export function steadyState(register: Register, servers: Servers): void {
  register('Invariant 4: steady state makes zero writes, whatever looks again', async (t) => {
    const fleet = await startFleet(t, servers, { files: { 'works/kinds.yaml': KINDS } });
    const hub = await fleet.admin();
    const works = (await hub.list(ManifestWork)).items.map((work) => `${work.metadata.namespace}/work/${keyOf(work)}`);
    t.is(works.length, 3);

    t.true(fleet.writes().length > 0, 'writes are seen');
    fleet.forgetRequests();
    const reported = await statuses(hub);
    await fleet.restart();
    await reconciled(fleet, works, new Map());
    await until('every loop to have looked', () =>
      ['source/', 'placement/', 'replicaset/', 'clusterset/'].every((loop) =>
        [...fleet.loops.runs.keys()].some((key) => key.startsWith(`hub/${loop}`)),
      ),
    );
    await fleet.settled('the restarted fleet');
    t.deepEqual(await statuses(hub), reported, 'after a restart of every loop and agent');
    t.deepEqual(fleet.writes(), [], 'after a restart of every loop and agent');

    const before = new Map(fleet.loops.runs);
    for (const type of HUB_KINDS) await seenByHub(fleet, type, await touch(hub, type));
    await reconciled(fleet, works, before);
    await fleet.settled('the touched hub');
    t.deepEqual(fleet.writes(), [], 'after a foreign annotation on every object of the hub');

    const earlier = new Map(fleet.loops.runs);
    for (const name of fleet.spokes.keys()) {
      const spoke = await fleet.admin(name);
      for (const type of SPOKE_KINDS) await touch(spoke, type);
    }
    await reconciled(fleet, works, earlier);
    await fleet.settled('the touched spokes');
    t.deepEqual(fleet.writes(), [], 'after a foreign annotation on what was applied');

    for (const server of [fleet.hub, ...fleet.spokes.values()]) {
      await server.stop();
      await server.start();
    }
    await fleet.restart();
    await reconciled(fleet, works, new Map());
    await fleet.settled('the fleet on restarted servers');
    t.deepEqual(fleet.writes(), [], 'after a restart of every server');

    await fleet.stop();
    const spoke = await fleet.admin('edge-eu');
    const body = { spec: { minReadySeconds: 30 } };
    const db = { namespace: 'shop', name: 'db' };
    await spoke.patch(StatefulSet, db, { type: 'merge', body }, { fieldManager: 'somebody' });
    await fleet.start();
    await until('what somebody added meanwhile to be taken away', async () => {
      const live = await spoke.get(StatefulSet, db);
      return live && !JSON.stringify(live).includes('"minReadySeconds":30');
    });
  });
}
