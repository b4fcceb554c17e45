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

/** The parts of a decoded path; a slash at the end adds none, an empty part between two slashes is one. */
export const segmentsOf = (path: string): readonly string[] => path.replace(/\/+$/, '').split('/').slice(1);

/** Undefined for paths that are no resource: discovery, health, versions. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = segmentsOf(path);
  const core = segments[0] === 'api';
  if (!core && segments[0] !== 'apis') return undefined;
  const rest = segments.slice(core ? 2 : 3);
  if (rest.length === 0 || isBroken(segments)) return undefined;
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

/** Only who names no namespace may leave its place empty: it means all of them. */
const isBroken = (segments: readonly string[]): boolean =>
  segments.some((segment, at) => segment === '' && (segments[at - 1] !== 'namespaces' || at === segments.length - 1));

/** The verb as RBAC names it; empty for methods no resource has. */
export function verbOf(method: string, { name }: ResourcePath, query: URLSearchParams): string {
  if (method === 'GET' && name === '' && isTrue(query.get('watch'))) return 'watch';
  return VERBS[method]?.[name === '' ? 0 : 1] ?? '';
}

/** As Go reads booleans in a query: present without a value is true. */
export const isTrue = (value: string | null): boolean =>
  value !== null && !['false', '0'].includes(value.toLowerCase());
