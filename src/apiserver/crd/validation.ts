import { createHash } from 'node:crypto';
import type { ObjectMeta, Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import { dns1035LabelProblems, dns1123SubdomainProblems } from '../../apimachinery/names.js';
import { schemaProblems } from '../../apimachinery/structural/check-schema.js';
import {
  type FieldError,
  invalid,
  invalidShown,
  notSupported,
  required,
} from '../../apimachinery/structural/field-error.js';
import type { StructuralSchema } from '../../apimachinery/structural/schema.js';
import { causeOf } from '../causes.js';
import type { Cause } from '../status-error.js';
import { type DefinedVersion, type Definition, definitionOf, isEstablished, statusOf } from './definition.js';
import { shownVersions } from './shown-versions.js';
import { columnsProblems, isShared, selectableProblems, subresourcesProblems } from './version-parts.js';

/** What is wrong with a CustomResourceDefinition. */
export function definitionProblems(crd: Unstructured, before: Unstructured | undefined): readonly Cause[] {
  const definition = definitionOf(crd);
  const { storedVersions, acceptedNames } = statusOf(crd);
  return [
    ...(before ? [] : ownNameProblems(crd.metadata, definition)),
    ...groupProblems(definition),
    ...missingNames(definition.names),
    ...namesProblems(definition.names, 'spec.names'),
    ...versionsProblems(definition.versions),
    ...columnsProblems(definition.versions),
    ...subresourcesProblems(definition.versions),
    ...selectableProblems(definition.versions),
    ...conversionProblems(definition),
    // Those this server accepts itself are looked at above.
    ...(before && equalJson(crd.spec, before.spec) ? namesProblems(acceptedNames, 'status.acceptedNames') : []),
    ...storedProblems(definition.versions, storedVersions),
    ...(before ? [] : approvalProblems(crd)),
    ...(definition.preserveUnknownFields ? [invalid('spec.preserveUnknownFields', true, CANNOT_PRESERVE)] : []),
    ...(before ? changedIdentity(definition, definitionOf(before), isEstablished(before)) : []),
  ].map(causeOf);
}

function groupProblems({ group, scope }: Definition): readonly FieldError[] {
  const odd = dns1123SubdomainProblems(group).join(',');
  const ofGroup = odd || (group.includes('.') ? '' : 'should be a domain with at least one dot');
  return [
    ...(group === '' ? [required('spec.group')] : ofGroup === '' ? [] : [invalid('spec.group', group, ofGroup)]),
    ...(scope === '' ? [required('spec.scope')] : []),
    ...(['', 'Cluster', 'Namespaced'].includes(scope)
      ? []
      : [notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])]),
  ];
}

/** A name, or the beginning of one that is to be made, follows from what is defined. */
const ownNameProblems = ({ name, generateName }: ObjectMeta, { names, group }: Definition): readonly FieldError[] =>
  Object.entries({ name, generateName }).flatMap(([member, text]) =>
    !text || text === `${names.plural}.${group}`
      ? []
      : [invalid(`metadata.${member}`, text, 'must be spec.names.plural+"."+spec.group')],
  );

const missingNames = (names: Definition['names']): readonly FieldError[] =>
  (['plural', 'singular', 'kind', 'listKind'] as const)
    .filter((member) => !names[member])
    .map((member) => required(`spec.names.${member}`));

function namesProblems(names: Definition['names'], path: string): readonly FieldError[] {
  const { plural, singular = '', kind, listKind = '', shortNames = [], categories = [] } = names;
  const about = (text: string, at: string, label: string, hint = ''): readonly FieldError[] => {
    const problems = dns1035LabelProblems(label).join(',');
    return problems === '' ? [] : [invalid(`${path}.${at}`, text, hint + problems)];
  };
  const wrong = (text: string, at: string) => about(text, at, text);
  const mixed = (text: string, at: string) => about(text, at, text.toLowerCase(), MIXED);
  return [
    ...(plural ? wrong(plural, 'plural') : []),
    ...(singular ? wrong(singular, 'singular') : []),
    ...(kind ? mixed(kind, 'kind') : []),
    ...(listKind ? mixed(listKind, 'listKind') : []),
    ...shortNames.flatMap((name, at) => wrong(name, `shortNames[${at}]`)),
    ...categories.flatMap((name, at) => wrong(name, `categories[${at}]`)),
    ...(kind && kind === listKind
      ? [invalid(`${path}.listKind`, listKind, 'kind and listKind may not be the same')]
      : []),
  ];
}

const MIXED = 'may have mixed case, but should otherwise match: ';

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
function storedProblems(versions: readonly DefinedVersion[], stored: readonly string[]): readonly FieldError[] {
  const path = 'status.storedVersions';
  if (stored.length === 0) return [invalid(path, null, 'must have at least one stored version')];
  // Of versions with one name only the first is found.
  const missing = versions.filter(
    ({ name, storage }, at) => storage && !(stored.includes(name) && isFirst(versions, name, at)),
  );
  return [
    ...missing.map(({ name }) => invalid(path, stored, `must have the storage version ${name}`)),
    ...stored.flatMap((name, at) =>
      versions.some((version) => version.name === name) ? [] : [invalid(`${path}[${at}]`, name, stillStored(name))],
    ),
  ];
}

const isFirst = (versions: readonly DefinedVersion[], name: string, at: number): boolean =>
  versions.findIndex((version) => version.name === name) === at;

const stillStored = (version: string): string =>
  `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;

function versionsProblems(versions: readonly DefinedVersion[]): readonly FieldError[] {
  const names = versions.map(({ name }) => name);
  const [first] = names;
  const wrong = (detail: string): FieldError =>
    invalidShown('spec.versions', versions.length > 0 ? shownVersions(versions) : null, detail);
  return [
    ...(new Set(names).size === names.length ? [] : [wrong('must contain unique version names')]),
    ...(versions.filter(({ storage }) => storage).length === 1
      ? []
      : [wrong('must have exactly one version marked as storage version')]),
    // Kubernetes knows the first by a second place.
    ...(first ? labelProblems(first, 'spec.version') : []),
    ...versions.flatMap((version, at) => versionProblems(version, `spec.versions[${at}]`)),
    ...(isShared(versions, 'schema') ? sharedSchemaProblems(versions) : ownSchemaProblems(versions)),
  ];
}

/** This server calls nobody. */
const conversionProblems = ({ conversion }: Definition): readonly FieldError[] => {
  if (!conversion || conversion.strategy === 'None') return [];
  const path = 'spec.conversion.strategy';
  if (!conversion.strategy) return [required(path)];
  const known = conversion.strategy === 'Webhook' ? ['None'] : ['None', 'Webhook'];
  return [notSupported(path, conversion.strategy, known)];
};

const labelProblems = (text: string, path: string): readonly FieldError[] => {
  const problems = dns1035LabelProblems(text).join(',');
  return problems === '' ? [] : [invalid(path, text, problems)];
};

function versionProblems({ name, schema, ...version }: DefinedVersion, path: string): readonly FieldError[] {
  return [
    ...deprecationProblems(version, `${path}.deprecationWarning`),
    ...labelProblems(name ?? '', `${path}.name`),
    ...(schema?.openAPIV3Schema ? [] : [required(`${path}.schema.openAPIV3Schema`)]),
  ];
}

function deprecationProblems(
  { deprecated, deprecationWarning: text }: Omit<DefinedVersion, 'name'>,
  path: string,
): readonly FieldError[] {
  if (text === undefined) return [];
  if (!deprecated) return [invalid(path, text, 'can only be set for deprecated versions')];
  const odd = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(text);
  const where = Buffer.byteLength(text.slice(0, odd?.index ?? 0));
  return [
    ...(Buffer.byteLength(text) > 256 ? ['must be <= 256 characters long'] : []),
    ...(text === '' ? ['must not be an empty string'] : []),
    ...(odd ? [`must only contain printable UTF-8 characters; non-printable character found at index ${where}`] : []),
  ].map((detail) => invalid(path, text, detail));
}

/** Kubernetes keeps a schema all versions share outside of them, and names it so. */
function sharedSchemaProblems(versions: readonly DefinedVersion[]): readonly FieldError[] {
  const schema = versions[0]?.schema?.openAPIV3Schema;
  return schema
    ? problemsOf(
        schema,
        'spec.validation.openAPIV3Schema',
        versions.some(({ subresources }) => subresources?.status !== undefined),
      )
    : [];
}

const ownSchemaProblems = (versions: readonly DefinedVersion[]): readonly FieldError[] =>
  versions.flatMap((version, at) => {
    const schema = version.schema?.openAPIV3Schema;
    return schema
      ? problemsOf(schema, `spec.versions[${at}].schema.openAPIV3Schema`, hasStatus(versions, version))
      : [];
  });

/** Of versions with one name Kubernetes asks the first. */
const hasStatus = (versions: readonly DefinedVersion[], { name }: DefinedVersion): boolean =>
  versions.find((version) => version.name === name)?.subresources?.status !== undefined;

/** Digests of schemas without problems: checking one takes milliseconds, and every server of a process checks the same. */
const SOUND = new Set<string>();
const MAX_SOUND = 1_000;

function problemsOf(schema: StructuralSchema, path: string, withStatus: boolean): readonly FieldError[] {
  const digest = createHash('sha256')
    .update(JSON.stringify([schema, withStatus]))
    .digest('base64');
  if (SOUND.has(digest)) return [];
  const problems = schemaProblems(schema, path, withStatus);
  if (problems.length === 0) {
    if (SOUND.size >= MAX_SOUND) SOUND.clear();
    SOUND.add(digest);
  }
  return problems;
}

/** Where objects are never changes; what they are does not while there may be some. */
function changedIdentity(after: Definition, before: Definition, established: boolean): readonly FieldError[] {
  const compared: readonly (readonly [path: string, after: string, before: string])[] = [
    ...(established
      ? ([
          ['spec.scope', after.scope, before.scope],
          ['spec.names.kind', after.names.kind, before.names.kind],
        ] as const)
      : []),
    ['spec.group', after.group, before.group],
    ['spec.names.plural', after.names.plural, before.names.plural],
  ];
  return compared.filter(([, now, was]) => now !== was).map(([path, now]) => invalid(path, now, 'field is immutable'));
}
