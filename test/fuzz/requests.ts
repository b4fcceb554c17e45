import fc from 'fast-check';
import { type FuzzKind, pathOf } from './fuzz-kind.js';
import type { Step } from './step.js';
import { type Json, METADATA, mostly, NAMES, ODD, optional, RARE_METADATA, some, withAt } from './values.js';

const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const APPLY = 'application/apply-patch+yaml';

const MANAGERS = mostly(fc.constantFrom('one', 'two'), fc.constantFrom('', 'm'.repeat(129), 'a\nb'), 30);
const WRITE_OPTIONS = {
  dryRun: mostly(fc.constant('All'), fc.constantFrom('', 'None')),
  fieldValidation: mostly(fc.constantFrom('Strict', 'Warn', 'Ignore'), fc.constantFrom('', 'Loud')),
  fieldManager: MANAGERS,
  pretty: fc.constant('true'),
  surplus: fc.constant('x'),
};

type Query = Readonly<Record<string, string>>;
const asQuery = (options: Json): Query => options as Query; // every arbitrary of a query gives strings

/** Most requests name no option. */
const WRITE_QUERY = mostly(
  fc.constant<Query>({}),
  fc
    .oneof(
      some({ fieldValidation: WRITE_OPTIONS.fieldValidation }),
      some({ dryRun: WRITE_OPTIONS.dryRun }),
      some(WRITE_OPTIONS),
    )
    .map(asQuery),
  2,
);

const pointerPath = (pointer: string): readonly string[] => pointer.split('/').slice(1);

/** A body with an odd value somewhere, once in a while. */
const oddly = (kind: FuzzKind, body: fc.Arbitrary<Json>, also: readonly string[] = []): fc.Arbitrary<unknown> =>
  mostly(
    body,
    fc
      .tuple(body, fc.constantFrom(...kind.pointers, '/metadata/labels', '/metadata/annotations/x', ...also), ODD)
      .map(([object, pointer, value]) => withAt(object, pointerPath(pointer), value)),
    6,
  );

const metadataOf = (name: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc
    .tuple(METADATA, mostly(fc.constant({}), RARE_METADATA, 6), name)
    .map(([usual, rare, named]) => ({ ...usual, ...named, ...rare }));

const NAMED = NAMES.map((name): Json => ({ name }));
/** Never the same prefix twice: what follows it is random. */
const GENERATED = fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 })).map((n): Json => ({ generateName: `gen-${n}-` }));

const objectOf = (kind: FuzzKind, name: fc.Arbitrary<Json>, content = kind.content): fc.Arbitrary<Json> =>
  fc
    .tuple(metadataOf(name), content)
    .map(([metadata, rest]) => ({ apiVersion: kind.apiVersion, kind: kind.kind, metadata, ...rest }));

const create = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(oddly(kind, objectOf(kind, mostly(NAMED, GENERATED, 6)), ['/metadata', '/kind', '/apiVersion']), WRITE_QUERY)
    .map(([body, query]) => ({ method: 'POST', path: kind.collection, query, body }));

const at = (kind: FuzzKind): fc.Arbitrary<string> =>
  fc
    .tuple(NAMES, kind.hasStatus ? mostly(fc.constant(''), fc.constant('/status'), 4) : fc.constant(''))
    .map(([name, sub]) => pathOf(kind, name) + sub);

const versions = (kind: FuzzKind): fc.Arbitrary<Json> =>
  NAMES.map((name) => pathOf(kind, name)).chain((path) =>
    mostly(
      fc.constant({}),
      fc.constantFrom<Json[]>(
        { resourceVersion: `{version ${path}}` },
        { resourceVersion: `{older ${path}}` },
        { uid: `{uid ${path}}` },
        { resourceVersion: '99999999' },
        { generation: 9 },
      ),
      2,
    ),
  );

/** Content for the path: a status goes to `/status`, mostly. */
const contentOf = (kind: FuzzKind, content: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  kind.status
    ? fc.tuple(content, optional(kind.status)).map(([rest, status]) => ({ ...rest, ...(status && { status }) }))
    : content;

const nameIn = (path: string): string | undefined =>
  path
    .replace(/\/status$/, '')
    .split('/')
    .at(-1);

const replace = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(
      at(kind),
      NAMES,
      versions(kind),
      oddly(kind, objectOf(kind, NAMED, contentOf(kind, kind.content))),
      WRITE_QUERY,
      fc.boolean(),
    )
    .map(([path, name, version, body, query, ownName]) => {
      const own = ownName ? nameIn(path) : name;
      const metadata =
        isObject(body) && isObject(body.metadata)
          ? { ...updated(kind, body.metadata), ...version, name: own }
          : undefined;
      return {
        method: 'PUT',
        path,
        query,
        body: isObject(body) && metadata ? { ...body, metadata } : body,
      };
    });

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Read, change, write. */
const edit = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc.tuple(at(kind), versions(kind), mergeBody(kind), WRITE_QUERY).map(([path, version, body, query]) => ({
    method: 'PUT',
    path,
    query,
    basedOn: path.replace(/\/status$/, ''),
    body: isObject(body)
      ? { ...body, metadata: { ...(isObject(body.metadata) ? updated(kind, body.metadata) : {}), ...version } }
      : body,
  }));

const updated = ({ isMadeByUpdates = false }: FuzzKind, metadata: Json): Json =>
  isMadeByUpdates ? withoutDeletion(metadata) : metadata;

const mergeBody = (kind: FuzzKind): fc.Arbitrary<unknown> =>
  oddly(
    kind,
    fc
      .tuple(optional(metadataOf(fc.constant({}))), contentOf(kind, kind.part))
      .map(([metadata, rest]) => ({ ...(metadata && { metadata }), ...rest })),
  );

const merge = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(
      at(kind),
      mergeBody(kind),
      WRITE_QUERY,
      mostly(fc.constant(MERGE), fc.constant(STRATEGIC), kind.builtIn ? 1 : 12),
    )
    .map(([path, body, query, type]) => ({ method: 'PATCH', path, query, body, type }));

const operation = (kind: FuzzKind): fc.Arbitrary<unknown> => {
  const pointers = fc.constantFrom(
    ...kind.pointers,
    '/metadata/labels',
    '/metadata/labels/app',
    '/metadata/name',
    '/metadata/resourceVersion',
    '/metadata/finalizers',
    '/metadata/annotations/a~1b',
    'x',
    '/a/b/c',
  );
  return mostly(
    fc.oneof(
      fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: pointers, value: ODD }),
      fc.record({ op: fc.constant('remove'), path: pointers }),
      fc.record({ op: fc.constantFrom('move', 'copy'), from: pointers, path: pointers }),
    ),
    fc.constantFrom<unknown[]>({ op: 'odd', path: '/x' }, {}, { op: 'add', path: '/metadata/labels' }),
    20,
  );
};

const jsonPatch = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(at(kind), mostly(fc.array(operation(kind), { maxLength: 3 }), ODD, 20), WRITE_QUERY)
    .map(([path, body, query]) => ({ method: 'PATCH', path, query, body, type: JSON_PATCH }));

/** kube-apiserver lets an apply or update that creates an object mark it for deletion. */
const withoutDeletion = ({ deletionTimestamp: _, deletionGracePeriodSeconds: _s, ...metadata }: Json): Json => metadata;

/** Of a map or list applied empty to a new custom object kube-apiserver keeps bytes nobody sees, until the next write. */
const withoutEmpties = (metadata: Json): Json =>
  Object.fromEntries(
    Object.entries(metadata).filter(
      ([name, value]) =>
        (value === null && name.endsWith('Timestamp')) ||
        typeof value !== 'object' ||
        Object.keys(value ?? {}).length > 0,
    ),
  );

const apply = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(
      at(kind),
      oddly(kind, objectOf(kind, NAMED, contentOf(kind, kind.part))),
      WRITE_QUERY,
      mostly(MANAGERS, fc.constant(undefined), 20),
      optional(fc.constantFrom('true', 'false')),
      versions(kind),
      mostly(fc.constant('own'), fc.constantFrom('sent', 'none'), 12),
    )
    .map(([path, body, query, fieldManager, force, version, name]) => {
      const sent = isObject(body) && isObject(body.metadata) ? body.metadata : undefined;
      const metadata = sent && {
        ...withoutEmpties(withoutDeletion(sent)),
        ...version,
        ...(name === 'sent' ? {} : { name: name === 'own' ? nameIn(path) : undefined }),
      };
      return {
        method: 'PATCH',
        path,
        query: { ...query, ...(fieldManager !== undefined && { fieldManager }), ...(force && { force }) },
        body: metadata && isObject(body) ? { ...body, metadata } : body,
        type: APPLY,
      };
    });

const SELECTORS = {
  labelSelector: mostly(
    fc.constantFrom('app=web', 'app!=web', 'app', '!app', 'app in (web,db)', 'app notin (web),tier', 'app=,tier'),
    fc.constantFrom('a b', '=', 'app in', 'app=x y', 'app>1', '!'),
  ),
  fieldSelector: mostly(
    fc.constantFrom('metadata.name=a', 'metadata.name!=a', 'metadata.namespace={ns}'),
    fc.constantFrom('x', 'spec.size=1', 'metadata.labels.app=web', '='),
  ),
};

const PAGES = {
  limit: mostly(fc.constantFrom('1', '2', '0'), fc.constantFrom('-1', 'x', '')),
  resourceVersion: fc.constantFrom('0', '', 'x'),
  resourceVersionMatch: fc.constantFrom('Exact', 'NotOlderThan', 'Odd'),
  timeoutSeconds: fc.constant('5'),
  continue: fc.constantFrom('', 'x', 'e30'),
  pretty: fc.constantFrom('true', 'x'),
};

const ACCEPTS = mostly(
  fc.constant(undefined),
  fc.constantFrom(
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    'application/json;as=Odd;v=v1;g=meta.k8s.io',
    'text/html',
    '*/*',
  ),
  3,
);

const list = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(
      fc.oneof(
        some({ ...SELECTORS, limit: PAGES.limit }),
        some({ ...SELECTORS, ...PAGES }),
        some({ ...SELECTORS, limit: PAGES.limit, continue: fc.constant(`{continue ${kind.collection}}`) }),
        some({
          ...SELECTORS,
          limit: PAGES.limit,
          resourceVersion: NAMES.map((name) => `{state ${pathOf(kind, name)}}`),
          resourceVersionMatch: PAGES.resourceVersionMatch,
        }),
        fc.constantFrom(...(kind.fieldSelectors ?? ['metadata.name=b'])).map((fieldSelector) => ({ fieldSelector })),
      ),
      ACCEPTS,
    )
    .map(([query, accept]) => ({
      method: 'GET',
      path: kind.collection,
      query: asQuery(query),
      ...(accept && { accept }),
    }));

const get = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(at(kind), ACCEPTS, some({ resourceVersion: fc.constantFrom('0', 'x'), pretty: fc.constant('true') }))
    .map(([path, accept, query]) => ({ method: 'GET', path, query: asQuery(query), ...(accept && { accept }) }));

const DELETE_OPTIONS = (kind: FuzzKind) =>
  NAMES.map((name) => pathOf(kind, name)).chain((path) =>
    some({
      propagationPolicy: mostly(fc.constantFrom('Foreground', 'Background', 'Orphan'), fc.constant('Odd')),
      gracePeriodSeconds: fc.constantFrom(0, 1, -1),
      orphanDependents: fc.boolean(),
      dryRun: mostly(fc.constant(['All']), fc.constantFrom<unknown[]>([], ['x'], 'All')),
      preconditions: some({
        uid: fc.constantFrom(`{uid ${path}}`, 'x'),
        resourceVersion: fc.constantFrom(`{version ${path}}`, `{older ${path}}`, 'x'),
      }),
      surplus: fc.constant(1),
      kind: fc.constantFrom('DeleteOptions', 'Odd'),
      apiVersion: fc.constantFrom('v1', 'meta.k8s.io/v1', 'x/v1'),
    }),
  );

const deletion = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(
      NAMES,
      mostly(fc.constant(undefined), DELETE_OPTIONS(kind), 2),
      mostly(
        fc.constant({}),
        some({
          propagationPolicy: fc.constantFrom('Foreground', 'Odd'),
          gracePeriodSeconds: fc.constantFrom('0', 'x'),
          dryRun: WRITE_OPTIONS.dryRun,
        }),
        3,
      ),
    )
    .map(([name, body, query]) => ({
      method: 'DELETE',
      path: pathOf(kind, name),
      query: asQuery(query),
      ...(body && { body }),
    }));

const collectionDeletion = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc.tuple(some(SELECTORS), optional(DELETE_OPTIONS(kind))).map(([query, body]) => ({
    method: 'DELETE',
    path: kind.collection,
    query: asQuery(query),
    ...(body && { body }),
  }));

const RAW = fc.constantFrom(
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '1',
  '{}',
  '{"kind":1}',
  '{"metadata":{"name":"a","name":"b"}}',
  '{"metadata":{"name":"a"},"metadata":{"name":"b"}}',
  '{"a":1}x',
  '{"a" 1}',
  '{"a":1,}',
  '[1 2]',
  '[01]',
  '-',
  '1.x',
  'nil',
  '"a\\x"',
  '"\\u00g0"',
  '"\t"',
  '{"é":é}',
  'a: b',
);

const malformed = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc.oneof(
    fc
      .tuple(RAW, optional(fc.constantFrom('text/plain', '')))
      .map(
        ([raw, type]): Step => ({ method: 'POST', path: kind.collection, raw, ...(type !== undefined && { type }) }),
      ),
    fc.tuple(NAMES, RAW, fc.constantFrom(MERGE, STRATEGIC, JSON_PATCH, APPLY, 'application/json', 'x/y')).map(
      ([name, raw, type]): Step => ({
        method: 'PATCH',
        path: pathOf(kind, name),
        query: { fieldManager: 'one' },
        raw,
        type,
      }),
    ),
    fc.tuple(NAMES, RAW).map(([name, raw]): Step => ({ method: 'PUT', path: pathOf(kind, name), raw })),
    fc.tuple(NAMES, RAW).map(([name, raw]): Step => ({ method: 'DELETE', path: pathOf(kind, name), raw })),
    fc.constantFrom<Step[]>(
      { method: 'POST', path: pathOf(kind, 'a'), body: {} },
      { method: 'PUT', path: kind.collection, body: {} },
      { method: 'PATCH', path: kind.collection, body: {}, type: MERGE },
      { method: 'GET', path: `${pathOf(kind, 'a')}/none` },
    ),
  );

const stepOn = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 18, arbitrary: create(kind) },
    { weight: 5, arbitrary: get(kind) },
    { weight: 8, arbitrary: list(kind) },
    { weight: 8, arbitrary: replace(kind) },
    { weight: 8, arbitrary: edit(kind) },
    { weight: 14, arbitrary: merge(kind) },
    { weight: 8, arbitrary: jsonPatch(kind) },
    { weight: 18, arbitrary: apply(kind) },
    { weight: 7, arbitrary: deletion(kind) },
    { weight: 1, arbitrary: collectionDeletion(kind) },
    { weight: 4, arbitrary: malformed(kind) },
  );

const LONGEST = 40;

/** Few, so that requests meet the objects of others. */
const KINDS_AT_A_TIME = 2;

/** About some of the kinds. */
export const sequenceOf = (kinds: readonly FuzzKind[]): fc.Arbitrary<readonly Step[]> =>
  fc.subarray([...kinds], { minLength: 1, maxLength: Math.min(KINDS_AT_A_TIME, kinds.length) }).chain(stepsOn);

/** Begins with plain objects: requests about absent ones are refused alike. */
const stepsOn = (kinds: readonly FuzzKind[]): fc.Arbitrary<readonly Step[]> =>
  fc
    .tuple(
      fc.array(fc.oneof(...kinds.map((kind) => kind.requests?.first ?? create(kind))), { maxLength: 6, size: 'max' }),
      fc.array(fc.oneof(...kinds.map((kind) => kind.requests?.any ?? stepOn(kind))), {
        minLength: 1,
        maxLength: LONGEST,
        size: 'max',
      }),
    )
    .map(([first, rest]) => [...first, ...rest]);
