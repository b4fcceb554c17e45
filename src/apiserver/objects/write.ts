import type { Unstructured } from '../../api/meta.js';
import { apiVersionOf } from '../../api/resource.js';
import { goQuoted } from '../../apimachinery/go-text.js';
import type { AdmissionRequest } from '../admission.js';
import type { Api, Caller } from '../api.js';
import { etcdKey, keyFor } from '../keys.js';
import { type Kind, STATUS, type Subresource, type WriteContext } from '../kind.js';
import { alreadyExists, conflict, notFound, otherUid, STALE, StatusError } from '../status-error.js';
import { type Item, RevisionMismatch } from '../store/store.js';
import { fromStored, toStored } from '../versions.js';
import { draftOfNew, draftOfUpdate, isSame } from './draft.js';
import type { FieldValidation } from './field-validation.js';
import { warnAbout, warnAboutStatus, withoutDoubledOwners } from './tidy.js';

export interface WriteOptions {
  readonly caller: Caller;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  readonly fieldManager: string;
}

export interface Written {
  /** In the version of the request. */
  readonly object: Unstructured;
  readonly created: boolean;
  /** Present when `object` is what is stored now. */
  readonly item: Item | undefined;
}

export interface Place {
  readonly namespace: string;
  readonly name: string;
}

const GENERATED_NAME_TRIES = 8;

export const contextOf = (api: Api, { caller, dryRun }: Pick<WriteOptions, 'caller' | 'dryRun'>): WriteContext => ({
  user: caller.user,
  now: api.now(),
  dryRun,
  local: api.local,
});

/** Stores a new object, in the shape of its kind, in the namespace of the request. */
export async function createObject(
  api: Api,
  kind: Kind,
  namespace: string,
  sent: Unstructured,
  options: WriteOptions,
): Promise<Written> {
  for (let attempt = 1; ; attempt += 1) {
    const created = await insertSent(api, kind, namespace, sent, options);
    if (created) return created;
    const generated = !sent.metadata.name && attempt < GENERATED_NAME_TRIES;
    if (!generated) throw taken(api, kind, namespace, sent.metadata);
  }
}

function taken(
  api: Api,
  kind: Kind,
  namespace: string,
  { name = '', generateName }: Unstructured['metadata'],
): StatusError {
  const isLeaving = api.store.head(keyFor(kind, namespace, name))?.object.metadata.deletionTimestamp !== undefined;
  const refusal = alreadyExists(kind, name, isLeaving ? 'object is being deleted: ' : '');
  if (!generateName) return refusal;
  const message = `${refusal.message}, the server was not able to generate a unique name for the object`;
  return new StatusError(refusal.code, refusal.reason, message, { ...refusal.details, retryAfterSeconds: 1 });
}

/** Stores what a client sent as a new object; undefined when the name is taken. */
export function insertSent(
  api: Api,
  kind: Kind,
  namespace: string,
  sent: Unstructured,
  options: WriteOptions,
): Promise<Written | undefined> {
  const tidy = withoutDoubledOwners(sent, options.caller);
  const draft = draftOfNew(kind, namespace, tidy, contextOf(api, options), options.fieldManager);
  const shown = options.dryRun ? withVersion(draft, sent.metadata) : draft;
  return insert(api, kind, shown, options, () => refuseVersion(sent, options));
}

function refuseVersion({ metadata }: Unstructured, { dryRun }: WriteOptions): void {
  // What is no version is as good as none.
  if (dryRun || !/^\d*[1-9]\d*$/.test(metadata.resourceVersion ?? '')) return;
  throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
}

const MiB = 2 ** 20;

/** etcd takes 1.5 MiB; there, built-in kinds are no JSON, of which escaped text takes up to twice as much. */
const maxBytesOf = ({ custom }: Kind): number => (custom ? 1.5 : 3) * MiB;

/** Undefined when the name is taken. `refuse` looks at the object last, when its warnings have been told. */
export async function insert(
  api: Api,
  kind: Kind,
  draft: Unstructured,
  options: WriteOptions,
  refuse: () => void = () => undefined,
): Promise<Written | undefined> {
  const { namespace = '', name } = draft.metadata;
  const key = keyFor(kind, namespace, name);
  warnAbout(kind, draft, options.caller);
  admit(
    api,
    { operation: 'create', kind, subresource: '', namespace, name, object: draft, before: undefined },
    options,
  );
  refuse();
  if (api.store.head(key)) return undefined;
  if (options.dryRun) return { object: draft, created: true, item: undefined };
  try {
    const item = await api.store.commit({
      key,
      expected: 0,
      object: toStored(kind, draft),
      maxBytes: maxBytesOf(kind),
    });
    return { object: fromStored(kind, item), created: true, item };
  } catch (error) {
    if (error instanceof RevisionMismatch) return undefined;
    throw error;
  }
}

export interface Target extends Place {
  readonly subresource: Subresource | undefined;
}

/** Gives what a request wants stored, from what is stored; may throw. Called again after a conflict. */
export type Produce = (before: Unstructured) => Produced | Promise<Produced>;

export interface Produced {
  /** In the shape of the kind, or of what the subresource shows of it. */
  readonly object: Unstructured;
  /** The request does not insist on the resourceVersion in the object: it may be tried again on a newer state. */
  readonly retriable?: boolean;
  /** The uid is no precondition: another one is refused as a change (patches, applies). */
  readonly keepsUid?: boolean;
  /** Set when the request computed the field owners itself (server-side apply). */
  readonly owned?: boolean;
}

/** What is not written has the version of what is there. */
const withVersion = (draft: Unstructured, { resourceVersion }: Unstructured['metadata']): Unstructured =>
  resourceVersion ? { ...draft, metadata: { ...draft.metadata, resourceVersion } } : draft;

/** How often a change that named no resourceVersion is tried against a newer state. */
const CONFLICT_TRIES = 5;

/** Changes an object that exists. */
export async function updateObject(
  api: Api,
  kind: Kind,
  target: Target,
  produce: Produce,
  options: WriteOptions,
): Promise<Written> {
  const key = keyFor(kind, target.namespace, target.name);
  for (let attempt = 1; ; attempt += 1) {
    const item = api.store.head(key);
    if (!item) throw notFound(kind, target.name);
    const before = fromStored(kind, item);
    const produced = await produce(before);
    const draft = draftFor(api, kind, target, before, produced, options);
    if (isSame(draft, before)) return { object: before, created: false, item };
    if (options.dryRun) return { object: withVersion(draft, before.metadata), created: false, item: undefined };
    try {
      const expected = item.revision;
      if (isRemovable(kind, draft)) {
        // Watchers learn the last state there was, the writer the one that ended it.
        await api.store.commit({ key, expected, object: item.object, deletes: true });
        return { object: withVersion(draft, before.metadata), created: false, item: undefined };
      }
      const stored = await api.store.commit({
        key,
        expected,
        object: toStored(kind, draft),
        maxBytes: maxBytesOf(kind),
      });
      return { object: fromStored(kind, stored), created: false, item: stored };
    } catch (error) {
      if (!(error instanceof RevisionMismatch)) throw error;
      if ((produced.object.metadata.resourceVersion && !produced.retriable) || attempt >= CONFLICT_TRIES) {
        throw conflict(kind, target.name, STALE);
      }
    }
  }
}

function draftFor(
  api: Api,
  kind: Kind,
  target: Target,
  before: Unstructured,
  produced: Produced,
  options: WriteOptions,
): Unstructured {
  checkPreconditions(kind, produced, before, options);
  const manager = produced.owned ? undefined : options.fieldManager;
  const tidy = withoutDoubledOwners(produced.object, options.caller);
  const draft = draftOfUpdate(kind, target, { sent: tidy, before }, contextOf(api, options), manager);
  const { namespace, name, subresource } = target;
  if (subresource === STATUS) warnAboutStatus(kind, draft, options.caller);
  else warnAbout(kind, draft, options.caller, before);
  const asked = { kind, subresource: subresource?.name ?? '', namespace, name, object: draft, before };
  admit(api, { operation: 'update', ...asked }, options);
  return draft;
}

/** Deletion has been asked for and nothing holds the object any more. */
export const isRemovable = (kind: Kind, object: Unstructured): boolean =>
  object.metadata.deletionTimestamp !== undefined &&
  (object.metadata.finalizers ?? []).length === 0 &&
  !kind.strategy.holdsDeletion?.(object);

function checkPreconditions(
  kind: Kind,
  { object, keepsUid }: Produced,
  before: Unstructured,
  { dryRun }: WriteOptions,
): void {
  const { name, uid, resourceVersion } = before.metadata;
  const { metadata: sent } = object;
  if (sent.uid && sent.uid !== uid && !keepsUid) {
    throw otherUid(kind, etcdKey(kind, before.metadata, dryRun), sent.uid, uid);
  }
  const wanted = versionIn(sent);
  if (wanted && wanted !== resourceVersion) throw conflict(kind, name, STALE);
}

/** The version a write insists on; `0` insists on none. */
function versionIn({ resourceVersion = '' }: Unstructured['metadata']): string | undefined {
  if (resourceVersion === '' || resourceVersion === '0') return undefined;
  if (/^\d+$/.test(resourceVersion)) return resourceVersion;
  throw new StatusError(500, '', `strconv.ParseUint: parsing ${goQuoted(resourceVersion)}: invalid syntax`);
}

export function admit(
  { admissions, local }: Api,
  request: Omit<AdmissionRequest, 'user' | 'local'>,
  { caller }: Pick<WriteOptions, 'caller'>,
): void {
  for (const admission of admissions) admission({ ...request, user: caller.user, local });
}

/** Sets the type a body may leave out; the caller has checked that it is not another one. */
export const typed = (kind: Kind, object: Unstructured): Unstructured => ({
  ...object,
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
});
