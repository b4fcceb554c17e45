import type { Unstructured } from '../../api/meta.js';
import { apiVersionOf } from '../../api/resource.js';
import { goKind, goText } from '../../apimachinery/go-text.js';
import { isJsonObject, type JsonObject } from '../../apimachinery/json.js';
import { parseJson } from '../body/decode.js';
import type { Duplicate } from '../body/duplicate-fields.js';
import { typedObject, WrongType } from '../body/typed-body.js';
import type { Answer } from '../forms/answer.js';
import { keyFor } from '../keys.js';
import type { Kind } from '../kind.js';
import { draftOfNew } from '../objects/draft.js';
import { reportStrictErrors } from '../objects/field-validation.js';
import { applied, kindText } from '../objects/ownership.js';
import { shaped } from '../objects/shape.js';
import { withoutDoubledOwners } from '../objects/tidy.js';
import { contextOf, insert, type Produced, updateObject, type WriteOptions } from '../objects/write.js';
import { forceOf, writeOptions } from '../options/write-options.js';
import { bodyOf, knows, type ResourceRequest } from '../request.js';
import { badRequest, conflict, notFound, StatusError } from '../status-error.js';
import { placedAt, writableSubresource } from './update.js';
import { answerWritten } from './written.js';

export const APPLY = 'application/apply-patch+yaml';

/** Server-side apply: changes what the manager applies, creates what does not exist. */
export async function apply(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, name, query } = request;
  const subresource = writableSubresource(request, 'patch');
  const bytes = await bodyOf(request);
  const options = writeOptions(request, 'apply');
  const target = { namespace, name, subresource };
  const writing = {
    manager: options.fieldManager,
    subresource: request.subresource,
    force: forceOf(query),
    now: api.now(),
  };
  const applyTo = (before: Unstructured | undefined) => {
    const { value, duplicates } = parseApplied(bytes);
    const sent = sentTo(request, value);
    const object = completed(kind, sent, applied(kind, before, sent, writing));
    // The body is read once more, with a look at what it says twice, when all else is done.
    reportRepeated(duplicates, options);
    return { sent, object };
  };
  const produce = (before: Unstructured): Produced => {
    const { sent, object } = applyTo(before);
    const retriable = sent.metadata.resourceVersion === undefined;
    return { object: placedAt(request, object), owned: true, keepsUid: true, retriable };
  };
  for (;;) {
    if (api.store.head(keyFor(kind, namespace, name))) {
      return answerWritten(request, await updateObject(api, kind, target, produce, options));
    }
    if (subresource) throw notFound(kind, name);
    await request.allow('create');
    const created = await create(request, applyTo(undefined).object, options);
    if (created) return answerWritten(request, created);
  }
}

/** Undefined when somebody else created it meanwhile. */
function create(request: ResourceRequest, object: Unstructured, options: WriteOptions) {
  const { api, kind, namespace, name } = request;
  const { uid } = object.metadata;
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(kind, name, why);
  }
  const draft = draftOfNew(
    kind,
    namespace,
    withoutDoubledOwners(placedAt(request, object), options.caller),
    contextOf(api, options),
    undefined,
  );
  const { resourceVersion } = object.metadata;
  const shown =
    options.dryRun && resourceVersion ? { ...draft, metadata: { ...draft.metadata, resourceVersion } } : draft;
  return insert(api, kind, shown, options);
}

/** A null that was applied to a custom object stays, and may be refused. */
const completed = (kind: Kind, sent: Unstructured, object: Unstructured): Unstructured =>
  shaped(kind, object, kind.custom ? undefined : unconverted(kind, sent), { nulls: 'kept', origin: 'merged' }).object;

/** Built-in kinds are merged as any object, and read into their types afterwards. */
const unconverted =
  (kind: Kind, { metadata }: Unstructured) =>
  (problem: string): Error => {
    const type = kindText(apiVersionOf(kind), kind.kind);
    const what = `${metadata.namespace ?? ''}/${metadata.name ?? ''}; ${type}`;
    const why = `unable to convert unstructured object to ${type}: ${problem}`;
    return new StatusError(500, '', `failed to convert new object (${what}) to proper version: ${why}`);
  };

interface Applied {
  readonly value: JsonObject;
  readonly duplicates: readonly Duplicate[];
}

function reportRepeated(duplicates: readonly Duplicate[], { fieldValidation, caller }: WriteOptions): void {
  const repeated = duplicates.map(({ name, line }) => `line ${line}: key ${JSON.stringify(name)} already set in map`);
  reportStrictErrors(repeated, fieldValidation, caller, () => {
    const lines = repeated.map((one) => `\n  ${one}`).join('');
    return badRequest(`error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:${lines}`);
  });
}

function parseApplied(bytes: Buffer): Applied {
  if (bytes.length === 0) return { value: {}, duplicates: [] };
  const { value, duplicates } = parseJson(bytes, APPLY, (fault) => `error decoding YAML: ${fault}`);
  if (value === null) return { value: {}, duplicates };
  if (isJsonObject(value)) return { value, duplicates };
  const why = `json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`;
  throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${why}`);
}

function sentTo(request: ResourceRequest, value: JsonObject): Unstructured {
  const { kind } = request;
  const [apiVersion, named] = [value.apiVersion, value.kind].map((member) =>
    typeof member === 'string' ? member : '',
  );
  if (apiVersion !== apiVersionOf(kind) || named !== kind.kind) {
    throw badRequest(`invalid object type: ${kindText(apiVersion ?? '', named ?? '')}`);
  }
  const { metadata } = value;
  if (metadata !== undefined && metadata !== null && !isJsonObject(metadata)) {
    const what = `/; ${kindText(apiVersionOf(kind), kind.kind)}`;
    const why = `.metadata: expected map, got &{${goText(metadata)}}`;
    throw new StatusError(500, '', `failed to create typed patch object (${what}): ${why}`);
  }
  try {
    return typedObject(value, kind, knows(request));
  } catch (error) {
    throw error instanceof WrongType ? badRequest(error.message) : error;
  }
}
