import { CRDS } from '../../src/api/crd.js';
import type { KubeObject } from '../../src/api/meta.js';
import type { Attributes, Decision } from '../../src/apiserver/identity.js';
import type { Observer, SeenRequest } from './server.js';

/** What a server in a process of its own writes down. */
export type Line =
  | { readonly request: SeenRequest }
  | { readonly key: string; readonly object: KubeObject; readonly isDeleted: boolean }
  /** Everything watched, at the start. */
  | { readonly all: Readonly<Record<string, KubeObject>> };

/** Where the store keeps the kinds the example fleet is made of. */
export const WATCHED: readonly string[] = [
  ...['core/namespaces/', 'core/configmaps/', 'core/services/', 'apps/deployments/'],
  ...CRDS.map(({ spec }) => `${spec.group}/${spec.names.plural}/`),
];

export const seen = ({ user, verb, resource }: Attributes, { allowed }: Decision): SeenRequest[] =>
  resource ? [{ user, verb, ...resource, allowed }] : [];

/** Makes changes out of states. */
export class SeenStates {
  readonly #known = new Map<string, KubeObject>();
  readonly #observers: Observer[] = [];

  observe(observer: Observer): void {
    this.#observers.push(observer);
  }

  take(line: Exclude<Line, { request: unknown }>): void {
    if ('key' in line) {
      this.#change(line.key, line.object, line.isDeleted);
      return;
    }
    for (const [key, object] of this.#known) if (!(key in line.all)) this.#change(key, object, true);
    for (const [key, object] of Object.entries(line.all)) {
      const known = this.#known.get(key);
      if (known?.metadata.resourceVersion !== object.metadata.resourceVersion) this.#change(key, object, false);
    }
  }

  #change(key: string, object: KubeObject, isDeleted: boolean): void {
    const before = this.#known.get(key);
    if (isDeleted) this.#known.delete(key);
    else this.#known.set(key, object);
    const type = isDeleted ? 'DELETED' : before ? 'MODIFIED' : 'ADDED';
    for (const observer of this.#observers) observer(object, type, before);
  }
}
