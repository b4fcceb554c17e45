import type { NamespacedName } from '../api/meta.js';
import { apiVersionOf, type ResourceType } from '../api/resource.js';
import { TerminalError } from '../control/errors.js';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `/apis/<group>/<version>[/namespaces/<ns>]/<plural>`; all namespaces when none is given. */
export function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const root = type.group === '' ? '/api' : '/apis';
  const scope = type.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}/${apiVersionOf(type)}${scope}/${type.plural}`;
}

export function objectPath(type: ResourceType, { namespace, name }: NamespacedName, subresource?: string): string {
  if (name === '') throw new TerminalError(`${type.kind}: the name is empty`);
  requireNamespace(type, namespace, name);
  const path = `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
  return subresource ? `${path}/${subresource}` : path;
}

export function requireNamespace(type: ResourceType, namespace: string | undefined, name: string): void {
  if (type.namespaced && !namespace) throw new TerminalError(`${type.kind} ${name}: the namespace is missing`);
}

export function withQuery(path: string, query: Query): string {
  const present = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' || value === false ? [] : [[name, String(value)]],
  );
  return present.length === 0 ? path : `${path}?${new URLSearchParams(present).toString()}`;
}
