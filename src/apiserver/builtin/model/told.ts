import type { Kind } from '../../kind.js';

/** Lists Kubernetes always tells: as null when they have no items. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  V1Role: ['rules'],
  V1ClusterRole: ['rules'],
  V1EndpointSlice: ['endpoints', 'ports'],
};

/** Whether an empty list is more than nothing, to those who own it. */
export const isTold = (model: string, field: string): boolean => TOLD[model]?.includes(field) ?? false;

export const toldLists = (model: string): readonly string[] => TOLD[model] ?? [];

/** How objects of a model are stored and told, where that is not the same. */
export function tellingOf(model: string): Pick<Kind, 'toStorage' | 'tell'> {
  const fields = TOLD[model];
  if (!fields) return {};
  const isEmpty = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);
  return {
    // An empty list was only kept for those who own it.
    toStorage: (object) => {
      const kept = { ...object };
      for (const field of fields) if (isEmpty(kept[field])) delete kept[field];
      return kept;
    },
    tell: (object) => {
      const empty = fields.filter((field) => isEmpty(object[field]));
      return { ...object, ...Object.fromEntries(empty.map((field) => [field, null])) };
    },
  };
}
