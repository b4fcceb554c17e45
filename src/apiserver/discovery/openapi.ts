import { createHash, randomUUID } from 'node:crypto';
import { apiVersionOf } from '../../api/resource.js';
import { OBJECT_META_DOCUMENT } from '../builtin/model/documentation.js';
import type { Kind } from '../kind.js';
import type { KindRegistry } from '../kind-registry.js';

type Json = Readonly<Record<string, unknown>>;

/** `api/v1`, `apis/apps/v1`: how OpenAPI v3 names a group and version. */
const pathOf = (kind: Pick<Kind, 'group' | 'version'>): string =>
  kind.group === '' ? `api/${kind.version}` : `apis/${apiVersionOf(kind)}`;

/** Kinds change their schema only by becoming other objects, so that an object's number stands for its schema. */
const numbers = new WeakMap<Kind, number>();
let lastNumber = 0;
const instance = randomUUID();

function numberOf(kind: Kind): number {
  const known = numbers.get(kind);
  if (known !== undefined) return known;
  lastNumber += 1;
  numbers.set(kind, lastNumber);
  return lastNumber;
}

const hashOf = (kinds: readonly Kind[]): string =>
  createHash('sha1')
    .update([instance, ...kinds.map(numberOf)].join(' '))
    .digest('hex')
    .toUpperCase();

/** `/openapi/v3`: where the document of each group and version is. Clients keep a document for as long as its hash stays. */
export function openApiIndex(kinds: KindRegistry): Json {
  const groups = new Map<string, Kind[]>();
  for (const kind of kinds.all()) groups.set(pathOf(kind), [...(groups.get(pathOf(kind)) ?? []), kind]);
  const paths = [...groups].map(([path, members]) => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(members)}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}

/** What stands for the present document of a group and version. */
export const openApiHash = (kinds: KindRegistry, path: string): string =>
  hashOf(kinds.all().filter((kind) => pathOf(kind) === path));

const DOCUMENTS = new WeakMap<KindRegistry, { generation: number; readonly texts: Map<string, Buffer> }>();

/** `/openapi/v3/<path>` as JSON; undefined when nothing is served there. */
export function openApiDocument(kinds: KindRegistry, path: string): Buffer | undefined {
  let cache = DOCUMENTS.get(kinds);
  if (cache?.generation !== kinds.generation) {
    cache = { generation: kinds.generation, texts: new Map() };
    DOCUMENTS.set(kinds, cache);
  }
  const known = cache.texts.get(path);
  if (known) return known;
  const served = kinds.all().filter((kind) => pathOf(kind) === path);
  if (served.length === 0) return undefined;
  const text = Buffer.from(JSON.stringify(documentOf(path, served)));
  cache.texts.set(path, text);
  return text;
}

export const BUILT_IN_INFO = { title: 'Kubernetes', version: '1.36' };
const CUSTOM_INFO = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };

const documentOf = (path: string, kinds: readonly Kind[]): Json => ({
  openapi: '3.0.0',
  info: kinds[0]?.custom ? CUSTOM_INFO : BUILT_IN_INFO,
  paths: Object.fromEntries(kinds.flatMap((kind) => pathsOf(path, kind))),
  components: { schemas: Object.assign({}, ...kinds.map(componentsOf)) },
});

const gvkOf = ({ group, version, kind }: Kind): Json => ({ group, kind, version });

/** `com.example.stable.v1.CronTab`, `io.k8s.api.apps.v1.Deployment`. */
function schemaName({ group, version, kind, custom }: Kind): string {
  if (custom) return [...group.split('.').reverse(), version, kind].join('.');
  return `io.k8s.api.${group === '' ? 'core' : (group.split('.')[0] ?? '')}.${version}.${kind}`;
}

const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

/** In Kubernetes' words, which `kubectl explain` shows of every kind. */
const TYPE_META: Json = {
  apiVersion: {
    type: 'string',
    description: `APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: ${CONVENTIONS}#resources`,
  },
  kind: {
    type: 'string',
    description: `Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${CONVENTIONS}#types-kinds`,
  },
  metadata: {
    ...OBJECT_META_DOCUMENT.root,
    description: `Standard object's metadata. More info: ${CONVENTIONS}#metadata`,
  },
};

function componentsOf(kind: Kind): Json {
  const document = kind.document?.();
  return {
    ...(document ?? OBJECT_META_DOCUMENT).components,
    [schemaName(kind)]: schemaOf(kind, document?.root ?? { ...kind.schema }),
  };
}

const schemaOf = (kind: Kind, schema: Json): Json => ({
  ...schema,
  properties: kind.custom
    ? { ...kind.schema.properties, ...TYPE_META }
    : { ...(schema.properties as Json), ...TYPE_META },
  'x-kubernetes-group-version-kind': [gvkOf(kind)],
});

const query = (name: string, type: 'string' | 'boolean' | 'integer'): Json => ({
  name,
  in: 'query',
  schema: { type, uniqueItems: true },
});

const WRITES = [query('dryRun', 'string'), query('fieldManager', 'string'), query('fieldValidation', 'string')];
const LISTS = [
  query('labelSelector', 'string'),
  query('fieldSelector', 'string'),
  query('limit', 'integer'),
  query('continue', 'string'),
  query('resourceVersion', 'string'),
  query('resourceVersionMatch', 'string'),
  query('timeoutSeconds', 'integer'),
  query('watch', 'boolean'),
  query('allowWatchBookmarks', 'boolean'),
  query('sendInitialEvents', 'boolean'),
];
const DELETES = [
  query('dryRun', 'string'),
  query('propagationPolicy', 'string'),
  query('gracePeriodSeconds', 'integer'),
];

const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];
const STRATEGIC = 'application/strategic-merge-patch+json';

function pathsOf(root: string, kind: Kind): readonly (readonly [string, Json])[] {
  const collection = kind.namespaced ? `/${root}/namespaces/{namespace}/${kind.plural}` : `/${root}/${kind.plural}`;
  const named = `${collection}/{name}`;
  return [
    [collection, operations(kind, ['list', 'create', 'deletecollection'], placesIn(kind, false))],
    ...(kind.verbs.includes('get')
      ? ([[named, operations(kind, ['get', 'update', 'patch', 'delete'], placesIn(kind, true))]] as const)
      : []),
    ...(kind.namespaced && kind.verbs.includes('list')
      ? ([[`/${root}/${kind.plural}`, operations(kind, ['list'], [])]] as const)
      : []),
    ...kind.subresources
      .filter(({ verbs }) => verbs.includes('patch'))
      .map(
        ({ name }) => [`${named}/${name}`, operations(kind, ['get', 'update', 'patch'], placesIn(kind, true))] as const,
      ),
  ];
}

const pathParameter = (name: string): Json => ({ name, in: 'path', required: true, schema: { type: 'string' } });

const placesIn = ({ namespaced }: Kind, named: boolean): readonly Json[] => [
  ...(named ? [pathParameter('name')] : []),
  ...(namespaced ? [pathParameter('namespace')] : []),
];

interface Operation {
  readonly method: string;
  readonly action: string;
  readonly parameters: readonly Json[];
  readonly body: boolean;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  list: { method: 'get', action: 'list', parameters: LISTS, body: false },
  create: { method: 'post', action: 'post', parameters: WRITES, body: true },
  deletecollection: { method: 'delete', action: 'deletecollection', parameters: [...LISTS, ...DELETES], body: false },
  get: { method: 'get', action: 'get', parameters: [], body: false },
  update: { method: 'put', action: 'put', parameters: WRITES, body: true },
  patch: { method: 'patch', action: 'patch', parameters: [...WRITES, query('force', 'boolean')], body: true },
  delete: { method: 'delete', action: 'delete', parameters: DELETES, body: false },
};

function operations(kind: Kind, verbs: readonly string[], parameters: readonly Json[]): Json {
  const served = verbs.filter((verb) => kind.verbs.includes(verb));
  const entries = served.flatMap((verb) => {
    const operation = OPERATIONS[verb];
    return operation ? [[operation.method, operationOf(kind, operation)]] : [];
  });
  return { ...Object.fromEntries(entries), parameters };
}

function operationOf(kind: Kind, { method, action, parameters, body }: Operation): Json {
  const schema = { $ref: `#/components/schemas/${schemaName(kind)}` };
  const types = method === 'patch' ? [...PATCH_TYPES, ...(kind.custom ? [] : [STRATEGIC])] : ['application/json'];
  const content = Object.fromEntries(
    types.map((type) => [type, { schema: method === 'patch' ? { type: 'object' } : schema }]),
  );
  return {
    operationId: `${action}${kind.namespaced ? 'Namespaced' : ''}${kind.kind}`,
    tags: [kind.group === '' ? 'core' : kind.group],
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvkOf(kind),
    parameters,
    ...(body ? { requestBody: { required: true, content } } : {}),
    responses: { 200: { description: 'OK', content: { 'application/json': { schema } } } },
  };
}
