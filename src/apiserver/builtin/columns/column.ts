import type { Unstructured } from '../../../api/meta.js';
import type { PrinterColumn } from '../../../api/resource.js';
import { humanDuration } from '../../forms/table.js';
import { type LabelSelectorSpec, typed } from '../model/typed.js';
import { selectorText } from '../scale.js';

export type Cell = (object: Unstructured, now: Date) => unknown;

/** What `kubectl get` prints of a kind after the name. */
export interface Column extends PrinterColumn {
  /** Computes what `jsonPath` cannot say. */
  readonly cell?: Cell;
}

export const text = (name: string, cell: Cell, priority = 0): Column => ({
  name,
  type: 'string',
  jsonPath: '',
  priority,
  cell,
});
export const count = (name: string, cell: Cell, priority = 0): Column => ({
  name,
  type: 'integer',
  jsonPath: '',
  priority,
  cell,
});
export const flag = (name: string, cell: Cell): Column => ({
  name,
  type: 'boolean',
  jsonPath: '',
  priority: 0,
  cell,
});
export const AGE: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
export const CREATED_AT: Column = text('Created At', ({ metadata }) => metadata.creationTimestamp);

/** Any member of a part of an object, for cells: absent members are undefined, as everywhere in a table. */
type Part = { readonly [field: string]: unknown } | undefined;
export const spec = (object: Unstructured): NonNullable<Part> => typed<Part>(object.spec) ?? {};
export const status = (object: Unstructured): NonNullable<Part> => typed<Part>(object.status) ?? {};
export const member = (part: unknown, name: string): unknown => typed<Part>(part)?.[name];
export const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
export const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const orNone = (value: string): string => (value === '' ? '<none>' : value);
export const joined = (values: readonly unknown[]): string => orNone(values.filter(Boolean).join(','));

export const age = (from: Date, to: Date): string => humanDuration((to.getTime() - from.getTime()) / 1000);
export const time = (value: unknown): Date | undefined => (typeof value === 'string' ? new Date(value) : undefined);
export const addresses = (loadBalancer: unknown): unknown[] =>
  items(member(loadBalancer, 'ingress')).map((one) => member(one, 'ip') ?? member(one, 'hostname'));
export const selectorOf = (object: Unstructured): string =>
  orNone(selectorText(typed<LabelSelectorSpec>(spec(object).selector)));
