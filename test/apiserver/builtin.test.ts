import { readFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { BUILTIN_SCHEMAS, builtinSchemas } from '../../scripts/builtin-schemas.js';
import { Namespace } from '../../src/api/core.js';
import type { KubeObject, Unstructured } from '../../src/api/meta.js';
import type { ResourceType } from '../../src/api/resource.js';
import { ApiError, type KubeClient } from '../../src/kube/client.js';
import { startTestServer } from './test-server.js';

async function start(t: ExecutionContext): Promise<KubeClient> {
  const { client } = await startTestServer(t);
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  return client;
}

const type = (apiVersion: string, kind: string, plural: string, namespaced = true): ResourceType => {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, kind, plural, namespaced };
};

const ConfigMap = type('v1', 'ConfigMap', 'configmaps');
const Secret = type('v1', 'Secret', 'secrets');
const Service = type('v1', 'Service', 'services');
const Pod = type('v1', 'Pod', 'pods');
const Claim = type('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims');
const Deployment = type('apps/v1', 'Deployment', 'deployments');
const StatefulSet = type('apps/v1', 'StatefulSet', 'statefulsets');
const DaemonSet = type('apps/v1', 'DaemonSet', 'daemonsets');
const Job = type('batch/v1', 'Job', 'jobs');
const Role = type('rbac.authorization.k8s.io/v1', 'Role', 'roles');
const ClusterRole = type('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', false);
const RoleBinding = type('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings');
const Webhook = type(
  'admissionregistration.k8s.io/v1',
  'MutatingWebhookConfiguration',
  'mutatingwebhookconfigurations',
  false,
);
const Event = type('v1', 'Event', 'events');
const NewEvent = type('events.k8s.io/v1', 'Event', 'events');

/** An object of a kind with the given members. */
const object = ({ group, version, kind, namespaced }: ResourceType, name: string, members: object): KubeObject => ({
  apiVersion: group === '' ? version : `${group}/${version}`,
  kind,
  metadata: { name, ...(namespaced ? { namespace: 'ns' } : {}) },
  ...members,
});

const containers = [{ name: 'main', image: 'nginx:1' }];
const workload = (more: object = {}, pod: object = {}) => ({
  spec: {
    selector: { matchLabels: { app: 'a' } },
    template: { metadata: { labels: { app: 'a' } }, spec: { containers, ...pod } },
    ...more,
  },
});

test('absent fields get the values Kubernetes gives them', async (t) => {
  const client = await start(t);
  const created = (await client.create(Deployment, object(Deployment, 'd', workload()))) as Unstructured;
  t.deepEqual(created.spec, {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    selector: { matchLabels: { app: 'a' } },
    template: {
      metadata: { labels: { app: 'a' } },
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1',
            imagePullPolicy: 'IfNotPresent',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
          },
        ],
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      },
    },
  });
  t.deepEqual(created.status, {});
  t.is(created.metadata.generation, 1);
  const set = (await client.create(DaemonSet, object(DaemonSet, 'd', workload()))) as Unstructured;
  t.like(set, {
    spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } },
    status: { numberReady: 0, desiredNumberScheduled: 0, currentNumberScheduled: 0, numberMisscheduled: 0 },
  });
  const job = (await client.create(
    Job,
    object(Job, 'j', { spec: { template: { spec: { containers, restartPolicy: 'Never' } } } }),
  )) as Unstructured;
  const uid = job.metadata.uid!;
  t.like(job.spec, {
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
  });
  t.like(job.metadata.labels, { 'job-name': 'j', 'batch.kubernetes.io/controller-uid': uid });
  const pod = (await client.create(Pod, object(Pod, 'p', { spec: { containers } }))) as Unstructured;
  t.like(pod, {
    spec: { enableServiceLinks: true, priority: 0 },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  });
  const webhooks = [
    { name: 'a.x.io', sideEffects: 'None', admissionReviewVersions: ['v1'], clientConfig: { url: 'https://x' } },
  ];
  t.like(((await client.create(Webhook, object(Webhook, 'w', { webhooks }))) as Unstructured).webhooks, [
    { name: 'a.x.io', failurePolicy: 'Fail', timeoutSeconds: 10, namespaceSelector: {}, matchPolicy: 'Equivalent' },
  ]);
});

test('a Service gets an address of its own, its target ports, and keeps both', async (t) => {
  const client = await start(t);
  const ports = [{ port: 80 }];
  const a = (await client.create(Service, object(Service, 'a', { spec: { ports } }))) as Unstructured;
  const b = (await client.create(Service, object(Service, 'b', { spec: { ports, type: 'NodePort' } }))) as Unstructured;
  const specOf = (from: Unstructured) =>
    from.spec as { clusterIP: string; ports: { targetPort: number; nodePort?: number }[] };
  t.like(a.spec, {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
    ipFamilies: ['IPv4'],
    internalTrafficPolicy: 'Cluster',
  });
  t.regex(specOf(a).clusterIP, /^10\.96\.\d+\.\d+$/);
  t.not(specOf(b).clusterIP, specOf(a).clusterIP);
  t.true((specOf(b).ports[0]?.nodePort ?? 0) >= 30_000);
  const again = (await client.update(
    Service,
    object(Service, 'b', { spec: { ports, type: 'NodePort' } }),
  )) as Unstructured;
  t.deepEqual(again.spec, b.spec);
  const headless = { spec: { clusterIP: 'None' } };
  t.like(((await client.create(Service, object(Service, 'c', headless))) as Unstructured).spec, { clusterIP: 'None' });
});

test('stringData of a Secret ends up in its data', async (t) => {
  const client = await start(t);
  const created = (await client.create(Secret, object(Secret, 's', { stringData: { a: 'b' } }))) as Unstructured;
  t.deepEqual(created.data, { a: Buffer.from('b').toString('base64') });
  t.is(created.type, 'Opaque');
  t.false('stringData' in created);
});

test('quantities are kept in their canonical form, and nulls and empty maps not at all', async (t) => {
  const client = await start(t);
  const resources = { requests: { cpu: 0.5, memory: '1024Mi' }, limits: null };
  const created = (await client.create(
    Pod,
    object(Pod, 'p', { spec: { containers: [{ ...containers[0], resources, env: [] }], nodeSelector: {} } }),
  )) as Unstructured;
  const spec = created.spec as { containers: Record<string, unknown>[]; nodeSelector?: object };
  t.deepEqual(spec.containers[0]?.resources, { requests: { cpu: '500m', memory: '1Gi' } });
  t.false('env' in spec.containers[0]!);
  t.false('nodeSelector' in spec);
});

interface Refusal {
  readonly type: ResourceType;
  readonly members: object;
  readonly code: number;
  readonly message: string;
  readonly name?: string;
}

const selector = { matchLabels: { app: 'a' } };

const REFUSED: readonly Refusal[] = [
  {
    type: ConfigMap,
    members: { data: { a: 1 } },
    code: 400,
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  },
  {
    type: Deployment,
    members: workload({ replicas: 'three' }),
    code: 400,
    message:
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  },
  {
    type: ConfigMap,
    name: 'Bad_Name',
    members: {},
    code: 422,
    message:
      "ConfigMap \"Bad_Name\" is invalid: metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  },
  {
    type: ConfigMap,
    members: { data: { 'a b': 'x' } },
    code: 422,
    message:
      "ConfigMap \"x\" is invalid: data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  },
  {
    type: Role,
    members: { rules: [{}] },
    code: 422,
    message:
      'Role.rbac.authorization.k8s.io "x" is invalid: [rules[0].verbs: Required value: verbs must contain at least one value, rules[0].apiGroups: Required value: resource rules must supply at least one api group, rules[0].resources: Required value: resource rules must supply at least one resource]',
  },
  {
    type: Deployment,
    members: {
      spec: { selector, template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'main' }] } } },
    },
    code: 422,
    message: 'Deployment.apps "x" is invalid: spec.template.spec.containers[0].image: Required value',
  },
  {
    type: Deployment,
    members: { spec: { template: { metadata: { labels: { app: 'a' } }, spec: { containers } } } },
    code: 422,
    message:
      'Deployment.apps "x" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`]',
  },
  {
    type: Job,
    members: { spec: { template: { spec: { containers } } } },
    code: 422,
    message:
      'Job.batch "x" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  },
  {
    type: Service,
    members: { spec: {} },
    code: 422,
    message: 'Service "x" is invalid: spec.ports: Required value',
  },
  {
    type: Secret,
    members: { type: 'kubernetes.io/tls', data: {} },
    code: 422,
    message: 'Secret "x" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]',
  },
  {
    type: RoleBinding,
    members: { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'Robot', name: 'r' }] },
    code: 422,
    message:
      'RoleBinding.rbac.authorization.k8s.io "x" is invalid: subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
  },
  {
    type: Claim,
    members: { spec: { accessModes: ['ReadWriteOnce'] } },
    code: 422,
    message: 'PersistentVolumeClaim "x" is invalid: spec.resources[storage]: Required value',
  },
];

test('what Kubernetes refuses is refused in its words', async (t) => {
  const client = await start(t);
  for (const { type: kind, members, code, message, name = 'x' } of REFUSED) {
    const error = await t.throwsAsync(client.create(kind, object(kind, name, members)), { instanceOf: ApiError });
    t.is(error?.message, message);
    t.is(error?.code, code);
  }
});

interface Change {
  readonly type: ResourceType;
  readonly first: object;
  readonly patch: object;
  readonly message: RegExp;
}

const FIXED: readonly Change[] = [
  {
    type: Deployment,
    first: workload(),
    patch: { spec: { selector: { matchLabels: { app: 'b' } }, template: { metadata: { labels: { app: 'b' } } } } },
    message:
      /^Deployment\.apps "x" is invalid: spec\.selector: Invalid value: \{"matchLabels":\{"app":"b"\}\}: field is immutable$/,
  },
  {
    type: Job,
    first: { spec: { template: { spec: { containers, restartPolicy: 'Never' } } } },
    patch: { spec: { template: { spec: { restartPolicy: 'OnFailure' } } } },
    message: /^Job\.batch "x" is invalid: spec\.template: Invalid value: .*: field is immutable$/,
  },
  {
    type: StatefulSet,
    first: workload({ serviceName: 'a' }),
    patch: { spec: { serviceName: 'b' } },
    message: /updates to statefulset spec for fields other than .* are forbidden$/,
  },
  {
    type: Secret,
    first: { stringData: { a: '1' }, immutable: true },
    patch: { stringData: { a: '2' } },
    message: /^Secret "x" is invalid: data: Forbidden: field is immutable when `immutable` is set$/,
  },
  {
    type: ConfigMap,
    first: { data: { a: '1' }, immutable: true },
    patch: { immutable: false },
    message: /^ConfigMap "x" is invalid: immutable: Forbidden: field is immutable when `immutable` is set$/,
  },
  {
    type: RoleBinding,
    first: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r1' } },
    patch: { roleRef: { name: 'r2' } },
    message:
      /^RoleBinding\.rbac\.authorization\.k8s\.io "x" is invalid: roleRef: Invalid value: \{"APIGroup":"rbac\.authorization\.k8s\.io","Kind":"Role","Name":"r2"\}: cannot change roleRef$/,
  },
  {
    type: Pod,
    first: { spec: { containers } },
    patch: { spec: { restartPolicy: 'Never' } },
    message: /pod updates may not change fields other than/,
  },
];

test('what Kubernetes does not let change is not changed', async (t) => {
  const client = await start(t);
  for (const { type: kind, first, patch, message } of FIXED) {
    await client.create(kind, object(kind, 'x', first));
    const change = client.patch(kind, { namespace: 'ns', name: 'x' }, { type: 'merge', body: patch });
    await t.throwsAsync(change, { instanceOf: ApiError, message });
  }
});

test('a change of the metadata of a running Job is allowed', async (t) => {
  const client = await start(t);
  const spec = { template: { spec: { containers, restartPolicy: 'Never' } } };
  await client.create(Job, object(Job, 'x', { spec }));
  const name = { namespace: 'ns', name: 'x' };
  await client.patch(Job, name, { type: 'merge', body: { status: { active: 1 } } }, { subresource: 'status' });
  await t.notThrowsAsync(client.patch(Job, name, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } }));
});

test('an empty list of rules is as good as none', async (t) => {
  const client = await start(t);
  const created = (await client.create(ClusterRole, object(ClusterRole, 'x', { rules: [] }))) as Unstructured;
  t.deepEqual(created.rules ?? [], []);
});

test('an event is the same in both of its groups', async (t) => {
  const client = await start(t);
  const regarding = { apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'p' };
  const members = {
    regarding,
    note: 'hello',
    reason: 'Said',
    type: 'Normal',
    action: 'Say',
    reportingController: 'x.io/y',
    reportingInstance: 'z',
    eventTime: '2026-01-01T00:00:00.000000Z',
  };
  await client.create(NewEvent, object(NewEvent, 'e', members));
  t.like(await client.get(Event, { namespace: 'ns', name: 'e' }), {
    apiVersion: 'v1',
    involvedObject: regarding,
    message: 'hello',
    reportingComponent: 'x.io/y',
  });
  t.like(await client.get(NewEvent, { namespace: 'ns', name: 'e' }), {
    apiVersion: 'events.k8s.io/v1',
    note: 'hello',
    regarding,
  });
});

test('replicas are read and set through the scale of a Deployment', async (t) => {
  const client = await start(t);
  await client.create(Deployment, object(Deployment, 'd', workload()));
  const path = '/apis/apps/v1/namespaces/ns/deployments/d/scale';
  const scale = (await client.request('GET', path)) as { spec: { replicas: number } };
  t.like(scale, {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 1 },
    status: { replicas: 0, selector: 'app=a' },
  });
  await client.request('PUT', path, { ...scale, spec: { replicas: 4 } });
  t.like(await client.get(Deployment, { namespace: 'ns', name: 'd' }), {
    spec: { replicas: 4 },
    metadata: { generation: 2 },
  });
});

test('an applied value of another type is refused where the field is', async (t) => {
  const client = await start(t);
  const applied = client.apply(ConfigMap, object(ConfigMap, 'x', { data: { a: 1 } }), {
    fieldManager: 'm',
    force: false,
  });
  await t.throwsAsync(applied, {
    message:
      'failed to create typed patch object (ns/x; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}',
  });
});

test('what needs running containers is refused by name', async (t) => {
  const client = await start(t);
  await client.create(Pod, object(Pod, 'p', { spec: { containers } }));
  for (const [method, path] of [
    ['GET', 'log'],
    ['POST', 'exec'],
    ['POST', 'portforward'],
  ] as const) {
    const error = await t.throwsAsync(client.request(method, `/api/v1/namespaces/ns/pods/p/${path}`), {
      instanceOf: ApiError,
    });
    t.is(error?.code, 501);
    t.is(error?.message, `pods/${path} is not served: this API server runs no containers and no proxy`);
  }
});

test('an autoscaler is the same in both of its versions', async (t) => {
  const client = await start(t);
  const V1 = type('autoscaling/v1', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers');
  const V2 = type('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers');
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
  const spec = { scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 60 };
  await client.create(V1, object(V1, 'a', { spec }));
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } };
  const v2 = (await client.get(V2, { namespace: 'ns', name: 'a' })) as Unstructured;
  t.like(v2.spec, { scaleTargetRef, maxReplicas: 5, metrics: [{ type: 'Resource', resource }] });
  const metrics = [
    { type: 'Resource', resource },
    { type: 'Pods', pods: { metric: { name: 'x' }, target: { type: 'AverageValue', averageValue: '10' } } },
  ];
  await client.update(V2, { ...v2, spec: { ...(v2.spec as object), metrics } } as KubeObject);
  const v1 = (await client.get(V1, { namespace: 'ns', name: 'a' })) as Unstructured;
  t.like(v1.spec, { targetCPUUtilizationPercentage: 60 });
  await client.update(V1, { ...v1, spec: { ...(v1.spec as object), maxReplicas: 7 } } as KubeObject);
  t.like(await client.get(V2, { namespace: 'ns', name: 'a' }), { spec: { maxReplicas: 7, metrics } });
});

test('the generated schemas are those of the installed client library', async (t) => {
  t.is(await readFile(BUILTIN_SCHEMAS, 'utf8'), await builtinSchemas());
});
