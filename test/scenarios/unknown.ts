import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppliedManifestWork } from '../../src/api/applied-work.js';
import { ManagedCluster } from '../../src/api/cluster.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from '../../src/api/cluster-set.js';
import { CustomResourceDefinition } from '../../src/api/core.js';
import { GitSource } from '../../src/api/gitsource.js';
import type { Unstructured } from '../../src/api/meta.js';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { ManifestWorkReplicaSet } from '../../src/api/replica-set.js';
import type { ResourceType } from '../../src/api/resource.js';
import { ManifestWork } from '../../src/api/work.js';
import { until } from '../until.js';
import { startFleet } from './fleet.js';
import { answersWholly, clustersOf, goesThrough, losses } from './losses.js';
import {
  AGENT_USER,
  documents,
  HUB_USER,
  install,
  installAgent,
  installHub,
  SOURCE,
  whenAllowed,
} from './manifests.js';
import type { FleetServer, Register, Servers } from './server.js';

interface Role extends Unstructured {
  readonly rules?: readonly { readonly resources: readonly string[] }[];
}

/** The roles of a folder, with one kind missing from all of them. */
const rolesWithout = (folder: string, plural: string): Unstructured[] =>
  documents(folder)
    .filter(({ kind }) => kind === 'ClusterRole')
    .map((role) => {
      const { rules } = role as Role; // it is one
      const left = rules
        ?.map((rule) => ({ ...rule, resources: rule.resources.filter((one) => one !== plural) }))
        .filter(({ resources }) => resources.length > 0);
      return left ? { ...role, rules: left } : role;
    });

const isRefused = (server: FleetServer | undefined, plural: string): boolean =>
  server?.requests().some((seen) => seen.plural === plural && !seen.allowed) ?? false;

const HUB_KINDS: readonly ResourceType[] = [
  ManagedCluster,
  ManagedClusterSet,
  ManagedClusterSetBinding,
  Placement,
  PlacementDecision,
  ManifestWorkReplicaSet,
  ManifestWork,
  GitSource,
];

const TILLS = `apiVersion: work.open-cluster-management.io/v1
kind: ManifestWork
metadata: {name: tills, namespace: prod-eu}
spec:
  workload:
    manifests:
      - {apiVersion: example.com/v1, kind: Till, metadata: {name: till, namespace: default}, spec: {color: red}}
      - {apiVersion: v1, kind: ConfigMap, metadata: {name: beside, namespace: default}, data: {a: "1"}}
`;

const TILL_CRD: Unstructured = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'tills.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'tills', kind: 'Till' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const Till = { group: 'example.com', version: 'v1', kind: 'Till', plural: 'tills', namespaced: true };

/** Invariant 5. */
export function unknownRemovesNothing(register: Register, servers: Servers): void {
  register('Invariant 5: nothing is removed because a kind cannot be read', async (t) => {
    const fleet = await startFleet(t, servers, { clusters: ['prod-eu'] });
    const lost = await losses(fleet);
    const hub = await fleet.admin();
    for (const { group, plural } of HUB_KINDS) {
      await install(hub, rolesWithout('manifests/hub', plural));
      await whenAllowed(hub, HUB_USER, { verb: 'list', group, resource: plural }, false);
      fleet.forgetRequests();
      await fleet.restart();
      await until(`${plural} to be refused`, () => isRefused(fleet.hub, plural));
      await answersWholly(t, fleet, `without ${plural}`);
      await fleet.quiet(`the hub without ${plural}`);
      await answersWholly(t, fleet, `without ${plural}, later`);
    }
    await installHub(hub);
    const spoke = await fleet.admin('prod-eu');
    await install(spoke, rolesWithout('manifests/agent', 'appliedmanifestworks'));
    const records = { verb: 'list', group: AppliedManifestWork.group, resource: AppliedManifestWork.plural };
    await whenAllowed(spoke, AGENT_USER, records, false);
    await fleet.restart();
    await until('the records to be refused', () => isRefused(fleet.spokes.get('prod-eu'), 'appliedmanifestworks'));
    await installAgent(spoke);
    await fleet.restart();
    await goesThrough(fleet, 'readable-again');
    t.deepEqual(await lost(), []);
    t.is((await hub.list(PlacementDecision)).items.flatMap(clustersOf).length, 3);
  });
  register('Invariant 5: nothing is removed because a repository or a definition is gone', async (t) => {
    const fleet = await startFleet(t, servers, { clusters: ['prod-eu'] });
    const lost = await losses(fleet);
    const hub = await fleet.admin();
    const { directory } = fleet.repository;
    const ready = (status: string) => async (): Promise<boolean | undefined> =>
      (await hub.get(GitSource, SOURCE))?.status?.conditions?.some(
        (one) => one.type === 'Ready' && one.status === status,
      );
    const disturbed = async (how: string): Promise<void> => {
      fleet.look();
      await until(`the source to fail: ${how}`, ready('False'));
      await fleet.quiet(how);
      await fleet.restart();
      await until(`the source to fail again: ${how}`, ready('False'));
      await fleet.quiet(how);
      await answersWholly(t, fleet, how);
      t.deepEqual(await lost(), [], how);
    };
    renameSync(directory, `${directory}-away`);
    await disturbed('the repository is gone');
    renameSync(`${directory}-away`, directory);
    await goesThrough(fleet, 'back');

    const good = fleet.repository.git('rev-parse', 'HEAD');
    fleet.repository.git('checkout', '--quiet', '--orphan', 'broken');
    fleet.repository.git('rm', '-rq', '--cached', '.');
    fleet.repository.write({ 'works/web.yaml': 'kind: [\n', 'placements/web.yaml': 'apiVersion: v1\nkind: Nothing\n' });
    fleet.repository.commit('broken');
    fleet.repository.git('branch', '--force', 'main', 'broken');
    await disturbed('a broken commit was pushed by force');
    fleet.repository.git('checkout', '--quiet', '--force', 'main');
    fleet.repository.git('reset', '--quiet', '--hard', good);
    await goesThrough(fleet, 'mended');

    const spoke = await fleet.admin('prod-eu');
    await spoke.create(CustomResourceDefinition, TILL_CRD);
    fleet.repository.write({ 'works/tills.yaml': TILLS });
    fleet.repository.commit('tills');
    fleet.look();
    const till = { namespace: 'default', name: 'till' };
    await until('the custom resource', () => spoke.get(Till, till));
    await spoke.delete(CustomResourceDefinition, { name: 'tills.example.com' });
    await until('the missing kind to be reported', async () =>
      (await hub.get(ManifestWork, { namespace: 'prod-eu', name: 'tills' }))?.status?.conditions?.some(
        ({ type, status }) => type === 'Available' && status !== 'True',
      ),
    );
    await fleet.restart();
    await fleet.quiet('the missing kind');
    t.deepEqual(await lost(), [], 'the definition is gone');
    await spoke.create(CustomResourceDefinition, TILL_CRD);
    await fleet.restart();
    await until('the custom resource to come back', () => spoke.get(Till, till));

    rmSync(join(directory, '.git', 'objects'), { recursive: true });
    await disturbed('the repository is corrupt');
  });
}
