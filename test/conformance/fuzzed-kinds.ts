import { APPLY, type Cases, MERGE, type Place, STRATEGIC, widget } from './fixture.js';
import { BAD, INVALID, type Refusal } from './refusal.js';
import { createShape, shape, shapes } from './shapes.js';

const leases = ({ namespace }: Place) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
const secrets = ({ namespace }: Place) => `/api/v1/namespaces/${namespace}/secrets`;
const RBAC = 'rbac.authorization.k8s.io/v1';
const roles = ({ namespace }: Place) => `/apis/${RBAC}/namespaces/${namespace}/roles`;
const accounts = ({ namespace }: Place) => `/api/v1/namespaces/${namespace}/serviceaccounts`;
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

/** What `npm run fuzz:api` found of Placement's own kinds and of further built-in ones. */
export const FUZZED_KIND_REFUSALS: Readonly<Record<string, Refusal>> = {
  'metadata of an embedded object that is none': {
    method: 'POST',
    path: shapes,
    call: { body: shape('a', { whole: { ...CONFIG_MAP, metadata: 'x' } }) },
    ...BAD,
    message:
      'Shape in version "v1" cannot be handled as a Shape: spec.whole.metadata: Invalid value: "x": json: cannot unmarshal string into Go value of type v1.ObjectMeta',
  },
  'a label of an embedded object that is a number': {
    method: 'POST',
    path: shapes,
    call: { body: shape('a', { whole: { ...CONFIG_MAP, metadata: { labels: { app: 1 } } } }) },
    ...BAD,
    message:
      'Shape in version "v1" cannot be handled as a Shape: spec.whole.metadata: Invalid value: {"labels":{"app":1}}: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
  },
  'the kind of an embedded object that is a number': {
    method: 'POST',
    path: shapes,
    call: { body: shape('a', { whole: { apiVersion: 'v1', kind: 1 } }) },
    ...BAD,
    message: 'Shape in version "v1" cannot be handled as a Shape: spec.whole.kind: Invalid value: 1: must be a string',
  },
  'a custom object without a name, whose rules are not checked': {
    method: 'POST',
    path: shapes,
    call: { body: { ...shape(''), metadata: null } },
    ...INVALID,
    message: /some validation rules were not checked/,
    causes: ['<nil>', 'metadata.name'],
  },
  'a patch of a custom object that misfits and names another: the misfit is told': {
    method: 'PATCH',
    path: ({ widgets }: Place) => `${widgets}/taken`,
    call: { type: MERGE, body: { metadata: { name: 'other', annotations: { x: 1 } } } },
    ...INVALID,
    message: /json: cannot unmarshal number into Go struct field ObjectMeta\.annotations of type string$/,
  },
  'a wrong status, of which the message tells the place from the status on': {
    method: 'PATCH',
    path: ({ widgets }: Place) => `${widgets}/taken/status`,
    call: { type: MERGE, body: { status: { conditions: [{ type: 1 }] } } },
    ...INVALID,
    message:
      'Widget.contract.example.com "taken" is invalid: status.conditions[0].type: Invalid value: "integer": conditions[0].type in body must be of type string: "integer"',
    causes: ['status.conditions[0].type'],
  },
  'an applied configuration that is no map where one is declared': {
    method: 'PATCH',
    path: ({ widgets }: Place) => `${widgets}/taken?fieldManager=one`,
    call: { type: APPLY, body: widget('taken', { parts: { '-': null } }) },
    code: 500,
    reason: '',
    message: /: \.spec\.parts: expected list, got &\{map\[-:<nil>\]\}$/,
  },
  'a secret whose type is a number': {
    method: 'POST',
    path: secrets,
    call: { body: { metadata: { name: 's' }, type: 1 } },
    ...BAD,
    message:
      'Secret in version "v1" cannot be handled as a Secret: json: cannot unmarshal number into Go struct field Secret.type of type v1.SecretType',
  },
  'a time that is a number': {
    method: 'POST',
    path: ({ configMaps }: Place) => configMaps,
    call: { body: { metadata: { name: 'c', creationTimestamp: 7 } } },
    ...BAD,
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string',
  },
  'a value of the wrong type before a time that cannot be read: the time is told': {
    method: 'POST',
    path: leases,
    call: { body: { metadata: ['l'], spec: { holderIdentity: 1, renewTime: 'yesterday' } } },
    ...BAD,
    message: /: parsing time "yesterday" as "2006-01-02T15:04:05\.000000Z07:00": cannot parse "yesterday" as "2006"$/,
  },
  'a strategic merge patch that makes a time a number': {
    method: 'PATCH',
    path: ({ configMaps }: Place) => `${configMaps}/taken`,
    call: { type: STRATEGIC, body: { metadata: { creationTimestamp: 7 } } },
    ...INVALID,
    message: /: json: cannot unmarshal number into Go value of type string$/,
  },
  'a role for a path, of names': {
    method: 'POST',
    path: roles,
    call: {
      body: { metadata: { name: 'r' }, rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], resourceNames: ['a'] }] },
    },
    ...INVALID,
    message: /namespaced rules cannot apply to non-resource URLs.*rules cannot apply to both regular resources/,
    causes: ['rules[0].nonResourceURLs', 'rules[0].nonResourceURLs'],
  },
  'a binding to a service account of a group, and to a role whose name is a path': {
    method: 'POST',
    path: ({ namespace }: Place) => `/apis/${RBAC}/namespaces/${namespace}/rolebindings`,
    call: {
      body: {
        metadata: { name: 'b' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a/b' },
        subjects: [{ kind: 'ServiceAccount', name: 'a', apiGroup: 'rbac.authorization.k8s.io' }],
      },
    },
    ...INVALID,
    message: /^RoleBinding\.rbac\.authorization\.k8s\.io "b" is invalid: /,
    causes: ['roleRef.name', 'subjects[0].apiGroup'],
  },
};

export const FUZZED_KIND_CASES: Cases = {
  'the rules of a role are null when there are none, and owned by who said so': async (t, p) => {
    const make = (name: string, rest: object) =>
      p.wire.call('POST', roles(p), { body: { metadata: { name }, ...rest } });
    const { body: silent } = await make('silent', {});
    t.like(silent, { rules: null });
    t.deepEqual(silent.metadata.managedFields ?? [], []);
    const { body: empty } = await make('empty', { rules: [] });
    t.like(empty, { rules: null });
    t.is(empty.metadata.managedFields?.length, 1);
  },
  'who takes the rules of a role away owns that there are none': async (t, p) => {
    const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
    await p.wire.call('POST', `${roles(p)}?fieldManager=maker`, { body: { metadata: { name: 'r' }, rules } });
    const { body } = await p.wire.call('PATCH', `${roles(p)}/r?fieldManager=taker`, {
      type: MERGE,
      body: { rules: null },
    });
    t.like(body, { rules: null });
    t.deepEqual(
      body.metadata.managedFields?.map(({ manager }) => manager),
      ['taker'],
    );
  },
  'a list of roles without any has no rows': async (t, p) => {
    const { body } = await p.wire.call('GET', roles(p), { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    t.is<unknown, unknown>(body.rows, null);
  },
  'secrets of a service account that have no name cost it its field owners': async (t, p) => {
    const { body } = await p.wire.call('POST', accounts(p), { body: { metadata: { name: 'a' }, secrets: [{}] } });
    t.like(body, { secrets: [{}] });
    t.deepEqual(body.metadata.managedFields ?? [], []);
  },
  'a dry run of a deletion answers with the object as it is': async (t, p) => {
    await p.wire.call('POST', accounts(p), { body: { metadata: { name: 'a' } } });
    const { body } = await p.wire.call('DELETE', `${accounts(p)}/a?dryRun=All`);
    t.is(body.kind, 'ServiceAccount');
    t.is(body.metadata.deletionTimestamp, undefined);
  },
  'a dry run of an update that would create an object gives back the version it was sent': async (t, p) => {
    const body = { metadata: { name: 'new', resourceVersion: '7' } };
    const { code, body: shown } = await p.wire.call('PUT', `${leases(p)}/new?dryRun=All`, { body });
    t.is(code, 201);
    t.is(shown.metadata.resourceVersion, '7');
  },
  'an empty list of owners changes nothing of a custom object': async (t, { wire, widgets }) => {
    const { body: made } = await wire.call('POST', widgets, { body: widget('a') });
    const { body } = await wire.call('PATCH', `${widgets}/a`, {
      type: MERGE,
      body: { metadata: { managedFields: [] } },
    });
    t.deepEqual(body.metadata, made.metadata);
  },
  'a map that is applied empty after it held something is a null, and refused': async (t, p) => {
    const apply = (numbers: object) =>
      p.wire.call('PATCH', `${shapes(p)}/a?fieldManager=one`, { type: APPLY, body: shape('a', { numbers }) });
    t.is((await apply({ one: 1 })).code, 201);
    const { code, body } = await apply({});
    t.is(code, 422);
    t.regex(body.message, /spec\.numbers in body must be of type object: "null"/);
  },
  'a merge patch takes nulls out of the objects of a list, unless the list replaces an object': async (t, p) => {
    await createShape(p, { any: { replaced: {} } });
    const spec = { any: { list: [{ a: null }, null], replaced: [{ a: null }] } };
    const { body } = await p.wire.call('PATCH', `${shapes(p)}/a`, { type: MERGE, body: { spec } });
    t.deepEqual(body.spec.any, { list: [{}, null], replaced: [{ a: null }] });
  },
  'what stands twice in a configuration is told only when it can be applied': async (t, { wire, widgets }) => {
    const apply = (body: string) => wire.call('PATCH', `${widgets}/a?fieldManager=one`, { type: APPLY, body });
    const refused = await apply('{"metadata":{"name":"a"},"metadata":{"name":"a"}}');
    t.is(refused.code, 400);
    t.is(refused.headers.warning, undefined);
    const text = JSON.stringify(widget('a'));
    const { code, headers } = await apply(text.replace('"spec"', '"kind":"Widget","spec"'));
    t.is(code, 201);
    t.regex(String(headers.warning), /key \\"kind\\" already set in map/);
  },
  'what a finalizer might be called is told only when the object is taken': async (t, { wire, widgets }) => {
    const bad = await wire.call('POST', widgets, { body: widget('a', { size: 0 }, { finalizers: ['plain'] }) });
    t.is(bad.code, 422);
    t.is(bad.headers.warning, undefined);
    const good = await wire.call('POST', `${widgets}?dryRun=All`, { body: widget('a', {}, { finalizers: ['plain'] }) });
    t.regex(String(good.headers.warning), /prefer a domain-qualified finalizer name/);
  },
};
