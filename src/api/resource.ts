import { z } from 'zod';
import { type KubeObject, ObjectMeta } from './meta.js';

/** Where a kind lives on the wire; enough to build every REST path of it. `group` is `''` for core. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A kind we declare: its place on the wire, and the schema its type, validator and CRD come from. */
export interface Resource<T extends KubeObject = KubeObject> extends ResourceType {
  readonly schema: z.ZodType<T>;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly columns: readonly PrinterColumn[];
  readonly hasStatus: boolean;
  /** CEL rules of the whole object. */
  readonly rules: readonly ValidationRule[];
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
}

/** One entry of `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

interface Declaration<Shape extends z.ZodRawShape> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** The members beside `apiVersion`, `kind` and `metadata`; usually `spec` and `status`. */
  readonly fields: Shape;
  /** Shown by `kubectl explain`. */
  readonly description?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly columns?: readonly PrinterColumn[];
  readonly rules?: readonly ValidationRule[];
}

export const apiVersionOf = ({ group, version }: Pick<ResourceType, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

/** One call per kind; the type, the validator, the CRD and the REST path all come from its result. */
export function defineResource<Shape extends z.ZodRawShape>(declaration: Declaration<Shape>) {
  const { fields, shortNames = [], categories = [], columns = [], rules = [], description, ...type } = declaration;
  const object = z.object({
    apiVersion: z.literal(apiVersionOf(type)),
    kind: z.literal(type.kind),
    metadata: ObjectMeta,
    ...fields,
  });
  const schema = description === undefined ? object : object.describe(description);
  return {
    ...type,
    singular: type.kind.toLowerCase(),
    schema,
    shortNames,
    categories,
    columns,
    rules,
    hasStatus: 'status' in fields,
  };
}
