import type { Unstructured } from '../../../api/meta.js';

/**
 * A part of a built-in object as the type its reader knows it by. `decode` has refused every object whose values have other
 * types than its schema, so what is declared optional may be absent, and nothing else can be wrong.
 */
export const typed = <T>(value: unknown): T => value as T;

/** The spec of an object, made when it has none. */
export function specOf<T>(object: Unstructured): T {
  object.spec ??= {};
  return typed<T>(object.spec);
}

/** The status of an object, empty when it has none; not for writing. */
export const statusOf = <T>(object: Unstructured): Partial<T> => typed<Partial<T>>(object.status ?? {});

export interface Labels {
  [key: string]: string;
}

export interface LabelSelectorSpec {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  [field: string]: unknown;
}
