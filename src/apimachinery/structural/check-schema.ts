import { checkRules } from '../cel/rule-check.js';
import { validateRules } from '../cel/rules.js';
import { equalJson, isJsonObject, type JsonObject } from '../json.js';
import { below, type FieldError, forbidden, formatFieldError, invalid, invalidShown } from './field-error.js';
import { isTypeOrMetadata } from './node.js';
import { pruneValue } from './prune.js';
import type { StructuralSchema } from './schema.js';
import { memberProblems } from './schema-members.js';
import { hasNoStructure, ruleProblems } from './schema-rules.js';
import { keywordsOf, shownSchema } from './shown-schema.js';
import { structuralProblems } from './structural.js';
import { validate } from './validate.js';

/**
 * Why a CustomResourceDefinition with this `openAPIV3Schema` is refused; empty when the schema may be used as a
 * StructuralSchema. Kubernetes names the path `spec.validation.openAPIV3Schema` when all versions
 * have the same schema.
 */
export function schemaProblems(schema: unknown, path: string, hasStatus = false): FieldError[] {
  const malformed = memberProblems(schema, path);
  if (malformed.length > 0 || !isJsonObject(schema)) return malformed;
  const wrong = [...ruleProblems(schema, path), ...topDefaultProblems(schema, path)];
  const found = [...rootProblems(schema, path, hasStatus), ...wrong, ...structureProblems(schema, path, wrong)];
  return found.sort((a, b) => (formatFieldError(a) < formatFieldError(b) ? -1 : 1));
}

/** First of structure, then of defaults, then of rules. */
function structureProblems(schema: JsonObject, path: string, wrong: readonly FieldError[]): FieldError[] {
  if (hasNoStructure(schema)) return [];
  const gaps = structuralProblems(schema, path);
  if (gaps.length > 0) return gaps;
  const defaults = defaultProblems(schema, path, true);
  if (defaults.length > 0) return defaults;
  return checkRules(schema, path, (at) => wrong.some(({ field }) => field.startsWith(at)));
}

const AT_ROOT =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations';

/** A status that is looked at by itself must lose nothing of the root. */
function rootProblems(schema: JsonObject, path: string, hasStatus: boolean): FieldError[] {
  const nullable =
    schema.nullable === true ? [forbidden(`${path}.nullable`, 'nullable cannot be true at the root')] : [];
  const when = 'at the root of the schema if the status subresource is enabled';
  const odd = keywordsOf(schema).find((name) =>
    name === 'Type' ? schema.type !== 'object' : !AT_ROOT.split(' ').includes(name),
  );
  if (!hasStatus || odd === undefined) return nullable;
  return [
    odd === 'Type'
      ? invalid(`${path}.type`, schema.type, `only "object" is allowed as the type ${when}`)
      : invalidShown(path, shownSchema(schema), `only [${AT_ROOT}] fields are allowed ${when}`),
    ...nullable,
  ];
}

function topDefaultProblems({ properties }: JsonObject, path: string): FieldError[] {
  return Object.entries(isJsonObject(properties) ? properties : {}).flatMap(([name, child]) =>
    isTypeOrMetadata(name) && isJsonObject(child) && child.default !== undefined && child.default !== null
      ? [forbidden(`${path}.properties[${name}].default`, `must not be set in top-level ${name}`)]
      : [],
  );
}

function defaultProblems(node: JsonObject, path: string, root: boolean): FieldError[] {
  const { properties, items } = node;
  const below = isJsonObject(properties) ? Object.entries(properties) : [];
  return [
    // The whole is a resource.
    ...ownDefaultProblems(root ? { ...node, 'x-kubernetes-embedded-resource': true } : node, path),
    ...below.flatMap(([name, child]) => {
      if (!isJsonObject(child)) return [];
      const at = `${path}.properties[${name}]`;
      // Of those at the top it was told that they have none.
      return root && isTypeOrMetadata(name) ? [] : defaultProblems(child, at, false);
    }),
    ...(isJsonObject(items) ? defaultProblems(items, `${path}.items`, false) : []),
  ];
}

function ownDefaultProblems(node: JsonObject, path: string): FieldError[] {
  const { default: value } = node;
  if (value === undefined || value === null) return [];
  // Only a schema without other problems comes here.
  const schema = node as StructuralSchema;
  const unknown = equalJson(pruneValue(schema, value).value, value)
    ? []
    : [invalid(`${path}.default`, value, 'must not have unknown fields')];
  const wrong = validate(schema, value);
  // Inside a default, messages name the place from the default on.
  const inside = wrong.length > 0 ? wrong : brokenRules(schema, value);
  return [...unknown, ...inside.map((error) => ({ ...error, field: below(`${path}.default`, error.field) }))];
}

/** A default must be good when it comes and while it stays. */
function brokenRules(schema: StructuralSchema, value: unknown): FieldError[] {
  const staying = validateRules(schema, value, value);
  return staying.length > 0 ? staying : validateRules(schema, value, undefined);
}
