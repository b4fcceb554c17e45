import type { Unstructured } from '../../api/meta.js';
import { isJsonObject, type JsonObject } from '../../apimachinery/json.js';
import { formatOf } from '../../apimachinery/structural/formats.js';
import { definitionOf } from './definition.js';

/** Formats of a CRD, new in it, that nothing will ever be held to. */
export function formatWarnings(crd: Unstructured, before: Unstructured | undefined): readonly string[] {
  const known = new Set(before && unrecognized(before));
  return unrecognized(crd)
    .filter((format) => !known.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`);
}

const unrecognized = (crd: Unstructured): readonly string[] => [
  ...new Set(definitionOf(crd).versions.flatMap(({ schema }) => formatsIn(schema?.openAPIV3Schema))),
];

function formatsIn(schema: unknown): readonly string[] {
  if (!isJsonObject(schema)) return [];
  const { type, format, properties, allOf, anyOf, oneOf, ...members } = schema;
  const types = typeof type === 'string' ? [type] : [];
  const own = typeof format === 'string' && format !== '' && !formatOf(types, format) ? [format] : [];
  const below = [properties, allOf, anyOf, oneOf].flatMap((many) => Object.values((many ?? {}) as JsonObject)); // lists have values, too
  return [...own, ...[...below, members.items, members.additionalProperties, members.not].flatMap(formatsIn)];
}
