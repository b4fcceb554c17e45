import { isJsonObject, type JsonObject } from '../json.js';
import { EMPTY, type FieldSet } from './field-set.js';
import type { ManagedFieldsEntry } from './managers.js';

/** What identifies an object or belongs to the server is nobody's. */
export const NEVER_OWNED: FieldSet = {
  'f:apiVersion': EMPTY,
  'f:kind': EMPTY,
  'f:metadata': {
    '.': EMPTY,
    'f:name': EMPTY,
    'f:namespace': EMPTY,
    'f:creationTimestamp': EMPTY,
    'f:selfLink': EMPTY,
    'f:uid': EMPTY,
    'f:clusterName': EMPTY,
    'f:generation': EMPTY,
    'f:managedFields': EMPTY,
    'f:resourceVersion': EMPTY,
  },
};

/** What a write of the status leaves beside the spec. */
export type KeptByStatus = 'metadata' | 'labels' | 'nothing';

const STATUS_RESETS: Readonly<Record<KeptByStatus, FieldSet>> = {
  metadata: { 'f:metadata': EMPTY, 'f:spec': EMPTY },
  labels: { 'f:metadata': { 'f:labels': EMPTY }, 'f:spec': EMPTY },
  nothing: { 'f:spec': EMPTY },
};

/**
 * What a write through an endpoint cannot set, and so never owns: the main endpoint of a kind with a status subresource
 * resets status, the status endpoint the spec, and more of some kinds.
 */
export function resetFields(
  hasStatus: boolean,
  subresource: string | undefined,
  kept: KeptByStatus = 'metadata',
): FieldSet {
  if (subresource === 'status') return STATUS_RESETS[kept];
  return hasStatus && subresource === undefined ? { 'f:status': EMPTY } : EMPTY;
}

export const metadataOf = (object: JsonObject | undefined): JsonObject =>
  isJsonObject(object?.metadata) ? object.metadata : {};

export function withManagedFields(object: JsonObject, entries: readonly ManagedFieldsEntry[]): JsonObject {
  const { managedFields: _, ...metadata } = metadataOf(object);
  return { ...object, metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries } };
}

export function withoutManagedFields(object: JsonObject): JsonObject {
  if (metadataOf(object).managedFields === undefined) return object;
  return withManagedFields(object, []);
}
