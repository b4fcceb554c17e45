import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryRepository } from './temporary-repository.js';

const CLUSTER_GROUP = 'cluster.open-cluster-management.io';
const two = (n: number): string => String(n).padStart(2, '0');
const three = (n: number): string => String(n).padStart(3, '0');

const placement = (n: number): string => `apiVersion: ${CLUSTER_GROUP}/v1beta1
kind: Placement
metadata:
  name: placement-${two(n)}
  labels: {app.kubernetes.io/part-of: fleet}
spec:
  numberOfClusters: ${(n % 5) + 1}
  clusterSets: [set-${n % 5}]
  predicates:
    - requiredClusterSelector:
        labelSelector:
          matchLabels: {region: region-${n % 3}}
          matchExpressions:
            - {key: environment, operator: In, values: [production, staging]}
  tolerations:
    - {key: maintenance, operator: Exists, tolerationSeconds: 300}
`;

const replicaSet = (n: number): string => `apiVersion: work.open-cluster-management.io/v1alpha1
kind: ManifestWorkReplicaSet
metadata: {name: app-${three(n)}}
spec:
  placementRefs:
    - name: placement-${two(n % 50)}
  manifestWorkTemplate:
    workload:
      manifests:
        - apiVersion: v1
          kind: ConfigMap
          metadata: {name: app-${three(n)}, namespace: default}
          data: {number: "${n}"}
        - apiVersion: apps/v1
          kind: Deployment
          metadata: {name: app-${three(n)}, namespace: default}
          spec:
            replicas: ${(n % 3) + 1}
            selector: {matchLabels: {app: app-${three(n)}}}
            template:
              metadata: {labels: {app: app-${three(n)}}}
              spec: {containers: [{name: main, image: "registry.example/app:${n}"}]}
`;

const clusterSet = (n: number): string => `apiVersion: ${CLUSTER_GROUP}/v1beta2
kind: ManagedClusterSet
metadata: {name: set-${n}}
spec: {}
---
apiVersion: ${CLUSTER_GROUP}/v1beta2
kind: ManagedClusterSetBinding
metadata: {name: set-${n}}
spec: {clusterSet: set-${n}}
`;

/** 200 files: 50 placements, 5 files of sets with bindings, 145 replica sets; always the same. */
export function largeFleet(): Record<string, string> {
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
  return Object.fromEntries([
    ...numbers(50).map((n) => [`placements/region-${n % 3}/placement-${two(n)}.yaml`, placement(n)]),
    ...numbers(5).map((n) => [`sets/set-${n}.yml`, clusterSet(n)]),
    ...numbers(145).map((n) => [`apps/team-${n % 7}/app-${three(n)}.yaml`, replicaSet(n)]),
  ]);
}

export const LARGE_FLEET = { files: 200, objects: 205, placements: 50 };

const bomb = (): string =>
  [
    'l0: &l0 [x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`),
  ].join('\n');

const MANIFEST = (name: string) => `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}}`;

/** File → what its problem must say. */
export const HOSTILE: Readonly<Record<string, readonly [content: string | Buffer, message: RegExp]>> = {
  'broken.yaml': [
    'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n name: b\n',
    /^broken\.yaml:5:\d+: not valid YAML/,
  ],
  'bomb.yaml': [bomb(), /^bomb\.yaml:\d+:\d+: the document has more than 200000 values/],
  'deep.json': [`${'['.repeat(10_000)}`, /^deep\.json:1:\d+: not valid YAML/],
  'duplicate-a.yaml': [placement(1), /^$/],
  'duplicate-b.yaml': [
    placement(1),
    /^duplicate-b\.yaml:1:1: Placement team\/placement-01 is defined here and at duplicate-a\.yaml:1:1/,
  ],
  'key-twice.yaml': [
    `${placement(2)}  numberOfClusters: 3\n`,
    /^key-twice\.yaml:\d+:\d+: not valid YAML: duplicated mapping key/,
  ],
  'huge.yaml': [Buffer.alloc(20_000_000, 'a: b\n'), /^huge\.yaml:1:1: the file has 20000000 bytes; at most 4194304/],
  'binary.yaml': [Buffer.from([0, 159, 146, 150]), /^binary\.yaml:1:1: the file is not UTF-8/],
  'chart/template.yaml': [
    `{{- range .Values.x }}\n${placement(3)}{{- end }}\n`,
    /^chart\/template\.yaml:1:1: this is a template/,
  ],
  'pod.yaml': ['apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n', /^pod\.yaml:2:1: v1 Pod is not a kind of the hub/],
  'secret.yaml': [
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n',
    /^secret\.yaml:2:1: v1 Secret is not a kind of the hub/,
  ],
  'role.yaml': [
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: a}\n',
    /^role\.yaml:2:1: .* is not a kind of the hub/,
  ],
  'source.yaml': [
    'apiVersion: placet.dev/v1alpha1\nkind: GitSource\nmetadata: {name: a}\n',
    /^source\.yaml:2:1: a GitSource cannot come from Git/,
  ],
  'long-name.yaml': [
    placement(4).replace('placement-04', 'n'.repeat(254)),
    /^long-name\.yaml:4:3: .*metadata\.name: .*no more than 253/,
  ],
  'long-namespace.yaml': [
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${'n'.repeat(64)}}\n`,
    /^long-namespace\.yaml:3:12: .*metadata\.name: .*no more than 63/,
  ],
  'pollution.json': [
    '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}, "__proto__": {"x": 1}}',
    /^pollution\.json:1:\d+: the field name "__proto__" is refused/,
  ],
  'scalar.yaml': ['just text\n', /^scalar\.yaml:1:1: a Kubernetes object is expected here/],
  'tag.yaml': ['apiVersion: v1\nkind: !!js/function "x"\n', /^tag\.yaml:2:7: not valid YAML: unknown scalar tag/],
  'too-big-work.yaml': [
    `apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nmetadata: {name: w, namespace: c}\nspec:\n  workload:\n    manifests:\n      - ${MANIFEST('a').replace('}}', `}, data: {x: ${'x'.repeat(520_000)}}}`)}\n`,
    /^too-big-work\.yaml:6:5: .*exceeds the 512000 limit/,
  ],
  'typo.yaml': [
    placement(5).replace('predicates', 'predicate'),
    /^typo\.yaml:9:3: Placement placement-05: spec\.predicate: unknown field/,
  ],
};

/** What only git can express: a link out of the tree and a submodule with a hostile URL. */
export function addLinks(repository: TemporaryRepository): void {
  symlinkSync('/etc/passwd', join(repository.directory, 'link.yaml'));
  const sub = new TemporaryRepository(`${repository.directory}-sub`);
  sub.write({ 'a.yaml': placement(9) });
  sub.commit();
  repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', sub.url, 'vendor/sub');
}

export const LINK_PROBLEMS = [
  /^link\.yaml:1:1: symbolic links are not followed/,
  /^vendor\/sub:1:1: submodules are not fetched/,
];
