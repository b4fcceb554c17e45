import { timestamp } from '../go-time.js';
import { equalJson, type JsonObject } from '../json.js';
import type { StructuralSchema } from '../structural/schema.js';
import { ApplyError, checkApplied, checkLive } from './applied.js';
import { compare } from './compare.js';
import { type Conflicts, conflictsOf } from './conflict.js';
import { difference, EMPTY, type FieldSet, intersection, isSubset, union } from './field-set.js';
import { fieldsOf, withNamedFields } from './fields-of.js';
import { allowedByLastApplied, withLastApplied } from './last-applied.js';
import {
  decodeManagers,
  encodeManagers,
  identityOf,
  type ManagedFieldsEntry,
  type Managers,
  type Owned,
  type Writer,
  withSets,
} from './managers.js';
import { merge } from './merge.js';
import {
  type KeptByStatus,
  metadataOf,
  NEVER_OWNED,
  resetFields,
  withManagedFields,
  withoutManagedFields,
} from './metadata-fields.js';
import { type OwnershipType, resourceType } from './ownership-type.js';
import { remove } from './remove.js';
import { ownable, updatedManagers } from './track-update.js';

/** A server-side apply. */
export interface ApplyRequest {
  /** Undefined when there is no object yet. */
  readonly live: JsonObject | undefined;
  readonly applied: JsonObject;
  readonly schema: StructuralSchema | undefined;
  /** What a new object begins as. */
  readonly blank?: JsonObject | undefined;
  readonly manager: string;
  readonly apiVersion: string;
  readonly force: boolean;
  readonly subresource?: string | undefined;
  /** Whether the kind has a status subresource. */
  readonly hasStatus: boolean;
  readonly keptByStatus?: KeptByStatus | undefined;
  readonly now: Date;
}

/**
 * `object` is `live` itself when the apply changes nothing, not even ownership. When only what the server fills in (a
 * default, say) makes the stored object equal to the live one again, `keepTimes` finds that nothing is to be written.
 */
export type ApplyResult =
  | { readonly kind: 'applied'; readonly object: JsonObject; readonly managedFields: readonly ManagedFieldsEntry[] }
  | ({ readonly kind: 'conflict' } & Conflicts);

/** Merges what a manager applies into the live object as Kubernetes does. Throws ApplyError for a request that cannot be. */
export function applyPatch(request: ApplyRequest): ApplyResult {
  const type = resourceType(request.schema);
  const live = withoutManagedFields(request.live ?? {});
  const managers = managersBefore(request, live, type);
  if (metadataOf(request.applied).managedFields)
    throw new ApplyError('BadRequest', 'metadata.managedFields must be nil');
  checkApplied(request.applied, type);
  checkLive(live, type, 'failed to create typed live object');
  const writer: Writer = {
    manager: request.manager,
    operation: 'Apply',
    apiVersion: request.apiVersion,
    subresource: request.subresource,
  };
  const outcome = decide(request, live, managers, writer, type);
  if ('causes' in outcome) return { kind: 'conflict', ...outcome };
  return finished(request, live, outcome);
}

interface Decided {
  readonly object: JsonObject;
  readonly managers: Managers;
}

function managersBefore(request: ApplyRequest, live: JsonObject, type: OwnershipType): Managers {
  const managers = decodeManagers(metadataOf(request.live).managedFields);
  if (!managers) throw new ApplyError('InternalError', 'failed to decode managed fields');
  if (managers.size > 0 || !request.live) return managers;
  checkLive(live, type, 'failed to create manager for existing fields: failed to convert new object to smd typed');
  const { schema, blank, apiVersion, subresource, hasStatus, now } = request;
  const manager = 'before-first-apply';
  return updatedManagers(
    { before: undefined, after: live, schema, blank, manager, apiVersion, subresource, hasStatus, now },
    managers,
  );
}

function decide(
  request: ApplyRequest,
  live: JsonObject,
  managers: Managers,
  writer: Writer,
  type: OwnershipType,
): Decided | Conflicts {
  const ignored = resetFields(request.hasStatus, request.subresource, request.keptByStatus);
  const identity = identityOf(writer);
  const last = managers.get(identity)?.fields ?? EMPTY;
  const fields = ownable(fieldsOf(request.applied, type), ignored);
  const claimed = new Map<string, Owned>(managers).set(identity, {
    ...writer,
    fields,
    time: managers.get(identity)?.time,
  });
  // Both sides are resources, and merging or pruning members of a resource leaves a resource.
  const merged = merge(live, request.applied, type) as JsonObject;
  const object = prune(merged, claimed, last, type);
  const changes = compare(live, object, type, ignored);
  const taken = union(changes.modified, changes.added);
  const conflicts = request.force
    ? undefined
    : conflictsOf(claimed, identity, difference(taken, allowed(request, live, type)));
  if (conflicts) return conflicts;
  const settled = withSets(claimed, (owned, other) =>
    other === identity ? owned.fields : difference(difference(owned.fields, taken), changes.removed),
  );
  const changed = object !== live && !equalJson(object, live);
  const own = settled.get(identity);
  if (!changed || !own) return { object: changed ? object : live, managers: settled };
  return { object, managers: new Map(settled).set(identity, { ...own, time: timestamp(request.now) }) };
}

const allowed = ({ manager, apiVersion }: ApplyRequest, live: JsonObject, type: OwnershipType): FieldSet =>
  manager === 'kubectl' ? allowedByLastApplied(live, apiVersion, type) : EMPTY;

/** Without what the manager applied last time, does not apply any more, and nobody else owns. */
function prune(merged: JsonObject, managers: Managers, last: FieldSet, type: OwnershipType): JsonObject {
  const abandoned = withNamedFields(last, type);
  const managed = [...managers.values()].map(({ fields }) => withNamedFields(fields, type)).reduce(union, NEVER_OWNED);
  if (isSubset(abandoned, managed)) return merged;
  const all = withNamedFields(fieldsOf(merged, type), type);
  const left = withNamedFields(fieldsOf(remove(merged, abandoned, type) ?? {}, type), type);
  const kept = remove(merged, difference(all, union(left, managed)), type) ?? {};
  const removed = difference(all, withNamedFields(fieldsOf(kept, type), type));
  // A resource stays one: its apiVersion, kind and name are never owned.
  return (remove(merged, intersection(removed, abandoned), type) ?? {}) as JsonObject;
}

function finished(request: ApplyRequest, live: JsonObject, { object, managers }: Decided): ApplyResult {
  const managedFields = encodeManagers(managers);
  const before = metadataOf(request.live).managedFields ?? [];
  if (request.live && object === live && equalJson(managedFields, before)) {
    return { kind: 'applied', object: request.live, managedFields };
  }
  const complete = request.manager === 'kubectl' ? withLastApplied(object, request.applied) : object;
  return { kind: 'applied', object: withManagedFields(complete, managedFields), managedFields };
}
