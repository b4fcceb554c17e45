import { RE2JS } from 're2js';
import { isFieldOf } from '../cel/field-path.js';
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
    ...celProblems(node, `${path}.x-kubernetes-validations`),
    ...childrenOf(node).flatMap(([below, child]) => ruleProblems(child, `${path}${below}`)),
  ];
}

function keywordProblems(node: JsonObject, path: string): FieldError[] {
  const { type, uniqueItems, properties, additionalProperties, items } = node;
  const closes = isJsonObject(properties) && Object.keys(properties).length > 0;
  return [
    ...(type !== undefined && type !== '' && !TYPES.includes(String(type))
      ? [notSupported(`${path}.type`, type, TYPES)]
      : []),
    ...(type === 'null'
      ? [forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative')]
      : []),
    ...unsupportedIn(node).map((name) => forbidden(`${path}.${name}`, `${name} is not supported`)),
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
  ];
}

/** Keywords of JSON schemas that those of CRDs do not have. */
const unsupportedIn = (node: JsonObject): readonly string[] =>
  UNSUPPORTED.filter((name) => {
    const value = node[name];
    const mayBeEmpty = name === '$ref' || name === 'dependencies' || name === 'additionalItems';
    if (value === undefined || value === null || value === '') return false;
    return mayBeEmpty || !isJsonObject(value) || Object.keys(value).length > 0;
  });

/** Whether the keywords and lists of a schema keep it from being looked at as a structural one. */
export const hasNoStructure = (node: JsonObject): boolean =>
  unsupportedIn(node).length > 0 ||
  Array.isArray(node.items) ||
  node[PRESERVE] === false ||
  childrenOf(node).some(([, child]) => hasNoStructure(child));

/** What keeps it, in Kubernetes' words; undefined when nothing does. */
export function structureFault(node: JsonObject): string | undefined {
  if (!hasNoStructure(node)) return undefined;
  const [unsupported] = unsupportedIn(node);
  if (unsupported !== undefined) return `OpenAPIV3Schema '${unsupported}' is not supported`;
  if (node[PRESERVE] === false)
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  if (Array.isArray(node.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  return childrenOf(node)
    .map(([, child]) => structureFault(child))
    .find((fault) => fault !== undefined);
}

export function patternProblems(pattern: unknown, path: string): FieldError[] {
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

const REASONS: readonly string[] = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
];

function celProblems(node: JsonObject, path: string): FieldError[] {
  const rules: unknown = node['x-kubernetes-validations'];
  if (!Array.isArray(rules)) return [];
  return rules.filter(isJsonObject).flatMap((rule, at) => celRuleProblems(rule, node, `${path}[${at}]`));
}

function celRuleProblems({ rule, message, ...rest }: JsonObject, node: JsonObject, path: string): FieldError[] {
  const { messageExpression, reason, fieldPath } = rest;
  const isBlank = (part: unknown): boolean => typeof part === 'string' && part !== '' && part.trim() === '';
  return [
    ...ruleTextProblems(rule, message, path),
    ...(isBlank(messageExpression)
      ? [required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified')]
      : []),
    ...(reason === undefined || reason === null || REASONS.includes(String(reason))
      ? []
      : [notSupported(`${path}.reason`, reason, REASONS)]),
    ...(typeof fieldPath === 'string' && fieldPath !== '' ? fieldPathProblems(fieldPath, node, path) : []),
  ];
}

function ruleTextProblems(rule: unknown, message: unknown, path: string): FieldError[] {
  const [text, note] = [rule, message].map((part) => (typeof part === 'string' ? part.trim() : ''));
  if (!text) return [required(`${path}.rule`, 'rule is not specified')];
  if (message && !note) return [invalid(`${path}.message`, message, 'must be non-empty if specified')];
  if (/[\n\r]/.test(note ?? '')) return [invalid(`${path}.message`, message, 'must not contain line breaks')];
  if (/[\n\r]/.test(text) && !note) {
    return [required(`${path}.message`, 'message must be specified if rule contains line breaks')];
  }
  return [];
}

function fieldPathProblems(fieldPath: string, node: JsonObject, path: string): FieldError[] {
  const wrong = (detail: string): FieldError => invalid(`${path}.fieldPath`, fieldPath, detail);
  return [
    ...(fieldPath.trim() === '' ? [wrong('must be non-empty if specified')] : []),
    ...(/[\n\r]/.test(fieldPath) ? [wrong('must not contain line breaks')] : []),
    // A schema that is none cannot say whether the path is right.
    ...(hasNoStructure(node) || isFieldOf(node, fieldPath) ? [] : [wrong('must be a valid path')]),
  ];
}
