import { z } from 'zod';
import type { ValidationRule } from './resource.js';

/** Marks that travel through `.meta()` into the CRD; `crd.ts` turns them into exactly what Kubernetes accepts. */
const INT_OR_STRING = { 'x-kubernetes-int-or-string': true };
const PRESERVE = { 'x-kubernetes-preserve-unknown-fields': true };

const QUANTITY =
  /^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$/;

/** An integer or a string; the pattern binds strings only, as on the API server. */
export const intOrString = (pattern?: RegExp) =>
  z.union([z.int(), pattern ? z.string().regex(pattern) : z.string()]).meta({
    ...INT_OR_STRING,
    ...(pattern && { pattern: pattern.source }),
  });

/** An amount such as `500m` or `2Gi`; clients may also send a bare integer. */
export const quantity = () => intOrString(QUANTITY);

/** A whole Kubernetes object of any kind inside another one; what it must have is the API server's to check. */
export const embeddedResource = () =>
  z.record(z.string(), z.unknown()).meta({ 'x-kubernetes-embedded-resource': true, ...PRESERVE });

/** RFC 3339, as Kubernetes writes it. */
export const timestamp = () => z.iso.datetime({ offset: true });

/** A list whose items are told apart by these members; two writers may own different items. */
export const listMap = <Item extends z.ZodObject>(
  item: Item,
  ...keys: [keyof Item['shape'] & string, ...(keyof Item['shape'] & string)[]]
) => z.array(item).meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });

/** A list that has one owner as a whole. */
export const atomicList = <Item extends z.ZodType>(item: Item) =>
  z.array(item).meta({ 'x-kubernetes-list-type': 'atomic' });

/** The schema with CEL rules that the API server evaluates; zod itself does not. */
export const withRules = <Schema extends z.ZodType>(schema: Schema, ...rules: ValidationRule[]): Schema =>
  schema.meta({ 'x-kubernetes-validations': rules });
