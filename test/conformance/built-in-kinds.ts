import { APPLY, type Cases, MERGE, type Place, STRATEGIC } from './fixture.js';

const at =
  (root: string, plural: string) =>
  ({ namespace }: Place) =>
    `/${root}/namespaces/${namespace}/${plural}`;
const services = at('api/v1', 'services');
const claims = at('api/v1', 'persistentvolumeclaims');
const limitRanges = at('api/v1', 'limitranges');
const budgets = at('apis/policy/v1', 'poddisruptionbudgets');
const autoscalers = at('apis/autoscaling/v2', 'horizontalpodautoscalers');
const policies = at('apis/networking.k8s.io/v1', 'networkpolicies');

const named = (name: string, spec: object) => ({ metadata: { name }, spec });
const CLAIM = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

export const BUILT_IN_CASES: Cases = {
  'what a service is given belongs to no manager': async (t, p) => {
    const { body } = await p.wire.call('POST', services(p), {
      body: named('a', { ports: [{ port: 80 }], type: 'NodePort' }),
    });
    t.regex(String(body.spec.clusterIP), /^\d+\.\d+\.\d+\.\d+$/);
    t.deepEqual(body.spec.clusterIPs, [body.spec.clusterIP]);
    t.is(body.spec.ipFamilyPolicy, 'SingleStack');
    const owned = JSON.stringify(body.metadata.managedFields);
    t.notRegex(owned, /clusterIP|ipFamil|nodePort/);
  },
  'a service that is replaced keeps its address and its node ports': async (t, p) => {
    const spec = { ports: [{ port: 80 }], type: 'NodePort' };
    const { body: made } = await p.wire.call('POST', services(p), { body: named('a', spec) });
    const { body } = await p.wire.call('PUT', `${services(p)}/a`, {
      body: named('a', { ...spec, ports: [{ port: 81 }] }),
    });
    t.is(body.spec.clusterIP, made.spec.clusterIP);
    const [before, after] = [made, body].map(({ spec: { ports } }) => (ports as { nodePort: number }[])[0]); // as sent
    t.is(after?.nodePort, before?.nodePort);
  },
  'the address of a service does not change': async (t, p) => {
    await p.wire.call('POST', services(p), { body: named('a', { ports: [{ port: 80 }] }) });
    const { code, body } = await p.wire.call('PATCH', `${services(p)}/a`, {
      type: MERGE,
      body: { spec: { clusterIP: 'None' } },
    });
    t.is(code, 422);
    t.regex(body.message, /may not change once set/);
  },
  'a service of another type loses what that type has no use for': async (t, p) => {
    await p.wire.call('POST', services(p), { body: named('a', { ports: [{ port: 80 }], type: 'LoadBalancer' }) });
    const change = (spec: object) => p.wire.call('PATCH', `${services(p)}/a`, { type: MERGE, body: { spec } });
    const { body: inside } = await change({ type: 'ClusterIP' });
    t.false('allocateLoadBalancerNodePorts' in inside.spec);
    t.false('externalTrafficPolicy' in inside.spec);
    t.deepEqual(inside.spec.ports, [{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    const { body: elsewhere } = await change({ type: 'ExternalName', externalName: 'x.example.com' });
    t.false('clusterIP' in elsewhere.spec);
    t.false('ipFamilies' in elsewhere.spec);
    const { body: back, headers } = await change({ type: 'ClusterIP' });
    t.regex(String(back.spec.clusterIP), /^\d/);
    t.regex(String(headers.warning), /spec\.externalName is ignored when spec\.type is not/);
  },
  'an address of a load balancer is reached by name or as it is': async (t, p) => {
    await p.wire.call('POST', services(p), { body: named('a', { ports: [{ port: 80 }], type: 'LoadBalancer' }) });
    const { body } = await p.wire.call('PATCH', `${services(p)}/a/status`, {
      type: MERGE,
      body: { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } },
    });
    t.deepEqual(body.status, { loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'VIP' }] } });
  },
  'labels and annotations are written with a status, the spec is not': async (t, p) => {
    await p.wire.call('POST', budgets(p), { body: named('a', { minAvailable: 1 }) });
    const { body } = await p.wire.call('PATCH', `${budgets(p)}/a/status?fieldManager=reporter`, {
      type: MERGE,
      body: { metadata: { labels: { a: 'b' } }, spec: { minAvailable: 2 }, status: { currentHealthy: 3 } },
    });
    t.is(body.spec.minAvailable, 1);
    t.deepEqual(body.metadata.labels, { a: 'b' });
    t.like(body.metadata.managedFields.at(-1), {
      manager: 'reporter',
      subresource: 'status',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
        'f:status': { 'f:currentHealthy': {} },
      },
    });
  },
  'a budget is never overwritten blindly': async (t, p) => {
    await p.wire.call('POST', budgets(p), { body: named('a', { minAvailable: 1 }) });
    const { code, body } = await p.wire.call('PUT', `${budgets(p)}/a`, { body: named('a', { minAvailable: 2 }) });
    t.is(code, 422);
    t.regex(body.message, /metadata\.resourceVersion: Invalid value: 0: must be specified for an update$/);
  },
  'the selector of a budget is replaced as a whole': async (t, p) => {
    await p.wire.call('POST', budgets(p), { body: named('a', { selector: { matchLabels: { a: 'b' } } }) });
    const { body } = await p.wire.call('PATCH', `${budgets(p)}/a`, {
      type: STRATEGIC,
      body: { spec: { selector: { matchLabels: { c: 'd' } } } },
    });
    t.deepEqual(body.spec.selector, { matchLabels: { c: 'd' } });
  },
  'who says something of the behavior of an autoscaler gets the usual for the rest': async (t, p) => {
    const spec = {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 3,
      behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
    };
    const { body } = await p.wire.call('POST', autoscalers(p), { body: named('a', spec) });
    t.like(body.spec, {
      minReplicas: 1,
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 60,
          selectPolicy: 'Max',
          policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
        },
        scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max' },
      },
    });
    t.deepEqual(body.status, { currentMetrics: null, desiredReplicas: 0 });
  },
  'an autoscaler keeps what an older version has no fields for': async (t, p) => {
    const path = `${autoscalers(p)}/a`;
    const older = path.replace('/v2/', '/v1/');
    const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 3 };
    await p.wire.call('POST', autoscalers(p), { body: named('a', spec) });
    const status = { currentReplicas: 2, desiredReplicas: 3, conditions: [{ type: 'AbleToScale', status: 'True' }] };
    await p.wire.call('PATCH', `${path}/status`, { type: MERGE, body: { status } });
    const { body: changed } = await p.wire.call('PATCH', older, { type: MERGE, body: { spec: { maxReplicas: 4 } } });
    t.like(changed, {
      spec: { maxReplicas: 4, targetCPUUtilizationPercentage: 80 },
      status: { currentReplicas: 2, desiredReplicas: 3 },
    });
    const { body } = await p.wire.call('GET', path);
    t.like(body.status, { currentReplicas: 2, conditions: [{ type: 'AbleToScale', status: 'True' }] });
  },
  'limits of containers follow from their bounds': async (t, p) => {
    const limits = [{ type: 'Container', max: { cpu: '1' }, min: { memory: '1Mi' } }];
    const { body } = await p.wire.call('POST', limitRanges(p), { body: named('a', { limits }) });
    t.deepEqual(body.spec.limits, [
      { ...limits[0], default: { cpu: '1' }, defaultRequest: { cpu: '1', memory: '1Mi' } },
    ]);
  },
  'a claim says in both ways what its volume begins as': async (t, p) => {
    const dataSource = { kind: 'PersistentVolumeClaim', name: 'other' };
    const { body } = await p.wire.call('POST', claims(p), { body: named('a', { ...CLAIM, dataSource }) });
    t.deepEqual(body.spec.dataSourceRef, { apiGroup: null, ...dataSource });
  },
  'a claim may be given a volume and a class once, and nothing else': async (t, p) => {
    await p.wire.call('POST', claims(p), { body: named('a', CLAIM) });
    const change = async (spec: object) =>
      (await p.wire.call('PATCH', `${claims(p)}/a`, { type: MERGE, body: { spec } })).code;
    t.is(await change({ volumeName: 'v' }), 200);
    t.is(await change({ volumeName: 'w' }), 422);
    t.is(await change({ accessModes: ['ReadWriteMany'] }), 422);
    t.is(await change({ resources: { requests: { storage: '2Gi' } } }), 422);
  },
  'a claim does not grow where no class lets it': async (t, p) => {
    await p.wire.call('POST', claims(p), { body: named('a', CLAIM) });
    await p.wire.call('PATCH', `${claims(p)}/a/status`, { type: MERGE, body: { status: { phase: 'Bound' } } });
    const { code, body } = await p.wire.call('PATCH', `${claims(p)}/a`, {
      type: MERGE,
      body: { spec: { resources: { requests: { storage: '2Gi' } } } },
    });
    t.is(code, 403);
    t.regex(body.message, /only dynamically provisioned pvc can be resized/);
  },
  'a policy that is applied is of the types its rules are of': async (t, p) => {
    const body = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...named('a', { egress: [{}] }) };
    const { body: made } = await p.wire.call('PATCH', `${policies(p)}/a?fieldManager=one`, { type: APPLY, body });
    t.deepEqual(made.spec, { egress: [{}], podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  },
};
