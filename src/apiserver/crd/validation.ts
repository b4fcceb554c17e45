import { createHash } from 'node:crypto';
import type { Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import { dns1035LabelProblems, dns1123SubdomainProblems } from '../../apimachinery/names.js';
import { schemaProblems } from '../../apimachinery/structural/check-schema.js';
import { type FieldError, invalid, notSupported, required } from '../../apimachinery/structural/field-error.js';
import type { StructuralSchema } from '../../apimachinery/structural/schema.js';
import { causeOf } from '../causes.js';
import type { Cause } from '../status-error.js';
import { type DefinedVersion, type Definition, definitionOf, isEstablished, statusOf } from './definition.js';
import { columnsProblems, selectableProblems, subresourcesProblems } from './version-parts.js';

/** What is wrong with a CustomResourceDefinition. */
export function definitionProblems(crd: Unstructured, before: Unstructured | undefined): readonly Cause[] {
  const definition = definitionOf(crd) ?? {};
  const missing = missingMembers(definition);
  if (missing.length > 0) return missing.map(causeOf);
  return [
    ...(before ? [] : nameProblems(crd.metadata.name, definition)),
    ...versionsProblems(definition.versions),
    ...columnsProblems(definition.versions),
    ...subresourcesProblems(definition.versions),
    ...selectableProblems(definition.versions),
    ...conversionProblems(definition),
    ...storedProblems(definition.versions, statusOf(crd).storedVersions, before === undefined),
    ...(before ? [] : approvalProblems(crd)),
    ...(before && isEstablished(before) ? changedIdentity(definition, definitionOf(before)) : []),
  ].map(causeOf);
}

/** Whether it has the members everything else is derived from; what lacks is said by its validation. */
export const isComplete = (crd: Unstructured): boolean => missingMembers(definitionOf(crd) ?? {}).length === 0;

function missingMembers({ group, names, scope, versions }: Partial<Definition>): readonly FieldError[] {
  return [
    ...(group ? [] : [required('spec.group')]),
    ...(names?.plural ? [] : [required('spec.names.plural')]),
    ...(names?.kind ? [] : [required('spec.names.kind')]),
    ...(scope === undefined ? [required('spec.scope')] : []),
    ...(scope === undefined || scope === 'Namespaced' || scope === 'Cluster'
      ? []
      : [notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])]),
    ...(versions?.length ? [] : [required('spec.versions', 'must have at least one version')]),
  ];
}

function nameProblems(name: string, { group, names, preserveUnknownFields }: Definition): readonly FieldError[] {
  const label = (text: string, path: string) =>
    dns1035LabelProblems(text).map((problem) => invalid(`spec.names.${path}`, text, problem));
  const mixed = (text: string, path: string) =>
    dns1035LabelProblems(text.toLowerCase()).map((problem) =>
      invalid(`spec.names.${path}`, text, `may have mixed case, but should otherwise match: ${problem}`),
    );
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = names;
  return [
    ...(name === `${names.plural}.${group}`
      ? []
      : [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]),
    ...dns1123SubdomainProblems(group).map((problem) => invalid('spec.group', group, problem)),
    ...(group.includes('.') ? [] : [invalid('spec.group', group, 'should be a domain with at least one dot')]),
    ...(preserveUnknownFields ? [invalid('spec.preserveUnknownFields', true, CANNOT_PRESERVE)] : []),
    ...label(plural, 'plural'),
    ...(singular ? label(singular, 'singular') : []),
    ...mixed(kind, 'kind'),
    ...(listKind ? mixed(listKind, 'listKind') : []),
    ...shortNames.flatMap((name, at) => label(name, `shortNames[${at}]`)),
    ...categories.flatMap((name, at) => label(name, `categories[${at}]`)),
    ...(kind === listKind ? [invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same')] : []),
  ];
}

const CANNOT_PRESERVE =
  'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';

const APPROVED = 'api-approved.kubernetes.io';

/** Groups of the Kubernetes community are for CRDs it has approved. */
function approvalProblems(crd: Unstructured): readonly FieldError[] {
  const { group } = definitionOf(crd);
  if (!/(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group) || crd.metadata.annotations?.[APPROVED]) return [];
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  return [
    required(
      `metadata.annotations[${APPROVED}]`,
      `protected groups must have approval annotation "${APPROVED}", ${see}`,
    ),
  ];
}

/** A version that objects are still stored in stays. */
function storedProblems(
  versions: readonly DefinedVersion[],
  stored: readonly string[],
  isNew: boolean,
): readonly FieldError[] {
  const storage = versions.find((version) => version.storage)?.name ?? '';
  return [
    ...stored.flatMap((name, at) =>
      versions.some((version) => version.name === name)
        ? []
        : [invalid(`status.storedVersions[${at}]`, name, stillStored(name))],
    ),
    ...(!isNew || storage === '' || stored.length === 0 || stored.includes(storage)
      ? []
      : [invalid('status.storedVersions', stored, `must have the storage version ${storage}`)]),
  ];
}

const stillStored = (version: string): string =>
  `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;

function versionsProblems(versions: readonly DefinedVersion[]): readonly FieldError[] {
  const names = versions.map(({ name }) => name);
  return [
    ...(versions.filter(({ storage }) => storage).length === 1
      ? []
      : [invalid('spec.versions', versions, 'must have exactly one version marked as storage version')]),
    ...(new Set(names).size === names.length
      ? []
      : [invalid('spec.versions', versions, 'must contain unique version names')]),
    ...versions.flatMap((version, at) => versionProblems(version, `spec.versions[${at}]`, schemaPath(versions, at))),
  ];
}

/** This server calls nobody. */
const conversionProblems = ({ conversion }: Definition): readonly FieldError[] =>
  conversion && conversion.strategy !== 'None'
    ? [notSupported('spec.conversion.strategy', conversion.strategy, ['None'])]
    : [];

/** Kubernetes keeps a schema all versions share outside of them, and names it so. */
function schemaPath(versions: readonly DefinedVersion[], at: number): string {
  const shared = versions.every(({ schema }) => equalJson(schema, versions[0]?.schema));
  return shared ? 'spec.validation.openAPIV3Schema' : `spec.versions[${at}].schema.openAPIV3Schema`;
}

function versionProblems(version: DefinedVersion, path: string, schemaPath: string): readonly FieldError[] {
  const { name, schema, deprecated, deprecationWarning } = version;
  const found =
    schema?.openAPIV3Schema && Object.keys(schema.openAPIV3Schema).length > 0 ? schema.openAPIV3Schema : undefined;
  const about = `${path}.deprecationWarning`;
  return [
    ...(deprecationWarning !== undefined && !deprecated
      ? [invalid(about, deprecationWarning, 'can only be set for deprecated versions')]
      : []),
    ...(deprecationWarning && Buffer.byteLength(deprecationWarning) > 256
      ? [invalid(about, deprecationWarning, 'must be <= 256 characters long')]
      : []),
    ...dns1035LabelProblems(name ?? '').map((problem) => invalid(`${path}.name`, name, problem)),
    ...(found ? [] : [required(`${path}.schema.openAPIV3Schema`)]),
    ...(found ? problemsOf(found, schemaPath) : []),
  ];
}

/** Digests of schemas without problems: checking one takes milliseconds, and every server of a process checks the same. */
const SOUND = new Set<string>();
const MAX_SOUND = 1_000;

function problemsOf(schema: StructuralSchema, path: string): readonly FieldError[] {
  const digest = createHash('sha256').update(JSON.stringify(schema)).digest('base64');
  if (SOUND.has(digest)) return [];
  const problems = schemaProblems(schema, path);
  if (problems.length === 0) {
    if (SOUND.size >= MAX_SOUND) SOUND.clear();
    SOUND.add(digest);
  }
  return problems;
}

const IDENTITY = [
  ['spec.group', ({ group }: Definition) => group],
  ['spec.scope', ({ scope }: Definition) => scope],
  ['spec.names.plural', ({ names }: Definition) => names.plural],
  ['spec.names.kind', ({ names }: Definition) => names.kind],
] as const;

const changedIdentity = (after: Definition, before: Definition): readonly FieldError[] =>
  IDENTITY.filter(([, member]) => member(after) !== member(before)).map(([path, member]) =>
    invalid(path, member(after), 'field is immutable'),
  );
