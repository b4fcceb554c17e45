import { memberOf } from '../json.js';
import type { StructuralSchema } from '../structural/schema.js';

/** The names in the `fieldPath` of a rule: `.spec.a['b.c']`. */
export const fieldNames = (fieldPath: string): readonly string[] =>
  [...fieldPath.matchAll(/\.([^.[\]]+)|\['([^']*)'\]/g)].map(([, name, quoted]) => name ?? quoted ?? '');

/** Whether a path is written as one and the schema has something there. */
export function isFieldOf(schema: StructuralSchema, fieldPath: string): boolean {
  if (!/^(?:\.[^.[\]]+|\['[^']*'\])+$/.test(fieldPath)) return false;
  let node: StructuralSchema | undefined = schema;
  for (const name of fieldNames(fieldPath)) {
    const others: StructuralSchema | boolean | undefined = node?.additionalProperties;
    node = memberOf(node?.properties, name) ?? (typeof others === 'object' ? others : undefined);
  }
  return node !== undefined;
}
