import { RE2JS } from 're2js';
import { isJsonObject, type JsonObject, memberOf } from '../json.js';
import { type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { childrenOf } from './schema-members.js';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];
const LIST_TYPE = 'x-kubernetes-list-type';
const LIST_KEYS = 'x-kubernetes-list-map-keys';
const MAP_TYPE = 'x-kubernetes-map-type';
const PRESERVE = 'x-kubernetes-preserve-unknown-fields';

/** What a CustomResourceDefinition may not say in any of its schema nodes. */
export function ruleProblems(node: JsonObject, path: string): FieldError[] {
  return [
    ...keywordProblems(node, path),
    ...mapTypeProblems(node, path),
    ...listTypeProblems(node, path),
    ...listKeyProblems(node, path),
    ...nullableItemProblems(node, path),
    ...celProblems(node['x-kubernetes-validations'], `${path}.x-kubernetes-validations`),
    ...childrenOf(node).flatMap(([below, child]) => ruleProblems(child, `${path}${below}`)),
  ];
}

function keywordProblems(node: JsonObject, path: string): FieldError[] {
  const { type, uniqueItems, properties, additionalProperties, items, pattern } = node;
  const closes = isJsonObject(properties) && Object.keys(properties).length > 0;
  return [
    ...(type !== undefined && type !== '' && !TYPES.includes(String(type))
      ? [notSupported(`${path}.type`, type, TYPES)]
      : []),
    ...UNSUPPORTED.filter((name) => node[name] !== undefined && node[name] !== null).map((name) =>
      forbidden(`${path}.${name}`, `${name} is not supported`),
    ),
    ...(uniqueItems === true
      ? [
          forbidden(
            `${path}.uniqueItems`,
            'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
          ),
        ]
      : []),
    ...(closes && additionalProperties !== undefined && additionalProperties !== true
      ? [forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')]
      : []),
    ...(Array.isArray(items) ? [forbidden(`${path}.items`, 'items must be a schema object and not an array')] : []),
    ...(node[PRESERVE] === false ? [invalid(`${path}.${PRESERVE}`, false, 'must be true or undefined')] : []),
    ...patternProblems(pattern, `${path}.pattern`),
  ];
}

function patternProblems(pattern: unknown, path: string): FieldError[] {
  if (typeof pattern !== 'string') return [];
  try {
    RE2JS.compile(pattern);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [invalid(path, pattern, `must be a valid regular expression, but isn't: ${reason}`)];
  }
}

function typeMust(node: JsonObject, path: string, wanted: string, because: string): FieldError[] {
  const { type = '' } = node;
  if (type === wanted) return [];
  const detail = `must be ${wanted} if ${because} is specified`;
  return [type === '' ? required(`${path}.type`, detail) : invalid(`${path}.type`, type, detail)];
}

function mapTypeProblems(node: JsonObject, path: string): FieldError[] {
  const mapType = node[MAP_TYPE];
  if (mapType === undefined) return [];
  const known = mapType === 'atomic' || mapType === 'granular';
  return [
    ...typeMust(node, path, 'object', MAP_TYPE),
    ...(known ? [] : [notSupported(`${path}.${MAP_TYPE}`, mapType, ['atomic', 'granular'])]),
  ];
}

const LIST_TYPES: readonly unknown[] = ['atomic', 'set', 'map'];

function listTypeProblems(node: JsonObject, path: string): FieldError[] {
  const listType = node[LIST_TYPE];
  if (listType === undefined) return [];
  const wrong = typeMust(node, path, 'array', LIST_TYPE);
  const unknown = LIST_TYPES.includes(listType) ? [] : [notSupported(`${path}.${LIST_TYPE}`, listType, LIST_TYPES)];
  const items = isJsonObject(node.items) ? node.items : {};
  const because = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  if (wrong.length > 0 || listType !== 'set') return [...wrong, ...unknown];
  if (items.type === 'array' && items[LIST_TYPE] !== undefined && items[LIST_TYPE] !== 'atomic') {
    return [...unknown, invalid(`${path}.items.${LIST_TYPE}`, items[LIST_TYPE], because)];
  }
  if (items.type === 'object' && items[MAP_TYPE] !== 'atomic') {
    return [...unknown, invalid(`${path}.items.${MAP_TYPE}`, items[LIST_TYPE] ?? null, because)];
  }
  return unknown;
}

function listKeyProblems(node: JsonObject, path: string): FieldError[] {
  const { items } = node;
  const listType = node[LIST_TYPE];
  const keys: readonly unknown[] = Array.isArray(node[LIST_KEYS]) ? node[LIST_KEYS] : [];
  if (listType !== 'map') {
    if (keys.length === 0) return [];
    const detail = `must be map if ${LIST_KEYS} is non-empty`;
    return [
      listType === undefined
        ? required(`${path}.${LIST_TYPE}`, detail)
        : invalid(`${path}.${LIST_TYPE}`, listType, detail),
    ];
  }
  return [
    ...(keys.length > 0 ? [] : [required(`${path}.${LIST_KEYS}`, `must not be empty if ${LIST_TYPE} is map`)]),
    ...(items === undefined ? [required(`${path}.items`, `must have a schema if ${LIST_TYPE} is map`)] : []),
    ...(isJsonObject(items) ? itemKeyProblems(items, keys, path) : []),
  ];
}

function itemKeyProblems(items: JsonObject, keys: readonly unknown[], path: string): FieldError[] {
  if (items.type !== 'object') {
    return [invalid(`${path}.items.type`, items.type ?? '', `must be object if parent array's ${LIST_TYPE} is map`)];
  }
  const properties = isJsonObject(items.properties) ? items.properties : {};
  const demanded: readonly unknown[] = Array.isArray(items.required) ? items.required : [];
  return keys.flatMap((name, at) => {
    const key = String(name);
    const property = memberOf(properties, key);
    const duplicate =
      keys.indexOf(name) < at ? [invalid(`${path}.${LIST_KEYS}`, keys, 'must not contain duplicate entries')] : [];
    if (!isJsonObject(property)) {
      return [invalid(`${path}.${LIST_KEYS}`, keys, 'entries must all be names of item properties'), ...duplicate];
    }
    const where = `${path}.items.properties[${key}]`;
    if (property.type === 'array' || property.type === 'object') {
      return [
        invalid(`${where}.type`, items.type, `must be a scalar type if parent array's ${LIST_TYPE} is map`),
        ...duplicate,
      ];
    }
    if (property.default === undefined && !demanded.includes(name)) {
      const detail =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      return [required(`${where}.default`, detail), ...duplicate];
    }
    if (property.nullable === true) {
      const detail = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
      return [forbidden(`${where}.nullable`, detail), ...duplicate];
    }
    return duplicate;
  });
}

function nullableItemProblems(node: JsonObject, path: string): FieldError[] {
  const listType = node[LIST_TYPE];
  const isNullable = isJsonObject(node.items) && node.items.nullable === true;
  if (!isNullable || (listType !== 'set' && listType !== 'map')) return [];
  return [forbidden(`${path}.items.nullable`, `cannot be nullable when ${LIST_TYPE} is ${listType}`)];
}

function celProblems(rules: unknown, path: string): FieldError[] {
  if (!Array.isArray(rules)) return [];
  return rules.filter(isJsonObject).flatMap(({ rule, message }, at) => {
    const [text, note] = [rule, message].map((part) => (typeof part === 'string' ? part.trim() : ''));
    if (!text) return [required(`${path}[${at}].rule`, 'rule is not specified')];
    if (message && !note) return [invalid(`${path}[${at}].message`, message, 'must be non-empty if specified')];
    if (note?.includes('\n')) return [invalid(`${path}[${at}].message`, message, 'must not contain line breaks')];
    if (text.includes('\n') && !note) {
      return [required(`${path}[${at}].message`, 'message must be specified if rule contains line breaks')];
    }
    return [];
  });
}
