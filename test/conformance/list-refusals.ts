import type { Place } from './fixture.js';
import { BAD, type Refusal } from './refusal.js';

const list = (query: string, message: string | RegExp, rest: Partial<Refusal> = {}): Refusal => ({
  method: 'GET',
  path: ({ widgets }: Place) => `${widgets}?${query}`,
  ...BAD,
  message,
  ...rest,
});

/** A token as another server may have issued it. */
const token = (content: unknown): string =>
  `limit=1&continue=${Buffer.from(JSON.stringify(content)).toString('base64url')}`;

const options = (query: string, why: string): Refusal =>
  list(query, `ListOptions.meta.k8s.io "" is invalid: ${why}`, {
    code: 422,
    reason: 'Invalid',
    causes: [/^\w+/.exec(why)?.[0] ?? ''],
  });

const FORBIDDEN = 'resourceVersionMatch: Forbidden: resourceVersionMatch';
const NUMBER = 'strconv.ParseUint: parsing "x": invalid syntax';

export const LIST_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a continue token that is none': list('limit=1&continue=abc', /^invalid continue token: continue key is not valid: /),
  'a continue token that begins nowhere': list(
    token({ v: 'meta.k8s.io/v1', rv: 1, start: '' }),
    'invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)',
  ),
  'a continue token of no version': list(
    token({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' }),
    'invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  ),
  'a continue token that leaves its collection': list(
    token({ v: 'meta.k8s.io/v1', rv: 1, start: '../x' }),
    'invalid continue token: continue key is not valid: ../x',
  ),
  'a continue token beside a version': list(
    `${token({ v: 'meta.k8s.io/v1', rv: 1, start: 'a' })}&resourceVersion=1`,
    'specifying resource version is not allowed when using continue',
  ),
  'a limit that is no number': list('limit=x', 'strconv.ParseInt: parsing "x": invalid syntax'),
  'an empty limit': list('limit=', 'strconv.ParseInt: parsing "": invalid syntax'),
  'a limit no integer has room for': list(
    'limit=9223372036854775808',
    'strconv.ParseInt: parsing "9223372036854775808": value out of range',
  ),
  'a version no integer has room for': list(
    'resourceVersion=18446744073709551616',
    'invalid resource version: resourceVersion: Invalid value: "18446744073709551616": strconv.ParseUint: parsing "18446744073709551616": value out of range',
  ),
  'a timeout that is no number': list('timeoutSeconds=x', 'strconv.ParseInt: parsing "x": invalid syntax'),
  'a version that is no number, of a list': list(
    'resourceVersion=x',
    `invalid resource version: resourceVersion: Invalid value: "x": ${NUMBER}`,
  ),
  'a version that is no number, of a watch': list(
    'watch=true&resourceVersion=x',
    `resourceVersion: Invalid value: "x": ${NUMBER}`,
    { code: 500, reason: '' },
  ),
  'a version that is no number, of one object': list('', `resourceVersion: Invalid value: "x": ${NUMBER}`, {
    code: 500,
    reason: '',
    path: ({ widgets }) => `${widgets}/taken?resourceVersion=x`,
  }),
  'a match without a version': options(
    'resourceVersionMatch=Exact',
    `${FORBIDDEN} is forbidden unless resourceVersion is provided`,
  ),
  'exactly any version': options(
    'resourceVersionMatch=Exact&resourceVersion=0',
    `${FORBIDDEN} "exact" is forbidden for resourceVersion "0"`,
  ),
  'an unknown match': options(
    'resourceVersionMatch=Newest&resourceVersion=1',
    'resourceVersionMatch: Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", ""',
  ),
  'initial events of a list': options(
    'sendInitialEvents=true',
    'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
  ),
  'initial events of a watch that may be older': options(
    'watch=true&sendInitialEvents=true',
    'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  ),
  'a match of a watch without initial events': options(
    'watch=true&resourceVersionMatch=NotOlderThan',
    `${FORBIDDEN} is forbidden for watch unless sendInitialEvents is provided`,
  ),
  'a continued watch': options('watch=true&continue=abc', `${FORBIDDEN} is forbidden when continue is provided`),
  'a label selector with two values': list(
    'labelSelector=a%3D%3D%3Db',
    "unable to parse requirement: found '=', expected: identifier",
  ),
  'a label selector with a set that is none': list(
    'labelSelector=a%20in%20b',
    "unable to parse requirement: found 'b' expected: '('",
  ),
  'a label selector with a key that is none': list(
    'labelSelector=-a',
    /^unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of alphanumeric characters/,
  ),
  'a label selector with an order of texts': list(
    'labelSelector=a%3Eb',
    /^unable to parse requirement: values\[0\]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer$/,
  ),
  'a field a custom kind does not select by': list(
    'fieldSelector=spec.size%3D1',
    'field label not supported: spec.size',
  ),
  'a field a built-in kind does not select by': list('', 'field label not supported: spec.size', {
    path: ({ namespace }) => `/api/v1/namespaces/${namespace}/pods?fieldSelector=spec.size%3D1`,
  }),
  'a field selector without a comparison': list(
    'fieldSelector=metadata.name',
    "invalid selector: 'metadata.name'; can't understand 'metadata.name'",
  ),
  'a form no object has': list('', /^only the following media types are accepted: application\/json/, {
    code: 406,
    reason: 'NotAcceptable',
    call: { accept: 'text/html' },
  }),
  'a table of a version nobody knows': list('', /^only the following media types are accepted: application\/json/, {
    code: 406,
    reason: 'NotAcceptable',
    call: { accept: 'application/json;as=Table;v=v9;g=meta.k8s.io' },
  }),
  'a form named like a member of every JavaScript object': list('', /^only the following media types are accepted/, {
    code: 406,
    reason: 'NotAcceptable',
    call: { accept: 'application/json;as=constructor;v=v1;g=meta.k8s.io' },
  }),
  'metadata of one object from a list': list(
    '',
    /^you requested PartialObjectMetadata, but the requested object is a list \(.+\)$/,
    {
      code: 406,
      reason: 'NotAcceptable',
      call: { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' },
    },
  ),
  'metadata of a list from one object': list('', 'content is not a list', {
    code: 500,
    reason: '',
    path: ({ widgets }) => `${widgets}/taken`,
    call: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
  }),
  'metadata of a list from one built-in object': list(
    '',
    /^you requested PartialObjectMetadataList, but the requested object is not a list \(\*core\.ConfigMap\)$/,
    {
      code: 406,
      reason: 'NotAcceptable',
      path: ({ configMaps }) => `${configMaps}/taken`,
      call: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
    },
  ),
  'a table with objects nobody knows': list(
    'includeObject=All',
    `Unable to convert to Table as requested: includeObject: Invalid value: "All": must be 'Metadata', 'Object', 'None', or empty`,
    { call: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } },
  ),
};
