import { equalJson, isJsonObject } from '../../apimachinery/json.js';
import { duplicate, type FieldError, invalid, required } from '../../apimachinery/structural/field-error.js';
import type { StructuralSchema } from '../../apimachinery/structural/schema.js';
import type { DefinedVersion } from './definition.js';

type Part = 'additionalPrinterColumns' | 'subresources' | 'selectableFields';

/** Where Kubernetes names a part of versions: outside of them when they all have the same. */
const partPath = (versions: readonly DefinedVersion[], at: number, part: Part): string =>
  versions.every((version) => equalJson(version[part], versions[0]?.[part]))
    ? `spec.${part}`
    : `spec.versions[${at}].${part}`;

type Check = (version: DefinedVersion, path: string) => readonly FieldError[];

/** A part all versions share is looked at once. */
const ofVersions = (versions: readonly DefinedVersion[], part: Part, check: Check): readonly FieldError[] => {
  const found = versions.flatMap((version, at) => check(version, partPath(versions, at, part)));
  return found.filter((one, at) => found.findIndex((other) => equalJson(other, one)) === at);
};

const TYPES: readonly string[] = ['boolean', 'date', 'integer', 'number', 'string'];
const FORMATS: readonly string[] = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

export const columnsProblems = (versions: readonly DefinedVersion[]): readonly FieldError[] =>
  ofVersions(versions, 'additionalPrinterColumns', ({ additionalPrinterColumns = [] }, path) =>
    additionalPrinterColumns.flatMap(({ name, type, format, jsonPath }, at) => {
      const where = `${path}[${at}]`;
      return [
        ...(name ? [] : [required(`${where}.name`)]),
        ...(type ? [] : [required(`${where}.type`, `must be one of ${TYPES.join(',')}`)]),
        ...(type && !TYPES.includes(type) ? [invalid(`${where}.type`, type, `must be one of ${TYPES.join(',')}`)] : []),
        ...(format && !FORMATS.includes(format)
          ? [invalid(`${where}.format`, format, `must be one of ${FORMATS.join(',')}`)]
          : []),
        ...(jsonPath ? simplePath(jsonPath, `${where}.JSONPath`) : [required(`${where}.JSONPath`)]),
      ];
    }),
  );

const simplePath = (jsonPath: string, path: string): readonly FieldError[] =>
  jsonPath.startsWith('.') ? [] : [invalid(path, jsonPath, 'must be a simple json path starting with .')];

export const subresourcesProblems = (versions: readonly DefinedVersion[]): readonly FieldError[] =>
  ofVersions(versions, 'subresources', ({ subresources }, path) => {
    const { scale } = subresources ?? {};
    if (!scale) return [];
    const under = (root: string, jsonPath: string | undefined, member: string): readonly FieldError[] => {
      const where = `${path}.scale.${member}`;
      if (!jsonPath) return [required(where)];
      const simple = simplePath(jsonPath, where);
      if (simple.length > 0 || jsonPath.startsWith(`${root}.`)) return simple;
      return [invalid(where, jsonPath, `should be a json path under ${root}`)];
    };
    const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
    return [
      ...under('.spec', specReplicasPath, 'specReplicasPath'),
      ...under('.status', statusReplicasPath, 'statusReplicasPath'),
      ...(labelSelectorPath ? simplePath(labelSelectorPath, `${path}.scale.labelSelectorPath`) : []),
    ];
  });

const SELECTABLE =
  'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';

export const selectableProblems = (versions: readonly DefinedVersion[]): readonly FieldError[] =>
  ofVersions(versions, 'selectableFields', ({ selectableFields = [], schema }, path) =>
    selectableFields.flatMap(({ jsonPath }, at) => {
      const where = `${path}[${at}].jsonPath`;
      if (!jsonPath) return [required(where)];
      if (!jsonPath.startsWith('.')) {
        return [invalid(where, jsonPath, `is an invalid path: expected [ or . but got: ${jsonPath}`)];
      }
      const node = nodeAt(schema?.openAPIV3Schema, jsonPath);
      if (!node) return [invalid(where, jsonPath, 'is an invalid path: does not refer to a valid field')];
      if (!['string', 'boolean', 'integer'].includes(node.type ?? '')) return [invalid(where, jsonPath, SELECTABLE)];
      return selectableFields.findIndex((other) => other.jsonPath === jsonPath) < at
        ? [duplicate(where, jsonPath)]
        : [];
    }),
  );

function nodeAt(schema: StructuralSchema | undefined, jsonPath: string): StructuralSchema | undefined {
  let node = schema;
  for (const name of jsonPath.split('.').slice(1)) {
    const properties: unknown = node?.properties;
    node = isJsonObject(properties) && Object.hasOwn(properties, name) ? node?.properties?.[name] : undefined;
  }
  return node;
}
