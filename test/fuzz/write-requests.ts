import fc from 'fast-check';
import { type FuzzKind, pathOf } from './fuzz-kind.js';
import { at, GENERATED, MANAGERS, metadataOf, NAMED, objectOf, oddly, WRITE_QUERY } from './request-parts.js';
import type { Step } from './step.js';
import { type Json, mostly, NAMES, ODD, optional } from './values.js';

export const MERGE = 'application/merge-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const APPLY = 'application/apply-patch+yaml';

export const create = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc
    .tuple(oddly(kind, objectOf(kind, mostly(NAMED, GENERATED, 6)), ['/metadata', '/kind', '/apiVersion']), WRITE_QUERY)
    .map(([body, query]) => ({ method: 'POST', path: kind.collection, query, body }));

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

export const replace = (kind: FuzzKind): fc.Arbitrary<Step> =>
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
export const edit = (kind: FuzzKind): fc.Arbitrary<Step> =>
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

export const merge = (kind: FuzzKind): fc.Arbitrary<Step> =>
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

export const jsonPatch = (kind: FuzzKind): fc.Arbitrary<Step> =>
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

export const apply = (kind: FuzzKind): fc.Arbitrary<Step> =>
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
