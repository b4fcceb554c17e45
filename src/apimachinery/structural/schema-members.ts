import { isJsonObject, type JsonObject, memberOf } from '../json.js';
import { type FieldError, typeInvalid } from './field-error.js';
import { jsonTypeOf } from './scalar.js';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number';
const count: Check = Number.isInteger;
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const list: Check = Array.isArray;
const schema: Check = isJsonObject;
const schemas: Check = (value) => Array.isArray(value) && value.every(isJsonObject);
const namedSchemas: Check = (value) => isJsonObject(value) && Object.values(value).every(isJsonObject);

const MEMBERS: Readonly<Record<string, readonly [type: string, check: Check]>> = {
  type: ['string', text],
  format: ['string', text],
  title: ['string', text],
  description: ['string', text],
  pattern: ['string', text],
  nullable: ['boolean', flag],
  uniqueItems: ['boolean', flag],
  exclusiveMinimum: ['boolean', flag],
  exclusiveMaximum: ['boolean', flag],
  minimum: ['number', number],
  maximum: ['number', number],
  multipleOf: ['number', number],
  minLength: ['integer', count],
  maxLength: ['integer', count],
  minItems: ['integer', count],
  maxItems: ['integer', count],
  minProperties: ['integer', count],
  maxProperties: ['integer', count],
  required: ['array of strings', texts],
  enum: ['array', list],
  properties: ['object', namedSchemas],
  items: ['object', (value) => schema(value) || schemas(value)],
  additionalProperties: ['object or boolean', (value) => schema(value) || flag(value)],
  allOf: ['array of objects', schemas],
  anyOf: ['array of objects', schemas],
  oneOf: ['array of objects', schemas],
  not: ['object', schema],
  'x-kubernetes-preserve-unknown-fields': ['boolean', flag],
  'x-kubernetes-embedded-resource': ['boolean', flag],
  'x-kubernetes-int-or-string': ['boolean', flag],
  'x-kubernetes-list-type': ['string', text],
  'x-kubernetes-map-type': ['string', text],
  'x-kubernetes-list-map-keys': ['array of strings', texts],
  'x-kubernetes-validations': ['array of objects', schemas],
};

/** Schema keywords whose value has the wrong JSON type, at any depth. Only a schema without any can be walked. */
export function memberProblems(node: unknown, path: string): FieldError[] {
  if (!isJsonObject(node)) return [typeInvalid(path, jsonTypeOf(node), 'must be of type object')];
  const wrong = Object.entries(node).flatMap(([name, value]) => {
    const [type, check] = memberOf(MEMBERS, name) ?? [];
    if (!check || !type || value === null || check(value)) return [];
    return [typeInvalid(`${path}.${name}`, jsonTypeOf(value), `must be of type ${type}`)];
  });
  return [...wrong, ...childrenOf(node).flatMap(([below, child]) => memberProblems(child, `${path}${below}`))];
}

/** Every schema directly inside a schema, with the path Kubernetes gives it. */
export function childrenOf(node: JsonObject): [path: string, child: JsonObject][] {
  const named = isJsonObject(node.properties) ? Object.entries(node.properties) : [];
  const single = ['items', 'additionalProperties', 'not'].map((name) => [`.${name}`, node[name]] as const);
  const several = ['allOf', 'anyOf', 'oneOf'].flatMap((name) => {
    const parts: unknown = node[name];
    return (Array.isArray(parts) ? parts : []).map((part: unknown, at) => [`.${name}[${at}]`, part] as const);
  });
  const all = [...named.map(([name, child]) => [`.properties[${name}]`, child] as const), ...single, ...several];
  return all.flatMap(([path, child]) => (isJsonObject(child) ? [[path, child]] : []));
}
