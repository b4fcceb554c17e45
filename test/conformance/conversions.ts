import { APPLY, type Cases, configMap, MERGE, type Place, STRATEGIC } from './fixture.js';
import { BAD, INVALID, type Refusal } from './refusal.js';

const leases = ({ namespace }: Place) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
const lease = (spec: unknown, metadata: unknown = { name: 'a' }) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata,
  spec,
});
const secrets = ({ namespace }: Place) => `/api/v1/namespaces/${namespace}/secrets`;
const LONG = 'x'.repeat(254);

/** Where one look at a request comes before another, or is not taken. */
export const CONVERSION_REFUSALS: Readonly<Record<string, Refusal>> = {
  'an applied number beyond 32 bits, which is cut': {
    method: 'PATCH',
    path: (place) => `${leases(place)}/a?fieldManager=one`,
    call: { type: APPLY, body: lease({ leaseDurationSeconds: 2 ** 31 }) },
    ...INVALID,
    message:
      'Lease.coordination.k8s.io "a" is invalid: spec.leaseDurationSeconds: Invalid value: -2147483648: must be greater than 0',
  },
  'a sent number beyond 32 bits, which is read': {
    method: 'POST',
    path: leases,
    call: { body: lease({ leaseDurationSeconds: 2 ** 31 }) },
    ...BAD,
    message:
      'Lease in version "v1" cannot be handled as a Lease: json: cannot unmarshal number 2147483648 into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32',
  },
  'a misfit in a struct that is part of another': {
    method: 'POST',
    path: ({ namespace }) => `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`,
    call: { body: { metadata: { name: 'a' }, spec: { rules: [{ http: [] }] } } },
    ...BAD,
    message: /into Go struct field IngressRule\.spec\.rules\.IngressRuleValue\.http of type v1\.HTTPIngressRuleValue$/,
  },
  'a limit that is no number beside a selector that is none: the number is told': {
    method: 'GET',
    path: ({ configMaps }) => `${configMaps}?labelSelector=a%20b&limit=`,
    ...BAD,
    message: 'strconv.ParseInt: parsing "": invalid syntax',
  },
  'an applied beginning of a name that is too long for a ConfigMap that exists': {
    method: 'PATCH',
    path: ({ configMaps }) => `${configMaps}/taken?fieldManager=one`,
    call: {
      type: APPLY,
      body: { ...configMap('taken', {}, { generateName: LONG }), apiVersion: 'v1', kind: 'ConfigMap' },
    },
    ...INVALID,
    message: /metadata\.generateName: Invalid value: "x*": must be no more than 253 characters$/,
  },
};

export const CONVERSION_CASES: Cases = {
  'a number beyond 32 bits is cut by a strategic merge patch': async (t, place) => {
    const path = `${leases(place)}/a`;
    await place.wire.call('POST', leases(place), { body: lease({}) });
    const patch = (leaseTransitions: number) =>
      place.wire.call('PATCH', path, { type: STRATEGIC, body: { spec: { leaseTransitions } } });
    t.is<unknown, unknown>((await patch(2 ** 32 + 5)).body.spec.leaseTransitions, 5);
    t.is<unknown, unknown>((await patch(2 ** 63)).body.spec.leaseTransitions, 0);
    const { code, body } = await patch(1.5);
    t.is(code, 422);
    t.regex(body.message, /: cannot convert float64 to int32$/);
  },

  'nobody looks at the beginning of the name of a Lease that exists': async (t, place) => {
    const path = `${leases(place)}/a`;
    await place.wire.call('POST', leases(place), { body: lease({}) });
    const { code, body } = await place.wire.call('PATCH', `${path}?fieldManager=one`, {
      type: APPLY,
      body: lease({}, { name: 'a', generateName: LONG }),
    });
    t.is(code, 200, body.message);
    t.is(body.metadata.generateName, LONG);
  },

  'the type of a Secret stays, and is shown as JSON': async (t, place) => {
    await place.wire.call('POST', secrets(place), { body: { metadata: { name: 'a' } } });
    const { body } = await place.wire.call('PATCH', `${secrets(place)}/a`, { type: MERGE, body: { type: '\u0001<' } });
    t.is(body.message, 'Secret "a" is invalid: type: Invalid value: "\\u0001\\u003c": field is immutable');
  },

  'a deletion of many ends with the first that is refused': async (t, { wire, configMaps }) => {
    for (const name of ['a', 'b']) await wire.call('POST', configMaps, { body: configMap(name) });
    const { body } = await wire.call('GET', `${configMaps}/b`);
    const preconditions = { resourceVersion: body.metadata.resourceVersion };
    const fieldSelector = 'fieldSelector=metadata.name!%3Dkube-root-ca.crt';
    t.is((await wire.call('DELETE', `${configMaps}?${fieldSelector}`, { body: { preconditions } })).code, 409);
    t.is((await wire.call('GET', `${configMaps}/b`)).code, 200);
  },
};
