import { APPLY, type Cases, MERGE } from './fixture.js';
import type { Json } from './wire.js';
import { APP, around, at, CONTAINER, create, POD } from './workload-values.js';

interface Owned {
  readonly 'f:spec'?: object;
  readonly 'f:metadata'?: object;
}

/** What its first owner owns. */
const ownedOf = ({ metadata: { managedFields } }: Json): Owned => {
  const [first] = managedFields;
  return (first?.fieldsV1 ?? {}) as Owned; // fields by name
};

/** What becomes of workloads as people write them. */
export const WORKLOAD_CASES: Cases = {
  'a Deployment counts a change of its annotations as a new generation, and one of its labels not': async (t, p) => {
    await create(p, 'Deployment');
    const change = async (metadata: object) =>
      (await p.wire.call('PATCH', at(p, 'Deployment', '/a'), { type: MERGE, body: { metadata } })).body.metadata;
    t.is((await change({ labels: { x: 'y' } })).generation, 1);
    t.is((await change({ annotations: { x: 'y' } })).generation, 2);
    const status = { metadata: { annotations: { x: 'z' } }, status: { replicas: 1 } };
    const written = await p.wire.call('PATCH', at(p, 'Deployment', '/a/status'), { type: MERGE, body: status });
    t.is(written.body.metadata.generation, 2);
    t.deepEqual(written.body.metadata.annotations, { x: 'z' });
  },
  'an empty strategy type is none, and gets its default': async (t, p) => {
    const { body } = await create(p, 'Deployment', around('Deployment', POD, { strategy: { type: '' } }));
    t.deepEqual(body.spec.strategy, {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
    });
  },
  'a StatefulSet that names its update strategy gets no partition, another one does': async (t, p) => {
    const named = {
      updateStrategy: { type: 'RollingUpdate' },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
    };
    const first = await create(p, 'StatefulSet', around('StatefulSet', POD, named));
    t.deepEqual(first.body.spec.updateStrategy, { type: 'RollingUpdate' });
    t.deepEqual(first.body.spec.persistentVolumeClaimRetentionPolicy, { whenDeleted: 'Delete', whenScaled: 'Retain' });
    t.is(first.body.spec.serviceName, '');
    const second = await create(p, 'StatefulSet', around('StatefulSet'), 'b');
    t.deepEqual(second.body.spec.updateStrategy, { type: 'RollingUpdate', rollingUpdate: { partition: 0 } });
  },
  'a DaemonSet counts the changes of its template in an annotation that its writer owns': async (t, p) => {
    const key = 'deprecated.daemonset.template.generation';
    const { body } = await create(p, 'DaemonSet');
    t.deepEqual(body.metadata.annotations, { [key]: '1' });
    t.deepEqual(ownedOf(body)['f:metadata'], {
      'f:annotations': { '.': {}, [`f:${key}`]: {} },
    });
    const spec = { template: { spec: { containers: [{ ...CONTAINER, image: 'other' }] } } };
    const changed = await p.wire.call('PATCH', at(p, 'DaemonSet', '/a'), { type: MERGE, body: { spec } });
    t.deepEqual(changed.body.metadata.annotations, { [key]: '2' });
  },
  'what the server adds to a Job nobody owns': async (t, p) => {
    const { body } = await create(p, 'Job');
    t.deepEqual(body.metadata.labels, (body.spec.template as { metadata: { labels: unknown } }).metadata.labels);
    t.deepEqual(Object.keys(ownedOf(body)), ['f:spec']);
    t.false('f:selector' in (ownedOf(body)['f:spec'] ?? {}));
    t.true('f:backoffLimit' in (ownedOf(body)['f:spec'] ?? {}));
  },
  'a Job leaves its pods when it is deleted, and says so, unless it is told otherwise': async (t, p) => {
    await create(p, 'Job');
    const silent = await p.wire.call('DELETE', `${at(p, 'Job', '/a')}?propagationPolicy=Background&dryRun=All`);
    t.deepEqual(silent.headers.warning, undefined);
    const { body, headers } = await p.wire.call('DELETE', at(p, 'Job', '/a'));
    t.deepEqual(body.metadata.finalizers, ['orphan']);
    t.regex(String(headers.warning), /child pods are preserved by default when jobs are deleted/);
  },
  'the job of a CronJob gets its defaults when it is made, not before': async (t, p) => {
    const { body } = await create(p, 'CronJob');
    const { spec } = body.spec.jobTemplate as { spec: Record<string, unknown> };
    t.deepEqual(Object.keys(spec), ['template']);
  },
  'a Pod asks for what it is limited to, gets a priority, and stays a while on a node in trouble': async (t, p) => {
    const limited = { ...CONTAINER, resources: { limits: { cpu: '0.5' } } };
    const { body } = await create(p, 'Pod', { containers: [limited] });
    const [container] = body.spec.containers as [{ resources: unknown }];
    t.deepEqual(container.resources, { limits: { cpu: '500m' }, requests: { cpu: '500m' } });
    t.is(body.spec.priority, 0);
    t.is((body.spec.tolerations as unknown[]).length, 2);
    t.false('f:tolerations' in (ownedOf(body)['f:spec'] ?? {}));
  },
  'a deleted Pod is marked before it goes': async (t, p) => {
    const { body } = await create(p, 'Pod');
    const gone = await p.wire.call('DELETE', at(p, 'Pod', '/a'));
    t.is(gone.body.metadata.deletionGracePeriodSeconds, 0);
    t.is(gone.body.metadata.generation, 2);
    t.not(gone.body.metadata.resourceVersion, body.metadata.resourceVersion);
    t.is((await p.wire.call('GET', at(p, 'Pod', '/a'))).code, 404);
  },
  'a volume that says nothing is an empty directory, and what is finer than a thousandth is rounded up': async (
    t,
    p,
  ) => {
    const pod = {
      containers: [{ ...CONTAINER, resources: { requests: { cpu: '0.0001' } } }],
      volumes: [{ name: 'bare' }],
    };
    const { body } = await create(p, 'Deployment', around('Deployment', pod));
    const { spec } = body.spec.template as { spec: { volumes: unknown; containers: [{ resources: unknown }] } };
    t.deepEqual(spec.volumes, [{ name: 'bare', emptyDir: {} }]);
    t.deepEqual(spec.containers[0].resources, { requests: { cpu: '1m' } });
  },
  'nobody says when something was scaled, nor owns the replicas it no longer has': async (t, p) => {
    await create(p, 'Deployment');
    const scale = async (replicas: number) => {
      const body = { spec: { replicas } };
      await p.wire.call('PATCH', at(p, 'Deployment', '/a/scale'), { type: MERGE, body });
      return (await p.wire.call('GET', at(p, 'Deployment', '/a'))).body.metadata.managedFields;
    };
    const scaled = (await scale(4)).find(({ subresource }) => subresource === 'scale');
    t.deepEqual(scaled?.fieldsV1, { 'f:spec': { 'f:replicas': {} } });
    t.false('time' in (scaled ?? {}));
    t.is((await scale(0)).length, 1);
  },
  'a container that is applied without its name is the one without a name': async (t, p) => {
    await create(p, 'Deployment');
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { template: { metadata: { labels: APP }, spec: { containers: [{ image: 'other' }] } } },
    };
    const answer = await p.wire.call('PATCH', at(p, 'Deployment', '/a?fieldManager=one&force=true'), {
      type: APPLY,
      body,
    });
    t.is(answer.code, 422);
    t.deepEqual(
      answer.body.details.causes.map(({ field }) => field),
      ['spec.template.spec.containers[1].name'],
    );
  },
};
