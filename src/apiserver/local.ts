import type { KubeObject, Unstructured } from '../api/meta.js';
import type { Api, Caller } from './api.js';
import { SYSTEM_USER } from './identity.js';
import { keyFor, prefixFor } from './keys.js';
import type { Kind, LocalWriteOptions } from './kind.js';
import type { KindRegistry } from './kind-registry.js';
import type { LocalApi, LocalChange } from './local-api.js';
import { shaped } from './objects/shape.js';
import { createObject, typed, updateObject, type WriteOptions } from './objects/write.js';
import { deleteObject } from './removal.js';
import { StatusError } from './status-error.js';
import { bucketOf } from './store/bucket.js';
import type { Change, Item, Store } from './store/store.js';
import { fromStored } from './versions.js';

const callerOf = ({ fieldManager }: Pick<LocalWriteOptions, 'fieldManager'>): Caller => ({
  user: SYSTEM_USER,
  userAgent: fieldManager,
  warn: () => undefined,
});

/** `api` is asked for at each write: the two know each other. */
export function createLocalApi(store: Store, kinds: KindRegistry, api: () => Api): LocalApi {
  return {
    kinds: () => kinds.allStored(),
    kindOf: (apiVersion, kind) => kinds.findKind(apiVersion, kind),
    get: (kind, { namespace = '', name }) => shown(kind, store.get(keyFor(kind, namespace, name))),
    list: (kind, namespace = '') => store.list(prefixFor(kind, namespace)).items.map((item) => fromStored(kind, item)),
    onChange: (listener) =>
      store.subscribe((changes) => {
        for (const change of changes) {
          const kind = kinds.stored(bucketOf(change.key));
          if (kind) listener(localChange(kind, change));
        }
      }),
    create: async (kind, object, options) => {
      const namespace = object.metadata.namespace ?? '';
      const written = await createObject(api(), kind, namespace, completed(kind, object), writing(options));
      return written.object;
    },
    update: async (kind, object, options) => {
      const { namespace = '', name } = object.metadata;
      const subresource = kind.subresources.find((sub) => sub.name === options.subresource);
      const produce = () => ({ object: completed(kind, object) });
      return (await updateObject(api(), kind, { namespace, name, subresource }, produce, writing(options))).object;
    },
    delete: async (kind, name, options = {}) => {
      const removal = deleteObject(
        api(),
        kind,
        name,
        { ...options, dryRun: false },
        callerOf({ fieldManager: 'apiserver' }),
      );
      await removal.catch((error: unknown) => {
        if (!(error instanceof StatusError && error.code === 404)) throw error;
      });
    },
  };
}

const writing = (options: LocalWriteOptions): WriteOptions => ({
  caller: callerOf(options),
  dryRun: false,
  fieldValidation: 'Ignore',
  fieldManager: options.fieldManager,
});

// Anything with the metadata of an object may be written; the schema of the kind judges the rest.
const completed = (kind: Kind, object: KubeObject): Unstructured =>
  shaped(kind, typed(kind, object as Unstructured)).object;

const shown = (kind: Kind, item: Item | undefined): Unstructured | undefined => item && fromStored(kind, item);

const localChange = (kind: Kind, { type, item, before, revision }: Change): LocalChange => ({
  kind,
  before: shown(kind, before),
  after: type === 'DELETED' ? undefined : shown(kind, item),
  revision,
});
