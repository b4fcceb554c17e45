import { isJsonObject, type JsonObject } from '../json.js';
import {
  dns1123LabelProblems,
  labelKeyProblems,
  labelValueProblems,
  type NameRule,
  pathSegmentProblems,
} from '../names.js';
import { type FieldError, forbidden, invalid, invalidShown, required, tooLong } from './field-error.js';

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const MAX_ANNOTATION_BYTES = 256 * 1024;

/** The checks of an object's metadata on creation. Members of the wrong JSON type are for the schema to report. */
export function validateObjectMeta(
  metadata: JsonObject,
  path: string,
  namespaced: boolean,
  nameRule: NameRule = pathSegmentProblems,
): FieldError[] {
  const { name, namespace, generateName, generation } = metadata;
  const about = (field: string, value: unknown, problems: readonly string[]): FieldError[] =>
    problems.map((problem) => invalid(`${path}.${field}`, value, problem));
  return [
    ...(isText(generateName) ? about('generateName', generateName, generateNameProblems(generateName, nameRule)) : []),
    ...(isText(name)
      ? about('name', name, nameRule(name))
      : [required(`${path}.name`, 'name or generateName is required')]),
    ...validateNamespace(namespace, `${path}.namespace`, namespaced),
    ...(typeof generation === 'number' && generation < 0
      ? about('generation', generation, ['must be greater than or equal to 0'])
      : []),
    ...validateLabels(metadata.labels, `${path}.labels`),
    ...validateAnnotations(metadata.annotations, `${path}.annotations`),
    ...validateOwnerReferences(metadata.ownerReferences, `${path}.ownerReferences`),
    ...validateFinalizers(metadata.finalizers, `${path}.finalizers`),
  ];
}

// The suffix the server appends makes a trailing dash or dot right.
const generateNameProblems = (prefix: string, nameRule: NameRule): string[] =>
  nameRule(prefix.endsWith('-') ? `${prefix.slice(0, -1)}a` : prefix);

function validateNamespace(namespace: unknown, path: string, namespaced: boolean): FieldError[] {
  if (!namespaced) return isText(namespace) ? [forbidden(path, 'not allowed on this type')] : [];
  if (!isText(namespace)) return [required(path)];
  return dns1123LabelProblems(namespace).map((problem) => invalid(path, namespace, problem));
}

const entriesOf = (value: unknown): [string, unknown][] => (isJsonObject(value) ? Object.entries(value) : []);

const validateLabels = (labels: unknown, path: string): FieldError[] =>
  entriesOf(labels).flatMap(([key, value]) => [
    ...labelKeyProblems(key).map((problem) => invalid(path, key, problem)),
    ...(typeof value === 'string' ? labelValueProblems(value) : []).map((problem) => invalid(path, value, problem)),
  ]);

function validateAnnotations(annotations: unknown, path: string): FieldError[] {
  const entries = entriesOf(annotations);
  const errors = entries.flatMap(([key]) =>
    labelKeyProblems(key.toLowerCase()).map((problem) => invalid(path, key, problem)),
  );
  const bytes = entries.reduce((total, [key, value]) => total + Buffer.byteLength(`${key}${value}`), 0);
  return bytes > MAX_ANNOTATION_BYTES ? [...errors, tooLong(path, MAX_ANNOTATION_BYTES)] : errors;
}

const hasVersion = (apiVersion: unknown): boolean => isText(apiVersion) && apiVersion.split('/').length <= 2;

/** With the members of a reference in the order Kubernetes prints them. */
const inOrder = ({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  name,
  uid,
  controller,
  blockOwnerDeletion,
});

function validateOwnerReferences(references: unknown, path: string): FieldError[] {
  if (!Array.isArray(references)) return [];
  const owners = references.filter(isJsonObject);
  const errors = owners.flatMap((owner) => [
    ...(hasVersion(owner.apiVersion)
      ? []
      : [invalid(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty')]),
    ...['kind', 'name', 'uid']
      .filter((field) => !isText(owner[field]))
      .map((field) => invalid(`${path}.${field}`, owner[field] ?? '', 'must not be empty')),
    ...(owner.apiVersion === 'v1' && owner.kind === 'Event'
      ? [invalidShown(path, inOrder(owner), '/v1, Kind=Event is disallowed from being an owner')]
      : []),
  ]);
  const [first, second] = owners.filter(({ controller }) => controller === true);
  if (!first || !second) return errors;
  const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`;
  return [...errors, invalidShown(path, owners.map(inOrder), detail)];
}

function validateFinalizers(finalizers: unknown, path: string): FieldError[] {
  if (!Array.isArray(finalizers)) return [];
  const errors = finalizers
    .filter((one) => typeof one === 'string')
    .flatMap((one) => labelKeyProblems(one).map((problem) => invalid(path, one, problem)));
  if (!finalizers.includes('orphan') || !finalizers.includes('foregroundDeletion')) return errors;
  return [...errors, invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')];
}
