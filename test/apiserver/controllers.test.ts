import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import test, { type ExecutionContext } from 'ava';
import { ConfigMap, Deployment, Event, Job, Namespace, ServiceAccount } from '../../src/api/core.js';
import type { KubeObject, OwnerReference, Unstructured } from '../../src/api/meta.js';
import type { ResourceType } from '../../src/api/resource.js';
import { createPki } from '../../src/apiserver/pki.js';
import { startApiServer } from '../../src/apiserver/server.js';
import { openLmdbStore } from '../../src/apiserver/store/lmdb.js';
import { silentLogger } from '../../src/control/log.js';
import { ApiError, type KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';
import { until } from '../until.js';
import { ADMIN, startTestServer } from './test-server.js';

const isGone = (client: KubeClient, type: ResourceType, name: string, namespace = 'ns') =>
  until(`${name} goes`, async () => !(await client.get(type, { namespace, name })));

async function start(t: ExecutionContext, options = {}): Promise<KubeClient> {
  const { client } = await startTestServer(t, options);
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  return client;
}

const configMap = (name: string, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'ns', ...metadata },
});

const ownerOf = ({ apiVersion, kind, metadata }: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid!,
  ...more,
});

test('what an owner leaves behind is removed, down to the last grandchild', async (t) => {
  const client = await start(t);
  const owner = await client.create(ConfigMap, configMap('owner'));
  const child = await client.create(ConfigMap, configMap('child', { ownerReferences: [ownerOf(owner)] }));
  await client.create(ConfigMap, configMap('grandchild', { ownerReferences: [ownerOf(child)] }));
  await client.create(ConfigMap, configMap('stranger'));
  await client.delete(ConfigMap, { namespace: 'ns', name: 'owner' });
  await isGone(client, ConfigMap, 'child');
  await isGone(client, ConfigMap, 'grandchild');
  t.truthy(await client.get(ConfigMap, { namespace: 'ns', name: 'stranger' }));
});

test('with two owners an object stays until both are gone, and forgets the one that went', async (t) => {
  const client = await start(t);
  const [a, b] = await Promise.all(['a', 'b'].map((name) => client.create(ConfigMap, configMap(name))));
  await client.create(ConfigMap, configMap('child', { ownerReferences: [ownerOf(a!), ownerOf(b!)] }));
  await client.delete(ConfigMap, { namespace: 'ns', name: 'a' });
  const child = await until('the reference goes', async () => {
    const found = await client.get(ConfigMap, { namespace: 'ns', name: 'child' });
    return found?.metadata.ownerReferences?.length === 1 && found;
  });
  t.is(child.metadata.ownerReferences?.[0]?.name, 'b');
  await client.delete(ConfigMap, { namespace: 'ns', name: 'b' });
  await isGone(client, ConfigMap, 'child');
});

test('an object whose owner never existed, or exists under another uid or in another namespace, is removed', async (t) => {
  const client = await start(t);
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
  const owner = await client.create(ConfigMap, configMap('owner'));
  const reference = ownerOf(owner);
  await client.create(ConfigMap, configMap('none', { ownerReferences: [{ ...reference, name: 'nobody' }] }));
  await client.create(ConfigMap, configMap('reborn', { ownerReferences: [{ ...reference, uid: 'other' }] }));
  await client.create(ConfigMap, configMap('abroad', { namespace: 'other', ownerReferences: [reference] }));
  await isGone(client, ConfigMap, 'none');
  await isGone(client, ConfigMap, 'reborn');
  await isGone(client, ConfigMap, 'abroad', 'other');
  t.truthy(await client.get(ConfigMap, { namespace: 'ns', name: 'owner' }));
});

test('a reference to a kind nobody serves, or from the cluster into a namespace, removes nothing', async (t) => {
  const client = await start(t);
  const owner = await client.create(ConfigMap, configMap('owner'));
  const unknown = { apiVersion: 'x.io/v1', kind: 'Thing', name: 'x', uid: 'x' };
  await client.create(ConfigMap, configMap('kept', { ownerReferences: [unknown] }));
  await client.create(Namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'owned', ownerReferences: [ownerOf(owner)] },
  });
  // The witness comes after both in the collector's queue.
  await client.create(ConfigMap, configMap('witness', { ownerReferences: [{ ...ownerOf(owner), uid: 'other' }] }));
  await isGone(client, ConfigMap, 'witness');
  t.truthy(await client.get(ConfigMap, { namespace: 'ns', name: 'kept' }));
  t.truthy(await client.get(Namespace, { name: 'owned' }));
});

test('foreground deletion keeps the owner until its blocking dependents are gone', async (t) => {
  const client = await start(t);
  const owner = await client.create(ConfigMap, configMap('owner'));
  const reference = ownerOf(owner, { blockOwnerDeletion: true });
  await client.create(ConfigMap, configMap('child', { ownerReferences: [reference], finalizers: ['x.io/hold'] }));
  await client.delete(ConfigMap, { namespace: 'ns', name: 'owner' }, { propagationPolicy: 'Foreground' });
  await until(
    'the child is being deleted',
    async () => (await client.get(ConfigMap, { namespace: 'ns', name: 'child' }))?.metadata.deletionTimestamp,
  );
  t.truthy((await client.get(ConfigMap, { namespace: 'ns', name: 'owner' }))?.metadata.deletionTimestamp);
  await client.patch(
    ConfigMap,
    { namespace: 'ns', name: 'child' },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
  await isGone(client, ConfigMap, 'child');
  await isGone(client, ConfigMap, 'owner');
});

test('orphaning deletion leaves the dependents, without the reference', async (t) => {
  const client = await start(t);
  const owner = await client.create(ConfigMap, configMap('owner'));
  await client.create(ConfigMap, configMap('child', { ownerReferences: [ownerOf(owner)] }));
  await client.delete(ConfigMap, { namespace: 'ns', name: 'owner' }, { propagationPolicy: 'Orphan' });
  await isGone(client, ConfigMap, 'owner');
  const child = await client.get(ConfigMap, { namespace: 'ns', name: 'child' });
  t.truthy(child);
  t.is(child?.metadata.ownerReferences, undefined);
});

test('a namespace goes with its content; content with finalizers keeps it and is told in its conditions', async (t) => {
  const client = await start(t);
  await client.create(ConfigMap, configMap('plain'));
  await client.create(ConfigMap, configMap('held', { finalizers: ['x.io/hold'] }));
  await client.delete(Namespace, { name: 'ns' });
  const namespace = (await until('the conditions', async () => {
    const found = (await client.get(Namespace, { name: 'ns' })) as Unstructured | undefined;
    return JSON.stringify(found?.status ?? {}).includes('x.io/hold in 1 resource instances') && found;
  })) as Unstructured;
  t.like(namespace.status, { phase: 'Terminating' });
  const refused = await t.throwsAsync(client.create(ConfigMap, configMap('late')), { instanceOf: ApiError });
  t.is(refused?.code, 403);
  t.is(
    refused?.message,
    'configmaps "late" is forbidden: unable to create new content in namespace ns because it is being terminated',
  );
  await client.patch(
    ConfigMap,
    { namespace: 'ns', name: 'held' },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
  await until('the namespace goes', async () => !(await client.get(Namespace, { name: 'ns' })));
});

test('nothing is created in a namespace that does not exist, and the standard namespaces stay', async (t) => {
  const client = await start(t);
  const missing = { ...configMap('a'), metadata: { name: 'a', namespace: 'nowhere' } };
  const refused = await t.throwsAsync(client.create(ConfigMap, missing), { instanceOf: ApiError });
  t.is(refused?.code, 404);
  t.is(refused?.message, 'namespaces "nowhere" not found');
  await t.throwsAsync(client.delete(Namespace, { name: 'default' }), {
    message: 'namespaces "default" is forbidden: this namespace may not be deleted',
  });
});

test('every namespace has a default service account and the CA, and gets them back', async (t) => {
  const client = await start(t);
  const account = () => client.get(ServiceAccount, { namespace: 'ns', name: 'default' });
  const first = await until('the account', account);
  const ca = await until('the CA', () => client.get(ConfigMap, { namespace: 'ns', name: 'kube-root-ca.crt' }));
  t.regex(ca.data?.['ca.crt'] ?? '', /BEGIN CERTIFICATE/);
  await client.delete(ServiceAccount, { namespace: 'ns', name: 'default' });
  const second = await until('the account again', account);
  t.not(second.metadata.uid, first.metadata.uid);
});

const deployment = (metadata: object = {}): KubeObject & Record<string, unknown> => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'ns', ...metadata },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } },
  },
});

test('the simulator makes a Deployment ready, again after each change of its spec', async (t) => {
  const client = await start(t, { simulateWorkloads: true });
  await client.create(Deployment, deployment());
  const ready = (generation: number) =>
    until(`generation ${generation} is ready`, async () => {
      const { status } = ((await client.get(Deployment, { namespace: 'ns', name: 'web' })) ?? {}) as Unstructured;
      return (status as { observedGeneration?: number } | undefined)?.observedGeneration === generation && status;
    });
  t.like(await ready(1), { replicas: 3, readyReplicas: 3, availableReplicas: 3, updatedReplicas: 3 });
  const { conditions } = (await ready(1)) as { conditions: { type: string; status: string }[] };
  t.deepEqual(
    conditions.map(({ type, status }) => `${type}=${status}`),
    ['Available=True', 'Progressing=True'],
  );
  await client.patch(Deployment, { namespace: 'ns', name: 'web' }, { type: 'merge', body: { spec: { replicas: 5 } } });
  t.like(await ready(2), { replicas: 5, readyReplicas: 5 });
});

test('the simulator completes a Job and leaves alone what says so', async (t) => {
  const client = await start(t, { simulateWorkloads: true });
  await client.create(Deployment, deployment({ annotations: { 'placet.dev/simulate': 'false' } }));
  await client.create(Job, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once', namespace: 'ns' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1' }] } } },
  } as KubeObject);
  const job = await until('the job completes', async () => {
    const { status } = ((await client.get(Job, { namespace: 'ns', name: 'once' })) ?? {}) as Unstructured;
    return (status as { completionTime?: string } | undefined)?.completionTime !== undefined && status;
  });
  t.like(job, { succeeded: 1 });
  const { status } = (await client.get(Deployment, { namespace: 'ns', name: 'web' })) as Unstructured;
  t.deepEqual(status, {});
});

test('without the simulator a status is only what clients write', async (t) => {
  const client = await start(t);
  await client.create(Deployment, deployment());
  const written = { replicas: 2, readyReplicas: 1 };
  await client.patch(
    Deployment,
    { namespace: 'ns', name: 'web' },
    { type: 'merge', body: { status: written } },
    { subresource: 'status' },
  );
  // The default account is made after the Deployment: whatever would touch it has had its turn.
  await until('the account', () => client.get(ServiceAccount, { namespace: 'ns', name: 'default' }));
  const found = (await client.get(Deployment, { namespace: 'ns', name: 'web' })) as Unstructured;
  t.deepEqual(found.status, written);
});

const CSR: ResourceType = {
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  namespaced: false,
};

async function csr(name: string, groups: string[]): Promise<KubeObject> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: [...groups.map((group) => ({ O: [group] })), { CN: [name] }],
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    },
    webcrypto,
  );
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: Buffer.from(request.toString('pem')).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['digital signature', 'key encipherment', 'client auth'],
      username: 'somebody-else',
    },
  } as KubeObject;
}

const approve = (client: KubeClient, name: string) =>
  client.patch(
    CSR,
    { name },
    {
      type: 'merge',
      body: { status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Ok', message: 'ok' }] } },
    },
    { subresource: 'approval' },
  );

test('a certificate request is signed once it is approved, and knows who asked', async (t) => {
  const client = await start(t);
  const created = (await client.create(CSR, await csr('agent-1', ['agents']))) as Unstructured;
  t.like(created.spec, { username: 'test-admin' });
  await approve(client, 'agent-1');
  const certificate = await until('the certificate', async () => {
    const found = (await client.get(CSR, { name: 'agent-1' })) as Unstructured;
    return (found.status as { certificate?: string }).certificate;
  });
  t.is(new X509Certificate(Buffer.from(certificate, 'base64')).subject, 'O=agents\nCN=agent-1');
});

test('nobody becomes a master by a certificate request, and approving needs a permission of its own', async (t) => {
  const client = await start(t);
  const master = await csr('eve', ['system:masters']);
  await t.throwsAsync(client.create(CSR, master), { message: /system:masters group is not allowed/ });
  await client.create(CSR, await csr('agent-2', []));
  const rules = [
    {
      verbs: ['*'],
      apiGroups: ['certificates.k8s.io'],
      resources: ['certificatesigningrequests', 'certificatesigningrequests/approval'],
    },
  ];
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'csr' }, rules };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'csr' };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'csr' },
    roleRef,
    subjects: [{ kind: 'User', name: 'bob' }],
  };
  await client.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', role);
  await client.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', binding);
  await t.throwsAsync(approve(client.impersonate('bob'), 'agent-2'), {
    message: /user not permitted to approve requests with signerName "kubernetes.io\/kube-apiserver-client"/,
  });
});

test('events are removed an hour after they were last seen', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'placet-events-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const pki = await createPki();
  const about = { kind: 'Pod', namespace: 'default', name: 'p' };
  const event = (name: string) => ({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace: 'default' },
    regarding: about,
  });
  const startAt = async (now: () => Date): Promise<{ client: KubeClient; stop: () => Promise<void> }> => {
    const server = await startApiServer({ store: openLmdbStore(folder), pki, log: silentLogger, now });
    const path = join(folder, 'kubeconfig');
    await writeFile(path, await server.kubeconfig(ADMIN));
    const client = await connect({ kubeconfig: path, userAgent: 'placet-test' });
    const stop = async () => {
      await client.close();
      await server.close();
    };
    return { client, stop };
  };
  const before = await startAt(() => new Date(Date.now() - 2 * 3_600_000));
  await before.client.create(Event, event('old'));
  await before.client.create(Event, {
    ...event('repeated'),
    deprecatedLastTimestamp: new Date().toISOString(),
  } as KubeObject);
  await before.stop();
  const { client, stop } = await startAt(() => new Date());
  t.teardown(stop);
  await isGone(client, Event, 'old', 'default');
  t.truthy(await client.get(Event, { namespace: 'default', name: 'repeated' }));
});
