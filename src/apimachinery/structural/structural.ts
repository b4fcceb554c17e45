import { equalJson, isJsonObject, type JsonObject } from '../json.js';
import { type FieldError, forbidden, invalid, required } from './field-error.js';
import { patternProblems } from './schema-rules.js';

type Level = 'root' | 'item' | 'field';

const PRESERVE = 'x-kubernetes-preserve-unknown-fields';
const EMBEDDED = 'x-kubernetes-embedded-resource';
const INT_OR_STRING = 'x-kubernetes-int-or-string';

/**
 * What keeps a schema from being structural: a type for every node outside of `allOf`, `anyOf`, `oneOf` and `not`, and
 * nothing inside of those that is not also outside.
 */
export function structuralProblems(schema: JsonObject, path: string): FieldError[] {
  return [...nodeProblems(schema, 'root', path), ...gaps(schema, schema, path, path)];
}

const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const named = (value: unknown): [string, JsonObject][] =>
  isJsonObject(value)
    ? Object.entries(value).flatMap(([name, child]) => (isJsonObject(child) ? [[name, child]] : []))
    : [];

function nodeProblems(node: JsonObject, level: Level, path: string): FieldError[] {
  const { items, additionalProperties } = node;
  return [
    ...(node.type === 'array' && items === undefined ? [required(`${path}.items`, 'must be specified')] : []),
    ...(isJsonObject(items) ? nodeProblems(items, 'item', `${path}.items`) : []),
    ...named(node.properties).flatMap(([name, child]) => nodeProblems(child, 'field', `${path}.properties[${name}]`)),
    ...(additionalProperties !== undefined && level === 'root'
      ? [forbidden(`${path}.additionalProperties`, 'must not be used at the root')]
      : []),
    ...(isJsonObject(additionalProperties)
      ? nodeProblems(additionalProperties, 'field', `${path}.additionalProperties`)
      : []),
    ...extensionProblems(node, path),
    ...typeProblems(node, level, path),
    ...embeddedProblems(node, path),
    ...metadataProblems(node, level, path),
    ...junctorProblems(node, path),
  ];
}

function extensionProblems(node: JsonObject, path: string): FieldError[] {
  if (!node[INT_OR_STRING]) return [];
  return [PRESERVE, EMBEDDED]
    .filter((name) => node[name] === true)
    .map((name) => invalid(`${path}.${name}`, true, `must be false if ${INT_OR_STRING} is true`));
}

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function typeProblems(node: JsonObject, level: Level, path: string): FieldError[] {
  const { type = '' } = node;
  const wrong = (detail: string): FieldError =>
    type === '' ? required(`${path}.type`, detail) : invalid(`${path}.type`, type, detail);
  if (node[EMBEDDED] && type !== 'object') return [wrong(`must be object if ${EMBEDDED} is true`)];
  if (type === '') return node[INT_OR_STRING] || node[PRESERVE] ? [] : [wrong(EMPTY_TYPE[level])];
  return level === 'root' && type !== 'object' ? [wrong('must be object at the root')] : [];
}

function embeddedProblems(node: JsonObject, path: string): FieldError[] {
  if (!node[EMBEDDED]) return [];
  const bare = !node[PRESERVE] && named(node.properties).length === 0;
  return [
    ...(node.additionalProperties === undefined
      ? []
      : [forbidden(`${path}.additionalProperties`, `must not be used if ${EMBEDDED} is set`)]),
    ...(bare ? [required(`${path}.properties`, `must not be empty if ${EMBEDDED} is true without ${PRESERVE}`)] : []),
  ];
}

function metadataProblems(node: JsonObject, level: Level, path: string): FieldError[] {
  if (level !== 'root' && !node[EMBEDDED]) return [];
  const expected = { apiVersion: 'string', kind: 'string', metadata: 'object' };
  const properties = new Map(named(node.properties));
  const metadata = properties.get('metadata');
  const wrong = Object.entries(expected).flatMap(([name, type]) => {
    const actual = properties.get(name)?.type ?? '';
    if (!properties.has(name) || actual === type) return [];
    return [invalid(`${path}.properties[${name}].type`, actual, `must be ${type}`)];
  });
  if (level !== 'root' || !metadata || restrictsNameOnly(metadata)) return wrong;
  const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return [...wrong, forbidden(`${path}.properties[metadata]`, detail)];
}

function restrictsNameOnly({ type: _, properties = {}, description: __, ...others }: JsonObject): boolean {
  const names = named(properties).map(([name]) => name);
  return Object.keys(others).length === 0 && names.every((name) => name === 'name' || name === 'generateName');
}

const INT_AND_STRING = [{ type: 'integer' }, { type: 'string' }];

/** The nodes under allOf, anyOf, oneOf and not; those two notations of int-or-string apart that Kubernetes knows. */
function junctorProblems(node: JsonObject, path: string): FieldError[] {
  const exempt = (parts: unknown): boolean => equalJson(parts, INT_AND_STRING);
  const [first, ...rest] = objects(node.allOf);
  const allOf = first && exempt(first.anyOf) ? [{ ...first, anyOf: undefined }, ...rest] : objects(node.allOf);
  return [
    ...patternProblems(node.pattern, `${path}.pattern`),
    ...(exempt(node.anyOf) ? [] : objects(node.anyOf)).flatMap((part, at) =>
      nestedProblems(part, `${path}.anyOf[${at}]`),
    ),
    ...allOf.flatMap((part, at) => nestedProblems(part, `${path}.allOf[${at}]`)),
    ...objects(node.oneOf).flatMap((part, at) => nestedProblems(part, `${path}.oneOf[${at}]`)),
    ...(isJsonObject(node.not) ? nestedProblems(node.not, `${path}.not`) : []),
  ];
}

const FORBIDDEN_INSIDE: readonly (readonly [name: string, mustBe: string])[] = [
  ['type', 'empty'],
  ['additionalProperties', 'undefined'],
  ['default', 'undefined'],
  ['title', 'empty'],
  ['description', 'empty'],
  ['nullable', 'false'],
  [PRESERVE, 'false'],
  [EMBEDDED, 'false'],
  [INT_OR_STRING, 'false'],
  ['x-kubernetes-list-map-keys', 'empty'],
  ['x-kubernetes-list-type', 'undefined'],
  ['x-kubernetes-map-type', 'undefined'],
  ['x-kubernetes-validations', 'empty'],
];

function nestedProblems(node: JsonObject, path: string): FieldError[] {
  const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== '' && value !== false;
  return [
    ...junctorProblems(node, path),
    ...(isJsonObject(node.items) ? nestedProblems(node.items, `${path}.items`) : []),
    ...named(node.properties).flatMap(([name, child]) => nestedProblems(child, `${path}.properties[${name}]`)),
    ...FORBIDDEN_INSIDE.filter(([name]) => isSet(node[name])).map(([name, mustBe]) =>
      forbidden(`${path}.${name}`, `must be ${mustBe} to be structural`),
    ),
    ...(named(node.properties).some(([name]) => name === 'metadata')
      ? [forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context')]
      : []),
  ];
}

/** What the junctors of `inner` speak of and `outer`, the structural part, does not have. */
function gaps(inner: JsonObject, outer: JsonObject, outerPath: string, path: string): FieldError[] {
  const parts = [
    ...(isJsonObject(inner.not) ? [[`${path}.not`, inner.not] as const] : []),
    ...['allOf', 'anyOf', 'oneOf'].flatMap((name) =>
      objects(inner[name]).map((part, at) => [`${path}.${name}[${at}]`, part] as const),
    ),
  ];
  return parts.flatMap(([at, part]) => nestedGaps(part, outer, outerPath, at));
}

function nestedGaps(inner: JsonObject, outer: JsonObject, outerPath: string, path: string): FieldError[] {
  const into = (child: JsonObject, counterpart: unknown, step: string): FieldError[] =>
    isJsonObject(counterpart)
      ? nestedGaps(child, counterpart, `${outerPath}${step}`, `${path}${step}`)
      : [required(`${outerPath}${step}`, `because it is defined in ${path}${step}`)];
  const properties = new Map(named(outer.properties));
  return [
    ...gaps(inner, outer, outerPath, path),
    ...(isJsonObject(inner.items) ? into(inner.items, outer.items, '.items') : []),
    ...named(inner.properties).flatMap(([name, child]) => into(child, properties.get(name), `.properties[${name}]`)),
  ];
}
