import test from 'ava';
import { CRDS } from '../../src/api/crd.js';
import { KINDS } from '../../src/api/kinds.js';
import { type KubeObject, keyOf, splitKey, type Unstructured } from '../../src/api/meta.js';
import { apiVersionOf, type Resource } from '../../src/api/resource.js';
import type { StructuralSchema } from '../../src/api/structural-schema.js';
import { startTestServer } from '../apiserver/test-server.js';

/** What a newer version of the API might have added. */
const FUTURE = { list: [1, 2.5, { deep: true }], text: 'kept', map: { 'a.b/c': {} } };

/** Kept at every level, as if each declared object had members we do not know. */
function opened(schema: StructuralSchema): StructuralSchema {
  const { properties, items } = schema;
  return {
    ...schema,
    ...(items && { items: opened(items) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, opened(child)])),
      'x-kubernetes-preserve-unknown-fields': true,
    }),
  };
}

const openedCrds = CRDS.map((crd) => ({
  ...crd,
  spec: {
    ...crd.spec,
    versions: crd.spec.versions.map((version) => ({
      ...version,
      schema: { openAPIV3Schema: opened(version.schema.openAPIV3Schema) },
    })),
  },
}));

const time = '2026-01-01T00:00:00Z';
const conditions = [
  { type: 'Any', status: 'True', reason: 'Any', message: '', lastTransitionTime: time, futureField: FUTURE },
];
const resource = { resource: 'configmaps', name: 'a', futureField: FUTURE };

/** The parts of one object of each kind, with unknown members in lists and maps too. */
const SAMPLES: Readonly<Record<string, { readonly spec?: object; readonly status?: object }>> = {
  ManagedCluster: {
    spec: { taints: [{ key: 'a', effect: 'NoSelect', futureField: FUTURE }] },
    status: { conditions, clusterClaims: [{ name: 'a', value: 'b', futureField: FUTURE }] },
  },
  ManagedClusterSet: { spec: { clusterSelector: { selectorType: 'LabelSelector' } }, status: { conditions } },
  ManagedClusterSetBinding: { spec: { clusterSet: 'sample' }, status: { conditions } },
  Placement: {
    spec: {
      predicates: [{ requiredClusterSelector: { futureField: FUTURE } }],
      tolerations: [{ futureField: FUTURE }],
    },
    status: { conditions, decisionGroups: [{ decisions: ['a'], futureField: FUTURE }] },
  },
  PlacementDecision: { status: { decisions: [{ clusterName: 'a', reason: '', futureField: FUTURE }] } },
  AddOnPlacementScore: { status: { conditions, scores: [{ name: 'a', value: 1, futureField: FUTURE }] } },
  ClusterClaim: { spec: { value: 'a' } },
  ManifestWork: {
    spec: {
      workload: { manifests: [{ apiVersion: 'v1', kind: 'X', metadata: { name: 'a' }, futureField: FUTURE }] },
      manifestConfigs: [{ resourceIdentifier: resource, futureField: FUTURE }],
    },
    status: { conditions, resourceStatus: { manifests: [{ resourceMeta: { ordinal: 0 }, conditions }] } },
  },
  AppliedManifestWork: {
    spec: { hubHash: 'a', manifestWorkName: 'b' },
    status: { appliedResources: [{ ...resource, version: 'v1' }] },
  },
  ManifestWorkReplicaSet: {
    spec: { placementRefs: [{ name: 'a', futureField: FUTURE }] },
    status: { conditions, summary: { total: 1, futureField: FUTURE } },
  },
  GitSource: { spec: { url: 'https://git.example/fleet.git' }, status: { conditions } },
};

/** The sample, with an unknown member at its root, in its spec and in its status. */
function sampleOf(kind: Resource): Unstructured {
  const { spec, status } = SAMPLES[kind.kind] ?? {};
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name: 'sample', ...(kind.namespaced && { namespace: 'default' }) },
    futureField: FUTURE,
    ...(spec && { spec: { ...spec, futureField: FUTURE } }),
    ...(status && { status: { ...status, futureField: FUTURE } }),
  };
}

test('every kind has a sample', (t) => {
  t.deepEqual(Object.keys(SAMPLES).sort(), KINDS.map(({ kind }) => kind).sort());
});

test('what a newer API added survives reading, changing and writing every kind', async (t) => {
  const { client } = await startTestServer(t, { crds: openedCrds });
  for (const kind of KINDS) {
    const sample = sampleOf(kind);
    const name = splitKey(keyOf(sample));
    const created = await client.create(kind, sample);
    const withStatus = { ...created, status: sample.status } as KubeObject;
    if (kind.hasStatus) await client.update(kind, withStatus, { subresource: 'status' });
    const read = await client.get(kind, name);
    if (!read) return t.fail(`${kind.kind} is gone`);
    const changed = { ...read, metadata: { ...read.metadata, labels: { changed: 'true' } } };
    await client.update(kind, changed);
    const after = (await client.get(kind, name)) as Unstructured | undefined;
    t.is(after?.metadata.labels?.changed, 'true');
    t.like(after, { ...sample, metadata: { name: 'sample' } }, `${kind.kind} lost something`);
  }
});
