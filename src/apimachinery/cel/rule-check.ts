import { type FieldError, invalid } from '../structural/field-error.js';
import type { StructuralSchema } from '../structural/schema.js';
import { compileRule } from './rule-program.js';
import { withObjectMeta } from './schema-type.js';

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
  return [
    ...(typeof rule === 'string' ? [invalid(`${place}.rule`, source.rule, rule)] : []),
    ...(typeof message === 'string' ? [invalid(`${place}.messageExpression`, source.messageExpression, message)] : []),
  ];
}
