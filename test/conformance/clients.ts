import type { ExecutionContext } from 'ava';
import { configMap, type Place } from './fixture.js';

type Case = (t: ExecutionContext, place: Place) => Promise<void>;

const leases = (p: Place): string => `/apis/coordination.k8s.io/v1/namespaces/${p.namespace}/leases`;
const deployments = (p: Place): string => `/apis/apps/v1/namespaces/${p.namespace}/deployments`;

const deployment = {
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
};

/** What playing Kubernetes' own clients on both servers has found. */
export const CLIENT_CASES: Readonly<Record<string, Case>> = {
  'a leader lets its lease go by naming nobody': async (t, p) => {
    const spec = { holderIdentity: 'a', leaseDurationSeconds: 5, leaseTransitions: 0 };
    const { body } = await p.wire.call('POST', leases(p), { body: { metadata: { name: 'throne' }, spec } });
    const released = { ...body, spec: { ...spec, holderIdentity: '' } };
    const answer = await p.wire.call('PUT', `${leases(p)}/throne`, { body: released });
    t.is(answer.code, 200, answer.body.message);
    t.is(answer.body.spec.holderIdentity, '');
  },

  'a server-side apply of kubectl keeps the annotation of its client-side apply true': async (t, p) => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const before = configMap('moved', { a: '1' }, { annotations: { [annotation]: '{}\n', other: 'x' } });
    await p.wire.call('POST', p.configMaps, { body: before });
    const applied = { ...configMap('moved', { b: '2' }), metadata: { name: 'moved', namespace: p.namespace } };
    const type = 'application/apply-patch+yaml';
    const at = `${p.configMaps}/moved?fieldManager=kubectl&force=true`;
    const { body } = await p.wire.call('PATCH', at, { body: applied, type });
    const kept = JSON.stringify({
      apiVersion: 'v1',
      data: { b: '2' },
      kind: 'ConfigMap',
      metadata: { name: 'moved', namespace: p.namespace },
    });
    t.deepEqual<unknown, unknown>(body.metadata.annotations, { [annotation]: `${kept}\n`, other: 'x' });
  },

  'a strategic merge patch with values of other types is refused in the words of the conversion': async (t, p) => {
    await p.wire.call('POST', deployments(p), { body: deployment });
    const refused = async (spec: object): Promise<string> => {
      const type = 'application/strategic-merge-patch+json';
      const { code, body } = await p.wire.call('PATCH', `${deployments(p)}/web`, { body: { spec }, type });
      t.is(code, 422);
      return body.message.replace(/^.*\]": /s, '');
    };
    t.is(await refused({ replicas: 'x' }), 'unrecognized type: int32');
    t.is(await refused({ replicas: 1.5 }), 'cannot convert float64 to int32');
    t.is(await refused({ paused: 1 }), 'unrecognized type: bool');
    t.is(await refused({ template: 'x' }), 'cannot restore struct from: string');
    t.is(await refused({ template: ['x'] }), 'cannot restore struct from: slice');
    t.is(await refused({ template: { spec: { hostname: 5 } } }), 'cannot convert int64 to string');
    t.is(await refused({ template: { spec: { nodeSelector: 'x' } } }), 'cannot restore map from string');
  },

  'who names no metric of an autoscaler means CPU, in both versions': async (t, p) => {
    const spec = { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } };
    const at = (version: string) => `/apis/autoscaling/${version}/namespaces/${p.namespace}/horizontalpodautoscalers`;
    const made = await p.wire.call('POST', at('v1'), { body: { metadata: { name: 'web' }, spec } });
    t.is(made.body.spec.targetCPUUtilizationPercentage, 80);
    const { body } = await p.wire.call('GET', `${at('v2')}/web`);
    const target = { type: 'Utilization', averageUtilization: 80 };
    t.deepEqual(body.spec.metrics, [{ type: 'Resource', resource: { name: 'cpu', target } }]);
  },

  'endpoints are deprecated, and whoever uses them is told': async (t, p) => {
    const { headers } = await p.wire.call('GET', `/api/v1/namespaces/${p.namespace}/endpoints`);
    t.is(headers.warning, '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"');
  },

  'a field that cannot be selected by is refused, in other words for a custom kind': async (t, p) => {
    const refused = async (collection: string): Promise<string> =>
      (await p.wire.call('GET', `${collection}?fieldSelector=metadata.colour%3Dx`)).body.message;
    t.regex(
      await refused(p.configMaps),
      /"metadata.colour" is not a known field selector: only "metadata.name", "metadata.namespace"$/,
    );
    t.regex(await refused(p.widgets), /field label not supported: metadata.colour$/);
  },

  'a review of oneself has a creation time': async (t, p) => {
    const { body } = await p.wire.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: {} });
    t.regex(body.metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  },
};
