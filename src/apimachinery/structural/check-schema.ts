import { checkRules } from '../cel/rule-check.js';
import { validateRules } from '../cel/rules.js';
import { equalJson, isJsonObject, type JsonObject } from '../json.js';
import { below, type FieldError, forbidden, formatFieldError, invalid } from './field-error.js';
import { isTypeOrMetadata } from './node.js';
import { pruneValue } from './prune.js';
import type { StructuralSchema } from './schema.js';
import { memberProblems } from './schema-members.js';
import { ruleProblems } from './schema-rules.js';
import { structuralProblems } from './structural.js';
import { validate } from './validate.js';

/**
 * Why a CustomResourceDefinition with this `openAPIV3Schema` is refused; empty when the schema may be used as a
 * StructuralSchema. Kubernetes names the path `spec.validation.openAPIV3Schema` when all versions
 * have the same schema.
 */
export function schemaProblems(schema: unknown, path: string): FieldError[] {
  const malformed = memberProblems(schema, path);
  if (malformed.length > 0 || !isJsonObject(schema)) return malformed;
  const problems = [...ruleProblems(schema, path), ...structuralProblems(schema, path)];
  const found = problems.length > 0 ? problems : [...checkRules(schema, path), ...defaultProblems(schema, path, true)];
  return found.sort((a, b) => (formatFieldError(a) < formatFieldError(b) ? -1 : 1));
}

function defaultProblems(node: JsonObject, path: string, root: boolean): FieldError[] {
  const { properties, items, additionalProperties } = node;
  const below = isJsonObject(properties) ? Object.entries(properties) : [];
  return [
    ...ownDefaultProblems(node, path),
    ...below.flatMap(([name, child]) => {
      if (!isJsonObject(child)) return [];
      const at = `${path}.properties[${name}]`;
      if (!root || !isTypeOrMetadata(name)) return defaultProblems(child, at, false);
      return child.default === undefined ? [] : [forbidden(`${at}.default`, `must not be set in top-level ${name}`)];
    }),
    ...(isJsonObject(items) ? defaultProblems(items, `${path}.items`, false) : []),
    ...(isJsonObject(additionalProperties)
      ? defaultProblems(additionalProperties, `${path}.additionalProperties`, false)
      : []),
  ];
}

function ownDefaultProblems(node: JsonObject, path: string): FieldError[] {
  const { default: value } = node;
  if (value === undefined || value === null) return [];
  // Only a schema without other problems comes here.
  const schema = node as StructuralSchema;
  if (!equalJson(pruneValue(schema, value).value, value)) {
    return [invalid(`${path}.default`, value, 'must not have unknown fields')];
  }
  const wrong = validate(schema, value);
  // Inside a default, messages name the place from the default on.
  return (wrong.length > 0 ? wrong : brokenRules(schema, value)).map((error) => ({
    ...error,
    field: below(`${path}.default`, error.field),
  }));
}

/** A default must be good when it comes and while it stays. */
function brokenRules(schema: StructuralSchema, value: unknown): FieldError[] {
  const staying = validateRules(schema, value, value);
  return staying.length > 0 ? staying : validateRules(schema, value, undefined);
}
