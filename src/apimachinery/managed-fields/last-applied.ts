import { canonicalJson, isJsonObject, type JsonObject } from '../json.js';
import { compare } from './compare.js';
import { difference, EMPTY, type FieldSet } from './field-set.js';
import { fieldsOf } from './fields-of.js';
import { metadataOf } from './metadata-fields.js';
import type { OwnershipType } from './ownership-type.js';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

function annotationOf(object: JsonObject): string | undefined {
  const { annotations } = metadataOf(object);
  const text = isJsonObject(annotations) ? annotations[ANNOTATION] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/**
 * What kubectl applied before it applied server-side, as far as it is still so: moving from one way to the other must
 * not conflict with itself.
 */
export function allowedByLastApplied(live: JsonObject, apiVersion: string, type: OwnershipType): FieldSet {
  const last = parsed(annotationOf(live));
  if (last?.apiVersion !== apiVersion) return EMPTY;
  const changes = compare(last, live, type, EMPTY);
  return [changes.modified, changes.added, changes.removed].reduce(difference, fieldsOf(last, type));
}

function parsed(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // Users may write anything into an annotation; without a readable one nothing is allowed.
    return undefined;
  }
}

/** Keeps the annotation of an object true for those who still apply client-side: it says what was applied last. */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  if (annotationOf(object) === undefined) return object;
  const text = `${canonicalJson(withoutAnnotation(applied))}\n`;
  const metadata = metadataOf(object);
  const annotations = isJsonObject(metadata.annotations) ? metadata.annotations : {};
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [ANNOTATION]: text } } };
}

function withoutAnnotation(object: JsonObject): JsonObject {
  const { annotations, ...metadata } = metadataOf(object);
  if (!isJsonObject(annotations)) return object;
  const { [ANNOTATION]: _, ...others } = annotations;
  return { ...object, metadata: { ...metadata, annotations: others } };
}
