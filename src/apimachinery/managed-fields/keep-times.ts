import { equalJson, isJsonObject, type JsonObject } from '../json.js';
import { metadataOf } from './metadata-fields.js';

/**
 * `before` itself when `after` differs from it in nothing but the times of its managedFields; else `after`. Called last,
 * after defaulting and pruning: a request that changes nothing must not be a write.
 */
export function keepTimes(before: JsonObject, after: JsonObject): JsonObject {
  return equalJson(withoutTimes(before), withoutTimes(after)) ? before : after;
}

function withoutTimes(object: JsonObject): JsonObject {
  const metadata = metadataOf(object);
  if (!Array.isArray(metadata.managedFields)) return object;
  const managedFields = metadata.managedFields.map((entry: unknown) =>
    isJsonObject(entry) ? { ...entry, time: '' } : entry,
  );
  return { ...object, metadata: { ...metadata, managedFields } };
}
