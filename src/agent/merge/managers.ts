import type { Unstructured } from '../../api/meta.js';

interface FieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: object;
}

// The API server writes them.
const entriesOf = ({ metadata }: Unstructured) => (metadata.managedFields ?? []) as readonly FieldsEntry[];

/** Nobody but this manager has written content since it last sent the object; what others keep in the metadata and the status is theirs. */
export function isContentOf(live: Unstructured, manager: string): boolean {
  const contents = entriesOf(live).filter(({ fieldsV1 }) =>
    Object.keys(fieldsV1 ?? {}).some((field) => field !== 'f:metadata' && field !== 'f:status'),
  );
  return contents.length > 0 && contents.every((one) => one.manager === manager && one.operation === 'Update');
}

/** This manager has applied the object by server-side apply. */
export const isAppliedBy = (live: Unstructured, manager: string): boolean =>
  entriesOf(live).some((one) => one.manager === manager && one.operation === 'Apply' && !one.subresource);
