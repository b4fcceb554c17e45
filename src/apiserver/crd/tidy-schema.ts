import type { PrinterColumn } from '../../api/resource.js';
import { isJsonObject, type JsonObject } from '../../apimachinery/json.js';
import type { StructuralSchema } from '../../apimachinery/structural/schema.js';

/** Members that may be false or empty and say something by it. */
const TELLING: readonly string[] = [
  'additionalProperties',
  'default',
  'enum',
  'example',
  'x-kubernetes-preserve-unknown-fields',
];
const NAMED: readonly string[] = ['properties', 'definitions', 'patternProperties'];
const RULES = 'x-kubernetes-validations';

const isNothing = (value: unknown): boolean => value === false || value === '' || value === null;

/** A column, likewise. */
export const tidyColumn = ({ format, description, priority, ...column }: PrinterColumn): PrinterColumn => ({
  ...column,
  ...(format ? { format } : {}),
  ...(description ? { description } : {}),
  ...(priority ? { priority } : {}),
});

/** A schema as Kubernetes tells it: without what is false or empty. */
export const tidySchema = (schema: StructuralSchema): StructuralSchema => tidied({ ...schema }) as StructuralSchema; // only members that say nothing go

const tidied = (schema: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]) =>
      isNothing(value) && !TELLING.includes(name) ? [] : [[name, tidiedMember(name, value)]],
    ),
  );

function tidiedMember(name: string, value: unknown): unknown {
  if (name === 'default' || name === 'enum' || name === 'example' || name === 'externalDocs') return value;
  if (name === RULES && Array.isArray(value)) return value.map(withoutNothing);
  if (Array.isArray(value)) return value.map((item: unknown) => (isJsonObject(item) ? tidied(item) : item));
  if (!isJsonObject(value)) return value;
  if (!NAMED.includes(name)) return tidied(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, isJsonObject(child) ? tidied(child) : child]),
  );
}

const withoutNothing = (rule: unknown): unknown =>
  isJsonObject(rule)
    ? Object.fromEntries(
        Object.entries(rule).filter(
          ([name, value]) => name === 'rule' || name === 'optionalOldSelf' || !isNothing(value),
        ),
      )
    : rule;
