import { timestamp } from '../go-time.js';
import { isJsonObject, type JsonObject } from '../json.js';
import type { StructuralSchema } from '../structural/schema.js';
import { isReadable } from './applied.js';
import { compare } from './compare.js';
import { difference, EMPTY, type FieldSet, isEmptySet, union, without } from './field-set.js';
import {
  capManagers,
  decodeManagers,
  encodeManagers,
  identityOf,
  type ManagedFieldsEntry,
  type Managers,
  NO_MANAGERS,
  type Writer,
  withoutFields,
} from './managers.js';
import { type KeptByStatus, metadataOf, NEVER_OWNED, resetFields, withoutManagedFields } from './metadata-fields.js';
import { resourceType } from './ownership-type.js';

/** A create, update or patch that has been decided, before it is stored. */
export interface Update {
  /** Undefined on create. */
  readonly before: JsonObject | undefined;
  readonly after: JsonObject;
  /** What the client sent, with the parts that are ignored. */
  readonly sent?: JsonObject | undefined;
  /** What a new object begins as. */
  readonly blank?: JsonObject | undefined;
  readonly schema: StructuralSchema | undefined;
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
  /** Whether the kind has a status subresource. */
  readonly hasStatus: boolean;
  readonly keptByStatus?: KeptByStatus | undefined;
  readonly now: Date;
}

/** The `managedFields` of the stored object. A write that changes no field leaves them as they are, times included. */
export function trackUpdate(update: Update): readonly ManagedFieldsEntry[] {
  const managers = startingManagers(update);
  if (managers.size === 0 && update.before) return [];
  // Kubernetes gives the owners up when it cannot read what was sent, be the unreadable part ignored or kept.
  if (!isReadable(withoutManagedFields(update.sent ?? update.after), resourceType(update.schema))) return [];
  return encodeManagers(capManagers(updatedManagers(update, managers)));
}

/** Clients may send managedFields of their own: `[]` and `[{}]` reset them, anything unreadable is ignored. */
function startingManagers({ before, after, subresource }: Update): Managers {
  const live = decodeManagers(metadataOf(before).managedFields) ?? NO_MANAGERS;
  const sent = metadataOf(after).managedFields;
  if (subresource !== undefined) return live;
  if (isReset(sent)) return NO_MANAGERS;
  const wanted = decodeManagers(sent);
  return wanted && wanted.size > 0 ? wanted : live;
}

const isReset = (sent: unknown): boolean =>
  Array.isArray(sent) &&
  (sent.length === 0 || (sent.length === 1 && isJsonObject(sent[0]) && Object.keys(sent[0]).length === 0));

/** The owners after an update that is not necessarily stored as such. */
export function updatedManagers(update: Update, managers: Managers): Managers {
  const { before, blank = {}, after, manager, apiVersion, subresource, hasStatus, now } = update;
  const ignored = resetFields(hasStatus, subresource, update.keptByStatus);
  const type = resourceType(update.schema);
  const changes = compare(withoutManagedFields(before ?? blank), withoutManagedFields(after), type, ignored);
  const touched = union(changes.modified, changes.added);
  const others = withoutFields(withoutFields(managers, touched), changes.removed);
  const own = ownable(touched, ignored);
  if (isEmptySet(own)) return others;
  const writer: Writer = {
    manager: manager === '' ? 'unknown' : manager,
    operation: 'Update',
    apiVersion,
    subresource,
  };
  const fields = union(own, others.get(identityOf(writer))?.fields ?? EMPTY);
  return new Map(others).set(identityOf(writer), { ...writer, fields, time: timestamp(now) });
}

export const ownable = (set: FieldSet, ignored: FieldSet): FieldSet => difference(without(set, ignored), NEVER_OWNED);
