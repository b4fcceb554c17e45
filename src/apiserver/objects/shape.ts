import type { ObjectMeta, Unstructured } from '../../api/meta.js';
import { cloneJson } from '../../apimachinery/clone.js';
import { isJsonObject, type JsonObject } from '../../apimachinery/json.js';
import { applyDefaults, type Nulls } from '../../apimachinery/structural/default.js';
import { noMetadata, type ReadEmbedded, readEmbedded } from '../../apimachinery/structural/embedded.js';
import { formatFieldError, invalid } from '../../apimachinery/structural/field-error.js';
import { OBJECT_META } from '../../apimachinery/structural/object-meta.js';
import { prune } from '../../apimachinery/structural/prune.js';
import type { StructuralSchema } from '../../apimachinery/structural/schema.js';
import { validate } from '../../apimachinery/structural/validate.js';
import { decodeMetadata } from '../builtin/model/decode.js';
import { Misfit } from '../builtin/model/misfit.js';
import type { Kind, Origin } from '../kind.js';
import { refusedBody } from './field-validation.js';

export interface Shaped {
  readonly object: Unstructured;
  /** Fields the kind does not have, which are gone from the object. */
  readonly unknown: readonly string[];
}

export type Refuse = (problem: string) => Error;

interface Reading {
  readonly nulls?: Nulls;
  readonly origin?: Origin;
  /** What is known of an object that says it is of another type; it is refused for that later. */
  readonly other?: StructuralSchema | undefined;
}

/** What the schema of a kind makes of an object from a client: without unknown fields, with defaults. */
export function shaped(
  kind: Kind,
  sent: Unstructured,
  refuse: Refuse = refusedBody(kind),
  { nulls = 'dropped', origin = 'json', other }: Reading = {},
): Shaped {
  const decoded = decodedAs(kind, sent, refuse, origin);
  checkMetadata(decoded, refuse);
  const { value, pruned, found } = prune(other ?? kind.schema, decoded);
  const readResource: ReadEmbedded = (object, path) =>
    // What is applied was merged, not read: where it does not fit it is refused when it is validated.
    nulls === 'kept' ? withMetadata(object) : resource(object, path, refuse);
  const read = other ? value : readEmbedded(kind.schema, value, readResource);
  return {
    object: completed(kind, applyDefaults(kind.schema, read, nulls)),
    unknown: kind.custom ? pruned : inOrder(found, origin),
  };
}

/** Of what was merged, the fields of an object are told before those of the objects in it. */
function inOrder(fields: readonly string[], origin: Origin): readonly string[] {
  const depth = (field: string): number => field.split(/[.[]/).length;
  return origin === 'merged' ? fields.toSorted((a, b) => depth(a) - depth(b)) : fields;
}

function completed({ strategy }: Kind, object: Unstructured): Unstructured {
  if (!strategy.complete) return object;
  const draft = cloneJson(object);
  strategy.complete(draft);
  return draft;
}

/** Of metadata that lost all its members a merge leaves null. */
const withMetadata = (object: JsonObject): JsonObject =>
  object.metadata === null ? { ...object, metadata: {} } : object;

/** An object inside a custom one has its metadata read as the custom one has. */
function resource(object: JsonObject, path: string, refuse: Refuse): JsonObject {
  const misfit = (member: string, why: string): Error =>
    refuse(formatFieldError(invalid(`${path}.${member}`, object[member], why)));
  for (const member of ['apiVersion', 'kind']) {
    if (Object.hasOwn(object, member) && typeof object[member] !== 'string') throw misfit(member, 'must be a string');
  }
  const { metadata } = object;
  if (metadata === undefined) return object;
  if (metadata !== null && !isJsonObject(metadata)) throw misfit('metadata', noMetadata(metadata));
  try {
    // Its members are what is read here.
    return { ...object, metadata: decodeMetadata((metadata ?? {}) as ObjectMeta) };
  } catch (error) {
    throw error instanceof Misfit ? misfit('metadata', error.message) : error;
  }
}

type Decoding = Pick<Kind, 'decode'>;

/** Refuses what does not fit the types of a built-in kind; of a custom one, only its metadata is such. */
export function decodedAs(kind: Decoding, sent: Unstructured, refuse: Refuse, origin: Origin): Unstructured {
  try {
    return kind.decode ? kind.decode(sent, origin) : { ...sent, metadata: decodeMetadata(sent.metadata) };
  } catch (error) {
    throw error instanceof Misfit ? refuse(error.message) : error;
  }
}

/** Metadata is read before anything looks at it, so its types must be right. */
function checkMetadata({ metadata }: Unstructured, refuse: Refuse): void {
  const [wrong] = validate(OBJECT_META, metadata, 'metadata').filter(({ type }) => type === 'FieldValueTypeInvalid');
  if (wrong) throw refuse(`${wrong.field}: ${wrong.message}`);
}
