import type { Unstructured } from '../api/meta.js';
import { applyDefaults } from '../apimachinery/structural/default.js';
import { OBJECT_META } from '../apimachinery/structural/object-meta.js';
import { prune } from '../apimachinery/structural/prune.js';
import { validate } from '../apimachinery/structural/validate.js';
import type { Kind } from './kind.js';
import { badRequest } from './status-error.js';

export interface Shaped {
  readonly object: Unstructured;
  /** Fields the kind does not have, which are gone from the object. */
  readonly unknown: readonly string[];
}

/** What the schema of a kind makes of an object from a client: without unknown fields, with defaults. */
export function shaped(kind: Kind, sent: Unstructured): Shaped {
  const decoded = kind.decode?.(sent) ?? sent;
  checkMetadata(kind, decoded);
  const { value, pruned } = prune(kind.schema, decoded);
  return { object: applyDefaults(kind.schema, value), unknown: pruned };
}

/** Metadata is read before anything looks at it, so its types must be right. */
function checkMetadata(kind: Kind, { metadata }: Unstructured): void {
  const [wrong] = validate(OBJECT_META, metadata, 'metadata').filter(({ type }) => type === 'FieldValueTypeInvalid');
  if (!wrong) return;
  throw badRequest(
    `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${wrong.field}: ${wrong.message}`,
  );
}
