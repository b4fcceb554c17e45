import type { KubeObject, Unstructured } from '../../api/meta.js';
import type { Logger } from '../../control/log.js';
import { prefixFor } from '../keys.js';
import type { Kind } from '../kind.js';
import type { KindRegistry } from '../kind-registry.js';
import type { LocalApi, LocalChange } from '../local-api.js';
import { StatusError } from '../status-error.js';
import type { WatchHub } from '../watch/watch-hub.js';
import { definitionOf, isEstablished } from './definition.js';
import { kindsOf, storedKindOf } from './kinds.js';
import { CLEANUP, inDeletion } from './strategy.js';

interface RegistryParts {
  readonly kinds: KindRegistry;
  readonly watches: WatchHub;
  readonly local: LocalApi;
  readonly log: Logger;
  readonly now: () => Date;
}

/** Serves the kinds of the CRDs that exist, as they come, change and go. Returns the way to stop. */
export function followDefinitions(parts: RegistryParts): () => void {
  const { kinds, local } = parts;
  const crdKind = definitionKind(local);
  for (const crd of local.list(crdKind)) kinds.set(ownerOf(crd), servedBy(crd));
  const cleanup = new Cleanup(parts, crdKind);
  return local.onChange((change) => {
    if (change.kind.group === crdKind.group && change.kind.plural === crdKind.plural) follow(parts, change);
    cleanup.notice(change);
  });
}

export const definitionKind = (local: LocalApi): Kind => {
  const kind = local.kindOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
  if (!kind) throw new Error('the server has no kind CustomResourceDefinition');
  return kind;
};

const ownerOf = ({ metadata }: KubeObject): string => `crd ${metadata.name}`;

const servedBy = (crd: Unstructured): readonly Kind[] => (isEstablished(crd) ? kindsOf(crd) : []);

function follow({ kinds, watches }: RegistryParts, { before, after }: LocalChange): void {
  if (after) {
    kinds.set(ownerOf(after), servedBy(after));
  } else if (before) {
    kinds.set(ownerOf(before), []);
    for (const kind of kindsOf(before)) watches.stop(prefixFor(kind, ''));
  }
}

/** Removes the objects of a CRD that is being deleted, then lets it go. */
class Cleanup {
  readonly #parts: RegistryParts;
  readonly #crdKind: Kind;
  /** Names of CRDs by `group/plural` of what they define. */
  readonly #terminating = new Map<string, string>();

  constructor(parts: RegistryParts, crdKind: Kind) {
    this.#parts = parts;
    this.#crdKind = crdKind;
    for (const crd of parts.local.list(crdKind)) this.#begin(crd);
  }

  notice({ kind, before, after }: LocalChange): void {
    if (kind.plural === this.#crdKind.plural && kind.group === this.#crdKind.group) {
      if (after) this.#begin(after);
      else if (before) {
        this.#terminating.delete(definedPlace(before));
        this.#offerNames(definitionOf(before).group);
      }
      return;
    }
    const crd = after ? undefined : this.#terminating.get(`${kind.group}/${kind.plural}`);
    if (crd !== undefined) this.#run(crd);
  }

  /** The names of a CRD that is gone may be what others have waited for; a write of one looks at them again. */
  #offerNames(group: string): void {
    const { local, log } = this.#parts;
    for (const crd of local.list(this.#crdKind)) {
      if (definitionOf(crd).group !== group || isEstablished(crd)) continue;
      local.update(this.#crdKind, crd, MANAGER).catch((error: unknown) => {
        log.error('accepting the names of a CustomResourceDefinition failed', { crd: crd.metadata.name, error });
      });
    }
  }

  #begin(crd: Unstructured): void {
    const { deletionTimestamp, finalizers = [], name } = crd.metadata;
    if (deletionTimestamp === undefined || !finalizers.includes(CLEANUP)) return;
    if (this.#terminating.has(definedPlace(crd))) return;
    this.#terminating.set(definedPlace(crd), name);
    this.#run(name);
  }

  #run(name: string): void {
    this.#clean(name).catch((error: unknown) => {
      this.#parts.log.error('cleaning up after a CustomResourceDefinition failed', { crd: name, error });
    });
  }

  async #tellProgress(crd: Unstructured): Promise<void> {
    const { resourceVersion: _, ...metadata } = crd.metadata;
    const told = { ...crd, metadata, status: inDeletion(crd, this.#parts.now()) };
    await this.#parts.local.update(this.#crdKind, told, { ...MANAGER, subresource: 'status' });
  }

  async #clean(name: string): Promise<void> {
    const { local } = this.#parts;
    const crd = local.get(this.#crdKind, { name });
    if (!crd?.metadata.finalizers?.includes(CLEANUP)) return;
    const kind = storedKindOf(crd);
    if (kind && local.list(kind).length > 0) {
      await this.#tellProgress(crd).catch(unlessGone);
      for (const { metadata } of local.list(kind)) {
        if (metadata.deletionTimestamp === undefined) await local.delete(kind, metadata);
      }
      if (local.list(kind).length > 0) return;
    }
    await this.#release(crd).catch(unlessGone);
  }

  async #release(crd: Unstructured): Promise<void> {
    const finalizers = crd.metadata.finalizers?.filter((finalizer) => finalizer !== CLEANUP) ?? [];
    const { resourceVersion: _, ...metadata } = crd.metadata;
    await this.#parts.local.update(this.#crdKind, { ...crd, metadata: { ...metadata, finalizers } }, MANAGER);
  }
}

const unlessGone = (error: unknown): void => {
  if (!(error instanceof StatusError && error.code === 404)) throw error;
};

const MANAGER = { fieldManager: 'apiserver' };

const definedPlace = (crd: Unstructured): string => {
  const { group, names } = definitionOf(crd);
  return `${group}/${names.plural}`;
};
