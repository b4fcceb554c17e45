import { APPLY, type Cases, configMap, JSON_PATCH, MERGE, type Place, widget } from './fixture.js';
import { BAD, INVALID, type Refusal } from './refusal.js';

const ABSENT = { code: 404, reason: 'NotFound' } as const;
const RBAC = 'rbac.authorization.k8s.io';
const leases = (namespace: string) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

/** What `npm run fuzz:api` found to be answered differently once. */
export const FUZZED_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a patch of an absent object, which nobody reads': {
    method: 'PATCH',
    path: ({ configMaps }: Place) => `${configMaps}/none`,
    call: { body: '{', type: MERGE },
    ...ABSENT,
    message: 'configmaps "none" not found',
  },
  'an update with a misfit and a wrong name: the misfit is told': {
    method: 'PUT',
    path: ({ configMaps }: Place) => `${configMaps}/taken`,
    call: { body: { ...configMap('other'), data: 0 } },
    ...BAD,
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string',
  },
  'binary data that is no base64': {
    method: 'POST',
    path: ({ configMaps }: Place) => configMaps,
    call: { body: { ...configMap('b'), binaryData: { k: 'AQI' } } },
    ...BAD,
    message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: illegal base64 data at input byte 0',
  },
  'a creation time that is none': {
    method: 'POST',
    path: ({ widgets }: Place) => widgets,
    call: { body: widget('b', {}, { creationTimestamp: 'x' }) },
    ...BAD,
    message:
      'Widget in version "v1" cannot be handled as a Widget: parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
  },
  'an update of a collection of custom objects': {
    method: 'PUT',
    path: ({ widgets }: Place) => widgets,
    call: { body: {} },
    ...BAD,
    message: 'name must be provided',
  },
  'a taken name beside a generateName': {
    method: 'POST',
    path: ({ configMaps }: Place) => configMaps,
    call: { body: configMap('taken', {}, { generateName: 'gen-' }) },
    code: 409,
    reason: 'AlreadyExists',
    message: 'configmaps "taken" already exists, the server was not able to generate a unique name for the object',
  },
  'an applied new object with a foreign uid and a misfit: the misfit is told': {
    method: 'PATCH',
    path: ({ configMaps }: Place) => `${configMaps}/new?fieldManager=one`,
    call: {
      type: APPLY,
      body: {
        ...configMap('new', {}, { uid: '00000000-0000-4000-8000-000000000000' }),
        binaryData: { k: '!' },
      },
    },
    code: 500,
    reason: '',
    message: /unable to convert unstructured object to \/v1, Kind=ConfigMap: .*illegal base64 data at input byte 0$/,
  },
  'a JSON patch that takes the name and makes a misfit: the misfit is told': {
    method: 'PATCH',
    path: ({ configMaps }: Place) => `${configMaps}/taken`,
    call: { type: JSON_PATCH, body: [{ op: 'move', from: '/metadata/name', path: '/data' }] },
    ...INVALID,
    message: /json: cannot unmarshal string into Go struct field ConfigMap\.data of type map\[string\]string$/,
  },
  'a JSON patch that moves something over the whole object': {
    method: 'PATCH',
    path: ({ configMaps }: Place) => `${configMaps}/taken`,
    call: { type: JSON_PATCH, body: [{ op: 'move', from: '/metadata', path: '' }] },
    ...INVALID,
    message: 'the server rejected our request due to an error in our request',
  },
  'a JSON patch that is no list, where unknown fields are ignored': {
    method: 'PATCH',
    path: ({ configMaps }: Place) => `${configMaps}/taken?fieldValidation=Ignore`,
    call: { type: JSON_PATCH, body: {} },
    ...BAD,
    message: 'json: cannot unmarshal object into Go value of type jsonpatch.Patch',
  },
  'a page nobody began, beside a version': {
    method: 'GET',
    path: ({ configMaps }: Place) => `${configMaps}?resourceVersion=x&continue=e30`,
    ...BAD,
    message: 'invalid continue token: continue key is not valid: server does not recognize this encoded version ',
  },
  'options of a deletion of another type': {
    method: 'DELETE',
    path: ({ configMaps }: Place) => `${configMaps}/taken`,
    call: { body: { dryRun: 'All' } },
    ...BAD,
    message: 'json: cannot unmarshal string into Go struct field DeleteOptions.dryRun of type []string',
  },
  'a new custom object with another kind and a generated name': {
    method: 'POST',
    path: ({ widgets }: Place) => widgets,
    call: { body: { ...widget(''), kind: 'Odd', metadata: { generateName: 'gen-' } } },
    ...INVALID,
    message: /^Odd\.contract\.example\.com "gen-[a-z0-9]{5}" is invalid: kind: Invalid value: "Odd": must be Widget$/,
    causes: ['kind'],
  },
  'a binding to a service account with a name that is none': {
    method: 'POST',
    path: ({ namespace }: Place) => `/apis/${RBAC}/v1/namespaces/${namespace}/rolebindings`,
    call: {
      body: {
        metadata: { name: 'b' },
        roleRef: { apiGroup: RBAC, kind: 'Role', name: 'r' },
        subjects: [{ kind: 'ServiceAccount', name: 'Bad_Name' }],
      },
    },
    ...INVALID,
    message:
      /^RoleBinding\.rbac\.authorization\.k8s\.io "b" is invalid: subjects\[0\]\.name: Invalid value: "Bad_Name": a lower/,
    causes: ['subjects[0].name'],
  },
  'an update that would create a lease, of a uid': {
    method: 'PUT',
    path: ({ namespace }: Place) => `${leases(namespace)}/none`,
    call: { body: { metadata: { name: 'none', uid: 'x' } } },
    code: 409,
    reason: 'Conflict',
    message: /Precondition failed: UID in precondition: x, UID in object meta: $/,
  },
  'a JSON patch that makes the name of a custom object an object': {
    method: 'PATCH',
    path: ({ widgets }: Place) => `${widgets}/taken`,
    call: { type: JSON_PATCH, body: [{ op: 'replace', path: '/metadata/name', value: {} }] },
    ...INVALID,
    message: /"name\\":\{\}.*: json: cannot unmarshal object into Go struct field ObjectMeta\.name of type string$/,
  },
  'a JSON patch that makes two misfits: the one that is first in the alphabet is told': {
    method: 'PATCH',
    path: ({ configMaps }: Place) => `${configMaps}/taken`,
    call: { type: MERGE, body: { metadata: { finalizers: 1 }, data: 7 } },
    ...INVALID,
    message: /json: cannot unmarshal number into Go struct field ConfigMap\.data of type map\[string\]string$/,
  },
  'a list with options that do not go together, by a field nobody can select by: the options are told': {
    method: 'GET',
    path: ({ widgets }: Place) => `${widgets}?fieldSelector=spec.none%3D1&resourceVersionMatch=Exact`,
    ...INVALID,
    message: /^ListOptions\.meta\.k8s\.io "" is invalid: resourceVersionMatch: Forbidden/,
  },
  'a custom object without a kind, where unknown fields are ignored': {
    method: 'POST',
    path: ({ widgets }: Place) => `${widgets}?fieldValidation=Ignore`,
    call: { body: { ...widget('b'), kind: null } },
    ...BAD,
    message: /^Widget in version "v1" cannot be handled as a Widget: Object 'Kind' is missing in '.*'$/,
  },
  'an update without a name for another namespace: the namespace is told': {
    method: 'PUT',
    path: ({ configMaps }: Place) => `${configMaps}/taken`,
    call: { body: { metadata: { namespace: 'default' } } },
    ...BAD,
    message: 'the namespace of the provided object does not match the namespace sent on the request',
  },
  'an applied misfit for another name: the misfit is told': {
    method: 'PATCH',
    path: ({ widgets }: Place) => `${widgets}/taken?fieldManager=one`,
    call: { type: APPLY, body: { ...widget('other'), surplus: 1 } },
    code: 500,
    reason: '',
    message:
      /^failed to create typed patch object \(\/other; .*Kind=Widget\): \.surplus: field not declared in schema$/,
  },
  'an applied new object without a name': {
    method: 'PATCH',
    path: ({ widgets }: Place) => `${widgets}/new?fieldManager=one`,
    call: { type: APPLY, body: { ...widget('new'), metadata: {} } },
    ...BAD,
    message: 'the name of the object (new based on URL) was undeterminable: name must be provided',
  },
  'a lease that tells a time without microseconds': {
    method: 'POST',
    path: ({ namespace }: Place) => leases(namespace),
    call: { body: { metadata: { name: 'b' }, spec: { renewTime: '2001-01-01T00:00:00Z' } } },
    ...BAD,
    message:
      'Lease in version "v1" cannot be handled as a Lease: parsing time "2001-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  },
};

export const FUZZED_CASES: Cases = {
  'an update that takes the last finalizer of what is being deleted is answered with the version it ended': async (
    t,
    { wire, configMaps },
  ) => {
    await wire.call('POST', configMaps, { body: configMap('a', {}, { finalizers: ['example.com/hold'] }) });
    const { body: marked } = await wire.call('DELETE', `${configMaps}/a`);
    const { code, body } = await wire.call('PUT', `${configMaps}/a`, { body: configMap('a') });
    t.is(code, 200);
    t.is(body.metadata.resourceVersion, marked.metadata.resourceVersion);
  },
  'a finalizer may stand twice': async (t, { wire, configMaps }) => {
    const finalizers = ['example.com/hold', 'example.com/hold'];
    const { code, body } = await wire.call('POST', configMaps, { body: configMap('twice', {}, { finalizers }) });
    t.is(code, 201);
    t.deepEqual(body.metadata.finalizers, finalizers);
  },
  'a patch that is refused for the name it leaves has its unknown fields told': async (t, { wire, configMaps }) => {
    await wire.call('POST', configMaps, { body: configMap('a') });
    const body = [
      { op: 'add', path: '/surplus', value: 1 },
      { op: 'remove', path: '/metadata/name' },
    ];
    const { code, headers } = await wire.call('PATCH', `${configMaps}/a`, { type: JSON_PATCH, body });
    t.is(code, 400);
    t.regex(headers.warning ?? '', /unknown field \\"surplus\\"/);
  },
  'what is applied need not name the object that exists': async (t, { wire, widgets }) => {
    await wire.call('POST', widgets, { body: widget('a') });
    const body = { ...widget('', { colour: 'green' }), metadata: {} };
    const { code, body: after } = await wire.call('PATCH', `${widgets}/a?fieldManager=one&force=true`, {
      type: APPLY,
      body,
    });
    t.is(code, 200);
    t.is(after.metadata.name, 'a');
  },
  'a map of a custom object whose members are applied no more cannot be applied as empty': async (
    t,
    { wire, widgets },
  ) => {
    const apply = (free: object) =>
      wire.call('PATCH', `${widgets}/a?fieldManager=one`, { type: APPLY, body: widget('a', { free }) });
    t.is((await apply({ a: 1 })).code, 201);
    const { code, body } = await apply({});
    t.is(code, 422);
    t.regex(body.message, /spec\.free: Invalid value: "null": spec\.free in body must be of type object: "null"$/);
  },
  'an applied body that says something twice is refused for its type first, without a warning': async (
    t,
    { wire, configMaps },
  ) => {
    const body = '{"metadata":{"name":"a","name":"a"}}';
    const { code, headers } = await wire.call('PATCH', `${configMaps}/a?fieldManager=one`, { type: APPLY, body });
    t.is(code, 400);
    t.is(headers.warning, undefined);
  },
  'a status written beside a spec that cannot be read costs the object its field owners': async (
    t,
    { wire, widgets },
  ) => {
    const made = await wire.call('POST', widgets, { body: widget('a') });
    t.is(made.body.metadata.managedFields?.length, 1);
    const body = [{ op: 'add', path: '/spec/parts', value: {} }];
    const { code, body: after } = await wire.call('PATCH', `${widgets}/a/status`, { type: JSON_PATCH, body });
    t.is(code, 200);
    t.deepEqual(after.metadata.managedFields ?? [], []);
  },
  'a list of one name has one page': async (t, { wire, widgets }) => {
    for (const name of ['a', 'b']) await wire.call('POST', widgets, { body: widget(name) });
    const { body } = await wire.call('GET', `${widgets}?fieldSelector=metadata.name%3Da&limit=1`);
    t.is(body.items.length, 1);
    t.falsy(body.metadata.continue);
  },
  'an update that creates an object does not look at its version': async (t, { wire, namespace }) => {
    const body = { metadata: { name: 'new', resourceVersion: '1' } };
    const { code } = await wire.call('PUT', `${leases(namespace)}/new`, { body });
    t.is(code, 201);
  },
  'an empty spec of a built-in kind is owned by nobody': async (t, { wire, namespace }) => {
    const { body } = await wire.call('POST', leases(namespace), { body: { metadata: { name: 'idle' }, spec: {} } });
    t.deepEqual(body.metadata.managedFields ?? [], []);
  },
  'a null among structs of a built-in kind is an empty one': async (t, { wire, namespace }) => {
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    const { code } = await wire.call('POST', accounts, { body: { metadata: { name: 'null' }, secrets: [null] } });
    t.is(code, 201);
  },
  'a secret of the empty type is opaque': async (t, { wire, namespace }) => {
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;
    const { body } = await wire.call('POST', secrets, { body: { metadata: { name: 'plain' }, type: '' } });
    t.like(body, { type: 'Opaque' });
  },
  'a service account that was deleted is the answer': async (t, { wire, namespace }) => {
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await wire.call('POST', accounts, { body: { metadata: { name: 'gone' } } });
    const { body } = await wire.call('DELETE', `${accounts}/gone`);
    t.is(body.kind, 'ServiceAccount');
    t.is(body.metadata.name, 'gone');
  },
};
