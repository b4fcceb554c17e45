import { type Cases, MERGE, type Place } from './fixture.js';

const services = ({ namespace }: Place) => `/api/v1/namespaces/${namespace}/services`;
const budgets = ({ namespace }: Place) => `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
const policies = ({ namespace }: Place) => `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;

/** Built-in kinds are Go types to Kubernetes, and have no more members than those, and no fewer. */
export const ZERO_VALUE_CASES: Cases = {
  'zeros that mean nothing are not kept': async (t, p) => {
    const ports = [{ port: 80, name: '', nodePort: 0 }];
    const spec = { ports, externalName: '', publishNotReadyAddresses: false, sessionAffinity: '', clusterIP: 'None' };
    const { body } = await p.wire.call('POST', services(p), { body: { metadata: { name: 'a' }, spec } });
    t.deepEqual(body.spec.ports, [{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    t.is(body.spec.sessionAffinity, 'None');
    t.false('externalName' in body.spec);
    t.false('publishNotReadyAddresses' in body.spec);
  },
  'zeros that mean something are kept': async (t, p) => {
    const spec = { maxUnavailable: 0, selector: {} };
    const { body } = await p.wire.call('POST', budgets(p), { body: { metadata: { name: 'a' }, spec } });
    t.deepEqual(body.spec, { maxUnavailable: 0, selector: {} });
    t.deepEqual(body.status, { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 });
  },
  'what a type always has comes back when it is taken away': async (t, p) => {
    const spec = { podSelector: { matchLabels: { a: 'b' } } };
    await p.wire.call('POST', policies(p), { body: { metadata: { name: 'a' }, spec } });
    const { body } = await p.wire.call('PATCH', `${policies(p)}/a?fieldManager=taker`, {
      type: MERGE,
      body: { spec: { podSelector: null } },
    });
    t.deepEqual(body.spec, { podSelector: {}, policyTypes: ['Ingress'] });
    t.deepEqual(body.metadata.managedFields.at(-1)?.fieldsV1, { 'f:spec': { 'f:podSelector': {} } });
  },
};
