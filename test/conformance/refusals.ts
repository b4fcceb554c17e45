import { configMap, widget } from './fixture.js';
import { BAD, get, INVALID, post, put, type Refusal } from './refusal.js';

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

export const REFUSALS: Readonly<Record<string, Refusal>> = {
  'an object of more bytes than etcd takes': post(widget('new', { free: { text: 'x'.repeat(1_700_000) } }), {
    code: 500,
    reason: '',
    message: 'etcdserver: request is too large',
  }),
  'a patch that makes an object of more bytes than etcd takes': {
    method: 'PATCH',
    path: ({ widgets }) => `${widgets}/taken`,
    call: { body: { spec: { free: { text: 'x'.repeat(1_700_000) } } }, type: 'application/merge-patch+json' },
    code: 500,
    reason: '',
    message: 'etcdserver: request is too large',
  },
  'an absent object': get(({ widgets }) => `${widgets}/none`, {
    code: 404,
    reason: 'NotFound',
    message: 'widgets.contract.example.com "none" not found',
  }),
  'an absent object of core': get(({ configMaps }) => `${configMaps}/none`, {
    code: 404,
    reason: 'NotFound',
    message: 'configmaps "none" not found',
  }),
  'a resource nobody serves': get(() => '/api/v1/gadgets', {
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  }),
  'a version nobody serves': get(() => '/apis/apps/v9', {
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  }),
  'an object of no namespace': get(() => '/api/v1/configmaps/taken', {
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  }),
  'a cluster-wide object in a namespace': get(({ namespace }) => `/api/v1/namespaces/${namespace}/nodes`, {
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  }),
  'a second object with the name': post(widget('taken'), {
    code: 409,
    reason: 'AlreadyExists',
    message: 'widgets.contract.example.com "taken" already exists',
  }),
  'a bad name': post(widget('Bad_Name'), {
    ...INVALID,
    message: `Widget.contract.example.com "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": ${SUBDOMAIN}`,
    causes: ['metadata.name'],
  }),
  'no name': post(widget(''), {
    ...INVALID,
    message:
      'Widget.contract.example.com "" is invalid: metadata.name: Required value: name or generateName is required',
    causes: ['metadata.name'],
  }),
  'a label that is none': post(widget('a', {}, { labels: { 'a b': 'x' } }), {
    ...INVALID,
    message: /metadata\.labels: Invalid value: "a b": name part must consist of alphanumeric characters/,
    causes: ['metadata.labels'],
  }),
  'a value out of bounds and a missing one': post(
    { ...widget('a'), spec: { name: 'TOOLONG' } },
    {
      ...INVALID,
      message: /^Widget\.contract\.example\.com "a" is invalid: \[.*\]$/,
      causes: ['spec.size', 'spec.name'],
    },
  ),
  'a value of the wrong type': post(widget('a', { size: 'big' }), {
    ...INVALID,
    message:
      'Widget.contract.example.com "a" is invalid: spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    causes: ['spec.size'],
  }),
  'a value that is not listed': post(widget('a', { colour: 'blue' }), {
    ...INVALID,
    message:
      'Widget.contract.example.com "a" is invalid: spec.colour: Unsupported value: "blue": supported values: "red", "green"',
    causes: ['spec.colour'],
  }),
  'metadata of the wrong type': post(widget('a', {}, { labels: { x: 1 } }), {
    ...BAD,
    message: /Widget in version "v1" cannot be handled as a Widget: .*labels/,
  }),
  'an unknown field under strict validation': post(
    widget('a', { typo: 1, colr: 2 }),
    {
      ...BAD,
      message:
        'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.colr", unknown field "spec.typo"',
    },
    '?fieldValidation=Strict',
  ),
  'a field twice under strict validation': post(
    '{"apiVersion":"contract.example.com/v1","kind":"Widget","metadata":{"name":"a"},"spec":{"size":1,"size":2}}',
    {
      ...BAD,
      message:
        'Widget in version "v1" cannot be handled as a Widget: strict decoding error: duplicate field "spec.size"',
    },
    '?fieldValidation=Strict',
  ),
  'a body that is no JSON': post('{"metadata":', { ...BAD, message: /json parse error/ }),
  'another namespace than the URL says': post(widget('a', {}, { namespace: 'other' }), {
    ...BAD,
    message: 'the namespace of the provided object does not match the namespace sent on the request',
  }),
  'an unknown field validation': post(
    widget('a'),
    { ...INVALID, message: /fieldValidation: Unsupported value/ },
    '?fieldValidation=Maybe',
  ),
  'an update of a stale version': put(widget('taken', { size: 4 }, { resourceVersion: '1' }), {
    code: 409,
    reason: 'Conflict',
    message:
      'Operation cannot be fulfilled on widgets.contract.example.com "taken": the object has been modified; please apply your changes to the latest version and try again',
  }),
  'an update without a version': put(widget('taken', { size: 4 }), {
    ...INVALID,
    message:
      'widgets.contract.example.com "taken" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    causes: ['metadata.resourceVersion'],
  }),
  'an update with another name': put(widget('other'), {
    ...BAD,
    message: 'the name of the object (other) does not match the name on the URL (taken)',
  }),
  'an update with another uid': put(widget('taken', {}, { uid: 'other' }), {
    code: 409,
    reason: 'Conflict',
    message:
      /^Operation cannot be fulfilled on widgets\.contract\.example\.com "taken": StorageError: invalid object, Code: 4, Key: \/registry\/contract\.example\.com\/widgets\/contract-\w+\/taken, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: [-0-9a-f]{36}$/,
  }),
  'an update of an absent object': {
    method: 'PUT',
    path: ({ configMaps }) => `${configMaps}/none`,
    call: { body: configMap('none') },
    code: 404,
    reason: 'NotFound',
    message: 'configmaps "none" not found',
  },
  'a patch of a type nobody knows': {
    method: 'PATCH',
    path: ({ widgets }) => `${widgets}/taken`,
    call: { body: {}, type: 'application/x-patch' },
    code: 415,
    reason: 'UnsupportedMediaType',
    message:
      /the body of the request was in an unknown format - accepted media types include: application\/json-patch\+json/,
  },
  'an apply without a manager': {
    method: 'PATCH',
    path: ({ widgets }) => `${widgets}/taken`,
    call: { body: widget('taken'), type: 'application/apply-patch+yaml' },
    ...INVALID,
    message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  },
  'an apply with a field nobody declared': {
    method: 'PATCH',
    path: ({ widgets }) => `${widgets}/taken?fieldManager=m`,
    call: { body: widget('taken', { typo: 1 }), type: 'application/apply-patch+yaml' },
    code: 500,
    reason: '',
    message:
      /failed to create typed patch object \(.*\/taken; contract\.example\.com\/v1, Kind=Widget\): \.spec\.typo: field not declared in schema/,
  },
  'a patch that leaves no valid object': {
    method: 'PATCH',
    path: ({ widgets }) => `${widgets}/taken`,
    call: { body: { spec: { size: 99 } }, type: 'application/merge-patch+json' },
    ...INVALID,
    message:
      'Widget.contract.example.com "taken" is invalid: spec.size: Invalid value: 99: spec.size in body should be less than or equal to 10',
    causes: ['spec.size'],
  },
  'a patch that brings an unknown field under strict validation': {
    method: 'PATCH',
    path: ({ widgets }) => `${widgets}/taken?fieldValidation=Strict`,
    call: { body: { spec: { typo: 1 } }, type: 'application/merge-patch+json' },
    ...INVALID,
    message:
      /^ "" is invalid: patch: Invalid value: "\{.*typo.*\}": strict decoding error: unknown field "spec\.typo"$/,
    causes: ['patch'],
  },
  'a strategic patch that brings an unknown field under strict validation': {
    method: 'PATCH',
    path: ({ configMaps }) => `${configMaps}/taken?fieldValidation=Strict`,
    call: { body: { typo: { b: [1, 'x'], a: null } }, type: 'application/strategic-merge-patch+json' },
    ...INVALID,
    message:
      ' "" is invalid: patch: Invalid value: "map[typo:map[b:[1 x]]]": strict decoding error: unknown field "typo"',
    causes: ['patch'],
  },
  'a patch of the wrong type': {
    method: 'PATCH',
    path: ({ configMaps }) => `${configMaps}/taken`,
    call: { body: { data: [1] }, type: 'application/merge-patch+json' },
    ...INVALID,
    message:
      /^ "" is invalid: patch: Invalid value: "\{.*\}": json: cannot unmarshal array into Go struct field ConfigMap\.data of type map\[string\]string$/,
    causes: ['patch'],
  },
  'a deletion that names another uid': {
    method: 'DELETE',
    path: ({ widgets }) => `${widgets}/taken`,
    call: { body: { preconditions: { uid: 'other' } } },
    code: 409,
    reason: 'Conflict',
    message:
      /^Operation cannot be fulfilled on Widget\.contract\.example\.com "taken": the UID in the precondition \(other\) does not match the UID in record \(.*\)\. The object might have been deleted and then recreated$/,
  },
  'a label selector that is none': get(({ widgets }) => `${widgets}?labelSelector=a%20b%20c`, {
    ...BAD,
    message: /^unable to parse requirement: /,
  }),
  'a field selector nobody supports': get(({ widgets }) => `${widgets}?fieldSelector=spec.size%3D1`, {
    ...BAD,
    message: /field label not supported: spec\.size/,
  }),
  'a continue token that is none': get(({ widgets }) => `${widgets}?continue=xyz`, {
    ...BAD,
    message: /continue key is not valid/,
  }),
  'a list of the future': get(({ widgets }) => `${widgets}?resourceVersion=999999999&resourceVersionMatch=Exact`, {
    code: 504,
    reason: 'Timeout',
    message: /^Timeout: Too large resource version: 999999999, current: \d+$/,
  }),
  'a resourceVersionMatch without a version': get(({ widgets }) => `${widgets}?resourceVersionMatch=Exact`, {
    ...INVALID,
    message: /resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided/,
  }),
  'an update that sets the time of deletion': {
    method: 'PUT',
    path: ({ configMaps }) => `${configMaps}/taken`,
    call: { body: configMap('taken', {}, { deletionTimestamp: '2020-01-01T00:00:00Z' }) },
    ...INVALID,
    message:
      'ConfigMap "taken" is invalid: metadata.deletionTimestamp: Invalid value: "2020-01-01T00:00:00Z": field is immutable',
  },
  'an eviction of another pod than the URL names': {
    method: 'POST',
    path: ({ namespace }) => `/api/v1/namespaces/${namespace}/pods/none/eviction`,
    call: { body: { metadata: { name: 'other' } } },
    ...BAD,
    message: 'name in URL does not match name in Eviction object',
  },
  'an eviction of a pod that is not there': {
    method: 'POST',
    path: ({ namespace }) => `/api/v1/namespaces/${namespace}/pods/none/eviction`,
    call: { body: { metadata: { name: 'none' } } },
    code: 404,
    reason: 'NotFound',
    message: 'pods "none" not found',
  },
  'a method a resource does not have': {
    method: 'POST',
    path: ({ configMaps }) => `${configMaps}/taken`,
    call: { body: {} },
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
  },
  'a body over three megabytes': post(widget('a', { free: { text: 'x'.repeat(3 * 1024 * 1024) } }), {
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: /^Request entity too large: limit is 3145728$/,
  }),
};
