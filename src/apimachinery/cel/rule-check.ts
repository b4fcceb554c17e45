import { type FieldError, invalid, invalidShown, notSupported } from '../structural/field-error.js';
import type { CelRule, StructuralSchema } from '../structural/schema.js';
import { isFieldOf } from './field-path.js';
import { compileRule } from './rule-program.js';
import { withObjectMeta } from './schema-type.js';

/** What is wrong with the rules of the `openAPIV3Schema` of a CRD, which `path` names. */
export const checkRules = (schema: StructuralSchema, path: string): FieldError[] =>
  checkNode(withObjectMeta(schema), path);

/** `uncorrelated` is the path of a list whose items cannot be found again in the old one. */
function checkNode(schema: StructuralSchema, path: string, uncorrelated?: string): FieldError[] {
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule, at) =>
    checkRule(rule, schema, `${path}.x-kubernetes-validations[${at}]`, uncorrelated),
  );
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    checkNode(child, `${path}.properties[${name}]`, uncorrelated),
  );
  const { additionalProperties, items } = schema;
  const lost = uncorrelated ?? (schema['x-kubernetes-list-type'] === 'map' ? undefined : path);
  return [
    ...own,
    ...properties,
    ...(typeof additionalProperties === 'object'
      ? checkNode(additionalProperties, `${path}.additionalProperties`, uncorrelated)
      : []),
    ...(items ? checkNode(items, `${path}.items`, lost) : []),
  ];
}

const REASONS: readonly string[] = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
];

function checkRule(
  source: CelRule,
  schema: StructuralSchema,
  place: string,
  uncorrelated: string | undefined,
): FieldError[] {
  const { rule, message, isTransition } = compileRule(source, schema);
  const { reason, fieldPath, optionalOldSelf } = source;
  const lost = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
  return [
    ...(reason && !REASONS.includes(reason) ? [notSupported(`${place}.reason`, reason, REASONS)] : []),
    ...(fieldPath && !isFieldOf(schema, fieldPath)
      ? [invalid(`${place}.fieldPath`, fieldPath, 'must be a valid path')]
      : []),
    ...(typeof rule === 'string' ? [invalidShown(`${place}.rule`, shown(source), rule)] : []),
    ...(typeof message === 'string' ? [invalidShown(`${place}.messageExpression`, shown(source), message)] : []),
    ...(isTransition && uncorrelated !== undefined ? [invalid(`${place}.rule`, source.rule, lost)] : []),
    ...(optionalOldSelf && !isTransition
      ? [invalid(`${place}.optionalOldSelf`, optionalOldSelf, 'may not be set if oldSelf is not used in rule')]
      : []),
  ];
}

/** A rule as Kubernetes prints its own form of it. */
const shown = ({ rule, message, messageExpression, reason, fieldPath, optionalOldSelf }: CelRule) => ({
  Rule: rule,
  Message: message ?? '',
  MessageExpression: messageExpression ?? '',
  Reason: reason ?? null,
  FieldPath: fieldPath ?? '',
  OptionalOldSelf: optionalOldSelf ?? null,
});
