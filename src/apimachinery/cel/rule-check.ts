import { type FieldError, invalid, invalidShown, unshown } from '../structural/field-error.js';
import type { CelRule, StructuralSchema } from '../structural/schema.js';
import { shownRule } from '../structural/shown-schema.js';
import { compileRule } from './rule-program.js';
import { isUntyped, withObjectMeta } from './schema-type.js';

/**
 * What is wrong with the rules of the `openAPIV3Schema` of a CRD, which `path` names. Of a node that is wrong itself, or has one
 * in it that is, nobody looks at the rules.
 */
export const checkRules = (
  schema: StructuralSchema,
  path: string,
  isWrong: (path: string) => boolean = () => false,
): FieldError[] => checkNode(withObjectMeta(schema), path, isWrong);

/** `uncorrelated` is the path of a list whose items cannot be found again in the old one. */
function checkNode(
  schema: StructuralSchema,
  path: string,
  isWrong: (path: string) => boolean,
  uncorrelated?: string,
): FieldError[] {
  const rules = isWrong(path) ? [] : (schema['x-kubernetes-validations'] ?? []);
  const place = `${path}.x-kubernetes-validations`;
  const own =
    rules.length > 0 && isUntyped(schema)
      ? [unshown('InternalError', place, UNTYPED)]
      : rules.flatMap((rule, at) => checkRule(rule, schema, `${place}[${at}]`, uncorrelated));
  const isKnownMap = [undefined, 'atomic', 'granular'].includes(schema['x-kubernetes-map-type']);
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    checkNode(child, `${path}.properties[${name}]`, isWrong, uncorrelated ?? (isKnownMap ? undefined : path)),
  );
  const { additionalProperties, items } = schema;
  const lost = uncorrelated ?? (schema['x-kubernetes-list-type'] === 'map' ? undefined : path);
  return [
    ...own,
    ...properties,
    ...(typeof additionalProperties === 'object'
      ? checkNode(additionalProperties, `${path}.additionalProperties`, isWrong, uncorrelated)
      : []),
    ...(items ? checkNode(items, `${path}.items`, isWrong, lost) : []),
  ];
}

const UNTYPED =
  'internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';

function checkRule(
  source: CelRule,
  schema: StructuralSchema,
  place: string,
  uncorrelated: string | undefined,
): FieldError[] {
  const { rule, message, isTransition } = compileRule(source, schema);
  const { optionalOldSelf } = source;
  const lost = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
  return [
    ...(typeof rule === 'string' ? [invalidShown(`${place}.rule`, shownRule(source), rule)] : []),
    ...(typeof message === 'string' ? [invalidShown(`${place}.messageExpression`, shownRule(source), message)] : []),
    ...(isTransition && uncorrelated !== undefined ? [invalid(`${place}.rule`, source.rule, lost)] : []),
    ...(optionalOldSelf !== undefined && !isTransition
      ? [invalid(`${place}.optionalOldSelf`, optionalOldSelf, 'may not be set if oldSelf is not used in rule')]
      : []),
  ];
}
