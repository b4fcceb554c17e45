import { BAD, INVALID, type Refusal } from './refusal.js';

const taken = (body: unknown, message: string | RegExp, rest: Partial<Refusal> = {}): Refusal => ({
  method: 'DELETE',
  path: ({ configMaps }) => `${configMaps}/taken`,
  call: { body },
  ...BAD,
  message,
  ...rest,
});

const query = (text: string): Partial<Refusal> => ({
  call: {},
  path: ({ configMaps }) => `${configMaps}/taken?${text}`,
});

const ON_WIDGETS = 'delete is not supported on resources of kind "widgets.contract.example.com"';
const OPTIONS = 'DeleteOptions.meta.k8s.io "" is invalid';
const BOTH = `${OPTIONS}: propagationPolicy: Invalid value: "Background": orphanDependents and deletionPropagation cannot be both set`;
const POLICY = `${OPTIONS}: propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"`;
const DRY_RUN = `${OPTIONS}: dryRun: Unsupported value: ["Some"]: supported values: "All"`;

export const DELETE_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a deletion of a subresource a custom kind has': taken(undefined, ON_WIDGETS, {
    path: ({ widgets }) => `${widgets}/taken/status`,
    call: {},
    code: 405,
    reason: 'MethodNotAllowed',
  }),
  'a deletion of a subresource a custom kind does not have': taken(
    undefined,
    'widgets.contract.example.com "taken" not found',
    { path: ({ widgets }) => `${widgets}/taken/nope`, call: {}, code: 404, reason: 'NotFound' },
  ),
  'a deletion of a subresource a built-in kind does not have': taken(
    undefined,
    'the server could not find the requested resource',
    { path: ({ configMaps }) => `${configMaps}/taken/status`, call: {}, code: 404, reason: 'NotFound' },
  ),
  'a deletion with an empty propagation policy': taken(
    undefined,
    `${OPTIONS}: propagationPolicy: Unsupported value: "": supported values: "Foreground", "Background", "Orphan", "nil"`,
    { ...INVALID, ...query('propagationPolicy=') },
  ),
  'a deletion with both ways to orphan': taken({ orphanDependents: true, propagationPolicy: 'Background' }, BOTH, {
    ...INVALID,
    causes: ['propagationPolicy'],
  }),
  'a deletion with both ways to orphan in the query': taken(undefined, BOTH, {
    ...INVALID,
    ...query('orphanDependents=true&propagationPolicy=Background'),
  }),
  'a deletion that propagates in no known way': taken({ propagationPolicy: 'Sideways' }, POLICY, INVALID),
  'a deletion that propagates in no known way in the query': taken(undefined, POLICY, {
    ...INVALID,
    ...query('propagationPolicy=Sideways'),
  }),
  'a deletion that is half a dry run': taken({ dryRun: ['Some'] }, DRY_RUN, { ...INVALID, causes: ['dryRun'] }),
  'a deletion that is half a dry run in the query': taken(undefined, DRY_RUN, { ...INVALID, ...query('dryRun=Some') }),
  'a deletion with options of another kind': taken(
    { kind: 'Other', apiVersion: 'v1' },
    /^no kind "Other" is registered for version "v1"/,
  ),
  'a deletion with a body that is no JSON': taken('{"x"', /^couldn't get version\/kind; json parse error: /),
  'a deletion with a list for options': taken(
    '[]',
    /^couldn't get version\/kind; json parse error: json: cannot unmarshal array into Go value/,
  ),
  'a deletion with a body of no known type': taken('{}', /^the body of the request was in an unknown format/, {
    call: { body: '{}', type: 'text/plain' },
    code: 415,
    reason: 'UnsupportedMediaType',
  }),
  'a deletion after a grace that is no number': taken(undefined, 'strconv.ParseInt: parsing "x": invalid syntax', {
    ...query('gracePeriodSeconds=x'),
  }),
  'a deletion of many with a selector that is none': taken(undefined, /^unable to parse requirement: /, {
    call: {},
    path: ({ configMaps }) => `${configMaps}?labelSelector=a%3D%3D%3Db`,
  }),
  'a deletion of every namespace': taken(undefined, 'the server does not allow this method on the requested resource', {
    call: {},
    path: () => '/api/v1/namespaces',
    code: 405,
    reason: 'MethodNotAllowed',
  }),
};
