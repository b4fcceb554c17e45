import { isJsonObject, type JsonObject, sortedJson } from '../json.js';

type Shown = (value: unknown) => unknown;

const asIs: Shown = (value) => sortedJson(value ?? null);
const text: Shown = (value) => value ?? '';
const flag: Shown = (value) => value ?? false;
const schemas: Shown = (value) => (Array.isArray(value) && value.length > 0 ? value.map(shownSchema) : null);
const named: Shown = (value) => {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return null;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, child]) => [name, shownSchema(child)]));
};
const optional: Shown = (value) => (value === undefined || value === null ? null : shownSchema(value));
const items: Shown = (value) => {
  if (value === undefined || value === null) return null;
  return Array.isArray(value)
    ? { Schema: null, JSONSchemas: value.map(shownSchema) }
    : { Schema: shownSchema(value), JSONSchemas: null };
};
const orBoolean: Shown = (value) => {
  if (value === undefined || value === null) return null;
  return typeof value === 'boolean' ? { Allows: value, Schema: null } : { Allows: true, Schema: shownSchema(value) };
};
const dependencies: Shown = (value) =>
  isJsonObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, one]) => [
            name,
            Array.isArray(one) ? { Schema: null, Property: one } : { Schema: shownSchema(one), Property: null },
          ]),
      )
    : null;
const rules: Shown = (value) => (Array.isArray(value) && value.length > 0 ? value.map(shownRule) : null);
const documentation: Shown = (value) =>
  isJsonObject(value) ? { Description: value.description ?? '', URL: value.url ?? '' } : null;

/** Kubernetes' own names of the keywords, in its own order. */
const MEMBERS: readonly (readonly [name: string, keyword: string, shown: Shown])[] = [
  ['ID', 'id', text],
  ['Schema', '$schema', text],
  ['Ref', '$ref', asIs],
  ['Description', 'description', text],
  ['Type', 'type', text],
  ['Nullable', 'nullable', flag],
  ['Format', 'format', text],
  ['Title', 'title', text],
  ['Default', 'default', asIs],
  ['Maximum', 'maximum', asIs],
  ['ExclusiveMaximum', 'exclusiveMaximum', flag],
  ['Minimum', 'minimum', asIs],
  ['ExclusiveMinimum', 'exclusiveMinimum', flag],
  ['MaxLength', 'maxLength', asIs],
  ['MinLength', 'minLength', asIs],
  ['Pattern', 'pattern', text],
  ['MaxItems', 'maxItems', asIs],
  ['MinItems', 'minItems', asIs],
  ['UniqueItems', 'uniqueItems', flag],
  ['MultipleOf', 'multipleOf', asIs],
  ['Enum', 'enum', asIs],
  ['MaxProperties', 'maxProperties', asIs],
  ['MinProperties', 'minProperties', asIs],
  ['Required', 'required', asIs],
  ['Items', 'items', items],
  ['AllOf', 'allOf', schemas],
  ['OneOf', 'oneOf', schemas],
  ['AnyOf', 'anyOf', schemas],
  ['Not', 'not', optional],
  ['Properties', 'properties', named],
  ['AdditionalProperties', 'additionalProperties', orBoolean],
  ['PatternProperties', 'patternProperties', named],
  ['Dependencies', 'dependencies', dependencies],
  ['AdditionalItems', 'additionalItems', orBoolean],
  ['Definitions', 'definitions', named],
  ['ExternalDocs', 'externalDocs', documentation],
  ['Example', 'example', asIs],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields', asIs],
  ['XEmbeddedResource', 'x-kubernetes-embedded-resource', flag],
  ['XIntOrString', 'x-kubernetes-int-or-string', flag],
  ['XListMapKeys', 'x-kubernetes-list-map-keys', asIs],
  ['XListType', 'x-kubernetes-list-type', asIs],
  ['XMapType', 'x-kubernetes-map-type', asIs],
  ['XValidations', 'x-kubernetes-validations', rules],
];

/** A schema as Kubernetes prints its own form of it. */
export function shownSchema(schema: unknown): JsonObject {
  const node = isJsonObject(schema) ? schema : {};
  return Object.fromEntries(MEMBERS.map(([name, keyword, shown]) => [name, shown(node[keyword])]));
}

/** A rule, likewise. */
export function shownRule(rule: unknown): JsonObject {
  const members = isJsonObject(rule) ? rule : {};
  return {
    Rule: members.rule ?? '',
    Message: members.message ?? '',
    MessageExpression: members.messageExpression ?? '',
    Reason: members.reason ?? null,
    FieldPath: members.fieldPath ?? '',
    OptionalOldSelf: members.optionalOldSelf ?? null,
  };
}

/** The keywords a schema has, by Kubernetes' own names, in its own order. */
export const keywordsOf = (schema: JsonObject): readonly string[] =>
  MEMBERS.filter(([, keyword, shown]) => {
    const value = shown(schema[keyword]);
    return value !== null && value !== '' && value !== false;
  }).map(([name]) => name);
