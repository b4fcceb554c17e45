import { equalJson, isJsonObject } from '../../apimachinery/json.js';
import { duplicate, type FieldError, invalid, required, tooMany } from '../../apimachinery/structural/field-error.js';
import type { StructuralSchema } from '../../apimachinery/structural/schema.js';
import { structureFault } from '../../apimachinery/structural/schema-rules.js';
import type { DefinedVersion } from './definition.js';

type Part = 'additionalPrinterColumns' | 'subresources' | 'selectableFields';

/** Whether all versions say the same of a part. */
export const isShared = (versions: readonly DefinedVersion[], part: Part | 'schema'): boolean =>
  versions.every((version) => equalJson(version[part], versions[0]?.[part]));

/** Where Kubernetes names a part of versions: outside of them when they all have the same. */
const partPath = (versions: readonly DefinedVersion[], at: number, part: Part): string =>
  isShared(versions, part) ? `spec.${part}` : `spec.versions[${at}].${part}`;

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
      ...(labelSelectorPath ? selectorPath(labelSelectorPath, `${path}.scale.labelSelectorPath`) : []),
    ];
  });

function selectorPath(jsonPath: string, path: string): readonly FieldError[] {
  const simple = simplePath(jsonPath, path);
  if (simple.length > 0 || /^\.(?:spec|status)\./.test(jsonPath)) return simple;
  return [invalid(path, jsonPath, 'should be a json path under either .spec or .status')];
}

const SELECTABLE =
  'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';

const MAX_SELECTABLE = 8;

export const selectableProblems = (versions: readonly DefinedVersion[]): readonly FieldError[] =>
  ofVersions(versions, 'selectableFields', ({ selectableFields = [], schema }, path) => {
    if (selectableFields.length === 0) return [];
    const root = schema?.openAPIV3Schema;
    const whole = path === 'spec.selectableFields';
    if (!root || (whole && !isShared(versions, 'schema'))) {
      const when = whole ? 'validations.schema is included' : '`version.schema.openAPIV3Schema` is not included';
      return [invalid(path, '', `may only be set when ${when}`)];
    }
    const fault = structureFault({ ...root });
    const different = new Set(selectableFields.map(({ jsonPath }) => jsonPath)).size;
    return [
      ...(fault === undefined ? [] : [invalid(path.replace(/selectableFields$/, 'schema.openAPIV3Schema'), '', fault)]),
      ...pathsProblems(selectableFields, fault === undefined ? root : undefined, path),
      ...(different > MAX_SELECTABLE ? [tooMany(path, different, MAX_SELECTABLE)] : []),
    ];
  });

const pathsProblems = (
  selectableFields: readonly { readonly jsonPath: string }[],
  schema: StructuralSchema | undefined,
  path: string,
): readonly FieldError[] =>
  selectableFields.flatMap(({ jsonPath }, at) => {
    const where = `${path}[${at}].jsonPath`;
    if (!jsonPath) return [required(where)];
    if (!jsonPath.startsWith('.')) {
      return [invalid(where, jsonPath, `is an invalid path: expected [ or . but got: ${jsonPath}`)];
    }
    const node = nodeAt(schema, jsonPath);
    if (!node) return [invalid(where, jsonPath, 'is an invalid path: does not refer to a valid field')];
    return [
      ...(['string', 'boolean', 'integer'].includes(node.type ?? '') ? [] : [invalid(where, jsonPath, SELECTABLE)]),
      ...(selectableFields.findIndex((other) => other.jsonPath === jsonPath) < at ? [duplicate(where, jsonPath)] : []),
    ];
  });

function nodeAt(schema: StructuralSchema | undefined, jsonPath: string): StructuralSchema | undefined {
  let node = schema;
  for (const name of jsonPath.split('.').slice(1)) {
    const properties: unknown = node?.properties;
    node = isJsonObject(properties) && Object.hasOwn(properties, name) ? node?.properties?.[name] : undefined;
  }
  return node;
}
