import { configMap, MERGE, type Place, widget } from './fixture.js';
import { BAD, INVALID, post, put, type Refusal } from './refusal.js';

const create = (metadata: object, rest: Omit<Refusal, 'method' | 'path' | 'call'>): Refusal => ({
  method: 'POST',
  path: ({ configMaps }) => configMaps,
  call: { body: { metadata: { name: 'b', ...metadata } } },
  ...rest,
});

const change = (
  path: (place: Place) => string,
  body: object,
  rest: Omit<Refusal, 'method' | 'path' | 'call'>,
): Refusal => ({ method: 'PATCH', path, call: { body, type: MERGE }, ...rest });

const theConfigMap = ({ configMaps }: Place): string => `${configMaps}/taken`;
const theWidget = ({ widgets }: Place): string => `${widgets}/taken`;

const owners = (...references: object[]) => ({ ownerReferences: references });
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u' };
const invalid = (message: string | RegExp, ...causes: string[]) => ({ ...INVALID, message, causes });
const long = (length: number): string => 'a'.repeat(length);
const DOUBT =
  'Operation cannot be fulfilled on configmaps "taken": the object has been modified; please apply your changes to the latest version and try again';

/** `taken` exists as a Widget and as a ConfigMap. */
export const METADATA_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a name of 254 characters': create(
    { name: long(254) },
    invalid(/: must be no more than 253 characters$/, 'metadata.name'),
  ),
  'a namespace of 64 characters, which is a label too': {
    method: 'POST',
    path: () => '/api/v1/namespaces',
    call: { body: { metadata: { name: long(64) } } },
    ...invalid(
      /metadata\.name: .* no more than 63 characters, metadata\.labels: .* no more than 63 bytes\]$/,
      'metadata.name',
      'metadata.labels',
    ),
  },
  'a namespace with dots': {
    method: 'POST',
    path: () => '/api/v1/namespaces',
    call: { body: { metadata: { name: 'a.b' } } },
    ...invalid(
      'Namespace "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots',
      'metadata.name',
    ),
  },
  'a label of 64 bytes': create(
    { labels: { x: long(64) } },
    invalid(
      `ConfigMap "b" is invalid: metadata.labels: Invalid value: "${long(64)}": must be no more than 63 bytes`,
      'metadata.labels',
    ),
  ),
  'a label key with a prefix that is no domain': create(
    { labels: { 'A_b/x': 'a' } },
    invalid(/Invalid value: "A_b\/x": prefix part a lowercase RFC 1123 subdomain must/, 'metadata.labels'),
  ),
  'a label key without a name': create(
    { labels: { 'a/': 'a' } },
    invalid(
      /^ConfigMap "b" is invalid: \[.*"a\/": name part must be non-empty, .*\]$/,
      'metadata.labels',
      'metadata.labels',
    ),
  ),
  'annotations of more than 256 KiB': create(
    { annotations: { a: long(256 * 1024) } },
    invalid(
      'ConfigMap "b" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes',
      'metadata.annotations',
    ),
  ),
  'a finalizer without a domain on a built-in object': create(
    { finalizers: ['hold'] },
    invalid(
      'ConfigMap "b" is invalid: metadata.finalizers[0]: Invalid value: "hold": name is neither a standard finalizer name nor is it fully qualified',
      'metadata.finalizers[0]',
    ),
  ),
  'both orphaning and foreground deletion': create(
    { finalizers: ['orphan', 'foregroundDeletion'] },
    invalid(/finalizer orphan and foregroundDeletion cannot be both set$/, 'metadata.finalizers'),
  ),
  'an owner that is nothing': create(
    owners({}),
    invalid(
      'ConfigMap "b" is invalid: [metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty, metadata.ownerReferences.kind: Invalid value: "": must not be empty, metadata.ownerReferences.name: Invalid value: "": must not be empty, metadata.ownerReferences.uid: Invalid value: "": must not be empty]',
      ...['apiVersion', 'kind', 'name', 'uid'].map((member) => `metadata.ownerReferences.${member}`),
    ),
  ),
  'an Event as owner': create(
    owners({ ...owner, kind: 'Event' }),
    invalid(
      'ConfigMap "b" is invalid: metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"x","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
      'metadata.ownerReferences',
    ),
  ),
  'two controllers': create(
    owners({ ...owner, controller: true }, { ...owner, name: 'y', uid: 'v', controller: true }),
    invalid(
      /Only one reference can have Controller set to true\. Found "true" in references for ConfigMap\/x and ConfigMap\/y$/,
      'metadata.ownerReferences',
    ),
  ),
  'a new object with a resourceVersion': create(
    { resourceVersion: '5' },
    { code: 500, reason: '', message: 'resourceVersion should not be set on objects to be created' },
  ),
  'labels that are no map': create(
    { labels: ['x'] },
    {
      ...BAD,
      message:
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    },
  ),
  'an update of a custom object to version 0': put(
    widget('taken', {}, { resourceVersion: '0' }),
    invalid(
      /metadata\.resourceVersion: Invalid value: 0: must be specified for an update$/,
      'metadata.resourceVersion',
    ),
  ),
  'a patch that sets the grace period of a deletion': change(
    theWidget,
    { metadata: { deletionGracePeriodSeconds: 5 } },
    {
      ...INVALID,
      message:
        'Widget.contract.example.com "taken" is invalid: metadata.deletionGracePeriodSeconds: Invalid value: 5: field is immutable',
    },
  ),
  'a patch that sets another uid': change(
    theConfigMap,
    { metadata: { uid: 'x' } },
    { ...INVALID, message: 'ConfigMap "taken" is invalid: metadata.uid: Invalid value: "x": field is immutable' },
  ),
  'a patch that sets another name': change(
    theWidget,
    { metadata: { name: 'x' } },
    { ...BAD, message: 'the name of the object (x) does not match the name on the URL (taken)' },
  ),
  'a patch that takes the name away': change(
    theConfigMap,
    { metadata: { name: null } },
    { ...BAD, message: 'the name of the object (taken based on URL) was undeterminable: name must be provided' },
  ),
  'a patch of another version': change(
    theConfigMap,
    { metadata: { resourceVersion: '1' } },
    { code: 409, reason: 'Conflict', message: DOUBT },
  ),
  'a patch of a version that is no number': change(
    theConfigMap,
    { metadata: { resourceVersion: 'x' } },
    { code: 500, reason: '', message: 'strconv.ParseUint: parsing "x": invalid syntax' },
  ),

  'a custom object of another kind': post(
    { ...widget('a', { size: 99 }), kind: 'Gadget' },
    invalid('Gadget.contract.example.com "a" is invalid: kind: Invalid value: "Gadget": must be Widget', 'kind'),
  ),
  'a custom object without a kind': post(
    { apiVersion: 'contract.example.com/v1' },
    {
      ...BAD,
      message: `the object provided is unrecognized (must be of type Widget): Object 'Kind' is missing in '{"apiVersion":"contract.example.com/v1"}' ({"apiVersion":"contract.exampl ...)`,
    },
  ),
  'a custom object of another version': post(
    { ...widget('a'), apiVersion: 'other.example.com/v1' },
    {
      ...BAD,
      message:
        'the API version in the data (other.example.com/v1) does not match the expected API version (contract.example.com/v1)',
    },
  ),
  'a patch that makes a custom object another kind': change(
    theWidget,
    { kind: 'Gadget', spec: { size: 99 } },
    invalid('Gadget.contract.example.com "taken" is invalid: kind: Invalid value: "Gadget": must be Widget', 'kind'),
  ),
  'a built-in object of a kind nobody knows': {
    ...create({}, { ...BAD, message: '' }),
    call: { body: { ...configMap('b'), kind: 'Gadget' } },
    message:
      'Gadget in version "v1" cannot be handled as a ConfigMap: no kind "Gadget" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
  },
  'a built-in object of another kind': {
    ...create({}, { ...BAD, message: '' }),
    call: { body: { ...configMap('b'), kind: 'Secret' } },
    message:
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
  },
  'a body that is no object': post([1], {
    ...BAD,
    message:
      /^the object provided is unrecognized \(must be of type Widget\): couldn't get version\/kind; json parse error: json: cannot unmarshal array into Go value/,
  }),
};
