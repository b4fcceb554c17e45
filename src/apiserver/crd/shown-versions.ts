import type { JsonObject } from '../../apimachinery/json.js';
import { shownSchema } from '../../apimachinery/structural/shown-schema.js';
import type { DefinedVersion } from './definition.js';
import { isShared } from './version-parts.js';

/** Versions as Kubernetes prints its own form of them: without what they share. */
export function shownVersions(versions: readonly DefinedVersion[]): readonly JsonObject[] {
  const [schemas, subresources, columns, fields] = (
    ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const
  ).map((part) => !isShared(versions, part));
  return versions.map((version) => ({
    Name: version.name ?? '',
    Served: version.served ?? false,
    Storage: version.storage ?? false,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: schemas && version.schema ? { OpenAPIV3Schema: shownOptional(version.schema.openAPIV3Schema) } : null,
    Subresources: subresources ? shownSubresources(version.subresources) : null,
    AdditionalPrinterColumns:
      columns && version.additionalPrinterColumns ? version.additionalPrinterColumns.map(shownColumn) : null,
    SelectableFields:
      fields && version.selectableFields
        ? version.selectableFields.map(({ jsonPath }) => ({ JSONPath: jsonPath ?? '' }))
        : null,
  }));
}

const shownOptional = (schema: unknown): JsonObject | null => (schema === undefined ? null : shownSchema(schema));

function shownSubresources(subresources: DefinedVersion['subresources']): JsonObject | null {
  if (!subresources) return null;
  const { status, scale } = subresources;
  return {
    Status: status ? {} : null,
    Scale: scale
      ? {
          SpecReplicasPath: scale.specReplicasPath ?? '',
          StatusReplicasPath: scale.statusReplicasPath ?? '',
          LabelSelectorPath: scale.labelSelectorPath ?? null,
        }
      : null,
  };
}

type Column = NonNullable<DefinedVersion['additionalPrinterColumns']>[number];

const shownColumn = ({ name, type, format, description, priority, jsonPath }: Column): JsonObject => ({
  Name: name ?? '',
  Type: type ?? '',
  Format: format ?? '',
  Description: description ?? '',
  Priority: priority ?? 0,
  JSONPath: jsonPath ?? '',
});
