/** What a URL of the resource API points at. */
export interface ResourcePath {
  /** `''` for core. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** `''` when cluster-scoped or over all namespaces. */
  readonly namespace: string;
  /** `''` for a collection. */
  readonly name: string;
  readonly subresource: string;
}

/** Subresources of a namespace; anything else below one is a resource in it. */
const OF_NAMESPACES = new Set(['status', 'finalize']);

/** Undefined for paths that are no resource: discovery, health, versions. Throws URIError when badly escaped. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  const core = segments[0] === 'api';
  if (!core && segments[0] !== 'apis') return undefined;
  const rest = segments.slice(core ? 2 : 3).map(decodeURIComponent);
  if (rest.length === 0) return undefined;
  const group = core ? '' : (segments[1] ?? '');
  const version = (core ? segments[1] : segments[2]) ?? '';
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && !OF_NAMESPACES.has(rest[2] ?? '');
  const [plural = '', name = '', ...sub] = inNamespace ? rest.slice(2) : rest;
  // A namespace itself counts as inside itself, which is how roles in it can speak about it.
  const namespace = inNamespace ? (rest[1] ?? '') : plural === 'namespaces' && group === '' ? name : '';
  return { group, version, plural, namespace, name, subresource: sub.join('/') };
}

const VERBS: Readonly<Record<string, readonly [collection: string, one: string]>> = {
  GET: ['list', 'get'],
  HEAD: ['list', 'get'],
  POST: ['create', 'create'],
  PUT: ['update', 'update'],
  PATCH: ['patch', 'patch'],
  DELETE: ['deletecollection', 'delete'],
};

/** The verb as RBAC names it; undefined for methods no resource has. */
export function verbOf(method: string, { name }: ResourcePath, query: URLSearchParams): string | undefined {
  if (method === 'GET' && name === '' && isTrue(query.get('watch'))) return 'watch';
  return VERBS[method]?.[name === '' ? 0 : 1];
}

/** As Go reads booleans in a query: present without a value is true. */
export const isTrue = (value: string | null): boolean =>
  value !== null && !['false', '0'].includes(value.toLowerCase());
