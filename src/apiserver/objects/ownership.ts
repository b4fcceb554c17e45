import type { ManagedFieldsEntry, Unstructured } from '../../api/meta.js';
import { apiVersionOf } from '../../api/resource.js';
import type { JsonObject } from '../../apimachinery/json.js';
import { ApplyError } from '../../apimachinery/managed-fields/applied.js';
import { applyPatch } from '../../apimachinery/managed-fields/apply-patch.js';
import { keepTimes } from '../../apimachinery/managed-fields/keep-times.js';
import { trackUpdate } from '../../apimachinery/managed-fields/track-update.js';
import { type Kind, keptByStatus, servesStatus } from '../kind.js';
import { badRequest, StatusError } from '../status-error.js';

/** Who writes: a create, update or patch by `manager`. */
export interface Writing {
  readonly manager: string;
  /** `''` for the object itself. */
  readonly subresource: string;
  readonly now: Date;
  /** What is owned: the draft before the server set what it sets. */
  readonly read?: Unstructured;
  /** By a custom object's client, before what the path ignores was taken out; a built-in one was read into its types. */
  readonly sent?: Unstructured | undefined;
}

// The functions of field ownership work on any JSON, of which objects of the API are a part.
const json = (object: Unstructured): JsonObject => object as unknown as JsonObject;
const unstructured = (object: JsonObject): Unstructured => object as unknown as Unstructured;

/** With the members that are never absent: an update that leaves one out sets it to null. */
function whole({ blank = {} }: Kind, object: Unstructured): JsonObject {
  const absent = Object.entries(blank).filter(([name, value]) => value === null && !Object.hasOwn(object, name));
  return { ...json(object), ...Object.fromEntries(absent) };
}

const setOwners = (draft: Unstructured, entries: readonly ManagedFieldsEntry[] | undefined): void => {
  if (entries && entries.length > 0) draft.metadata.managedFields = [...entries];
  else delete draft.metadata.managedFields;
};

/** Records in `managedFields` what `draft` changes of `before`; `draft` may carry those the client sent. */
export function recordOwners(
  kind: Kind,
  draft: Unstructured,
  before: Unstructured | undefined,
  writing: Writing,
): void {
  const { manager, subresource, now, read, sent } = writing;
  const entries = trackUpdate({
    before: before && whole(kind, before),
    after: whole(kind, read ?? draft),
    sent: sent && json(sent),
    blank: kind.blank,
    schema: kind.schema,
    manager,
    apiVersion: apiVersionOf(kind),
    subresource: subresource === '' ? undefined : subresource,
    hasStatus: servesStatus(kind),
    keptByStatus: keptByStatus(kind),
    now,
  });
  // The entries are those of metav1, member by member.
  setOwners(draft, entries as readonly ManagedFieldsEntry[]);
}

/** kube-apiserver does not say when something was scaled, and of what was scaled to nothing nobody owns the replicas. */
export function ownScaled(draft: Unstructured, replicas: unknown): void {
  const entries = (draft.metadata.managedFields ?? []).flatMap((entry) => {
    if (entry.subresource !== 'scale') return [entry];
    const { time: _, ...untimed } = entry;
    return replicas === undefined || replicas === 0 ? [] : [untimed];
  });
  setOwners(draft, entries);
}

/** After an apply: takes over the owners it computed, and their times where nothing changed. */
export function adoptOwners(
  draft: Unstructured,
  before: Unstructured | undefined,
  entries: ManagedFieldsEntry[] | undefined,
): Unstructured {
  setOwners(draft, entries);
  return before ? unstructured(keepTimes(json(before), json(draft))) : draft;
}

export interface Apply extends Writing {
  readonly force: boolean;
}

/** What the object becomes when `applied` is applied to it; refuses conflicts with other managers. */
export function applied(kind: Kind, live: Unstructured | undefined, sent: Unstructured, apply: Apply): Unstructured {
  const { manager, subresource, force, now } = apply;
  try {
    const result = applyPatch({
      live: live && whole(kind, live),
      applied: json(sent),
      schema: kind.schema,
      blank: kind.blank,
      manager,
      apiVersion: apiVersionOf(kind),
      force,
      subresource: subresource === '' ? undefined : subresource,
      hasStatus: servesStatus(kind),
      keptByStatus: keptByStatus(kind),
      now,
    });
    if (result.kind === 'applied') return unstructured(result.object);
    throw new StatusError(409, 'Conflict', result.message, { causes: result.causes });
  } catch (error) {
    if (!(error instanceof ApplyError)) throw error;
    if (error.reason === 'BadRequest') throw badRequest(error.message);
    const told = error.message
      .replace('typed patch object', `typed patch object (${placeText(kind, sent)})`)
      .replace(/(new|typed live) object/, `$1 object (${placeText(kind, live ?? sent)})`);
    throw new StatusError(500, '', told);
  }
}

const placeText = (kind: Kind, { metadata: { namespace, name } }: Unstructured): string =>
  `${namespace ?? ''}/${name ?? ''}; ${kindText(apiVersionOf(kind), kind.kind)}`;

/** As Go prints a GroupVersionKind. */
export const kindText = (apiVersion: string, kind: string): string =>
  `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
