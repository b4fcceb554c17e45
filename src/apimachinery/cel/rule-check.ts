import { type FieldError, invalid } from '../structural/field-error.js';
import type { StructuralSchema } from '../structural/schema.js';
import { CelCompileError } from './compile-error.js';
import { compileRule } from './rule-program.js';
import { withObjectMeta } from './schema-type.js';
import { isDynamic } from './type.js';

/** What is wrong with the rules of the `openAPIV3Schema` of a CRD, which `path` names. */
export const checkRules = (schema: StructuralSchema, path: string): FieldError[] =>
  checkNode(withObjectMeta(schema), path);

function checkNode(schema: StructuralSchema, path: string): FieldError[] {
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap((_, at) => checkRule(schema, at, path));
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    checkNode(child, `${path}.properties[${name}]`),
  );
  const { additionalProperties, items } = schema;
  return [
    ...own,
    ...properties,
    ...(typeof additionalProperties === 'object'
      ? checkNode(additionalProperties, `${path}.additionalProperties`)
      : []),
    ...(items ? checkNode(items, `${path}.items`) : []),
  ];
}

function checkRule(schema: StructuralSchema, at: number, path: string): FieldError[] {
  const source = schema['x-kubernetes-validations']?.[at];
  const place = `${path}.x-kubernetes-validations[${at}]`;
  if (!source) return [];
  const { rule, message } = compileRule(source, schema);
  const errors: FieldError[] = [];
  if (rule instanceof CelCompileError) {
    errors.push(invalid(`${place}.rule`, source.rule, `compilation failed: ${rule.message}`));
  } else if (rule.type.kind !== 'bool' && !isDynamic(rule.type)) {
    errors.push(invalid(`${place}.rule`, source.rule, 'cel expression must evaluate to a bool'));
  }
  if (message instanceof CelCompileError) {
    const detail = `messageExpression compilation failed: ${message.message}`;
    errors.push(invalid(`${place}.messageExpression`, source.messageExpression, detail));
  } else if (message && message.type.kind !== 'string' && !isDynamic(message.type)) {
    const detail = 'messageExpression must evaluate to a string';
    errors.push(invalid(`${place}.messageExpression`, source.messageExpression, detail));
  }
  return errors;
}
