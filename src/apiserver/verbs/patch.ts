import type { Unstructured } from '../../api/meta.js';
import { apiVersionOf } from '../../api/resource.js';
import { goText } from '../../apimachinery/go-text.js';
import { isJsonObject, type JsonObject, memberOf, sortedJson } from '../../apimachinery/json.js';
import { jsonPatch } from '../../apimachinery/patch/json-patch.js';
import { mergePatch, withoutNulls } from '../../apimachinery/patch/merge-patch.js';
import { PatchError } from '../../apimachinery/patch/patch-error.js';
import { strategicMergePatch } from '../../apimachinery/patch/strategic-merge-patch.js';
import { invalid as invalidValue } from '../../apimachinery/structural/field-error.js';
import { mediaType } from '../body/body.js';
import { cannotBeTyped, parseJson, UNREADABLE } from '../body/decode.js';
import { type Expected, type Knows, refuseNoVersion, typedObject, WrongType } from '../body/typed-body.js';
import { causeOf } from '../causes.js';
import type { Answer } from '../forms/answer.js';
import type { Kind } from '../kind.js';
import { duplicateField } from '../objects/field-validation.js';
import { type Produced, updateObject } from '../objects/write.js';
import { writeOptions } from '../options/write-options.js';
import { bodyOf, expectedType, knows, type ResourceRequest, readInto } from '../request.js';
import { badRequest, invalid, StatusError, unsupportedMediaType } from '../status-error.js';
import { APPLY, apply } from './apply.js';
import { JSON_PATCH, MERGE, operationProblems, patchOf, STRATEGIC, unreadable } from './patch-body.js';
import { noName, placedAt, writableSubresource } from './update.js';
import { answerWritten } from './written.js';

type Patch = (kind: Kind, target: Unstructured, patch: unknown, expected: Expected) => unknown;

/** What they make is read in the order of its members: the first misfit is told. */
const PATCHES: Readonly<Record<string, Patch>> = {
  [JSON_PATCH]: (_kind, target, operations) => sortedJson(jsonPatch(target, operations)),
  [MERGE]: (_kind, target, patch) => sortedJson(mergePatch(target, patch)),
  // What it says of the type is not read.
  [STRATEGIC]: ({ schema }, target, patch, expected) => ({
    ...strategicMergePatch(schema, target as unknown as JsonObject, patch),
    apiVersion: apiVersionOf(expected),
    kind: expected.kind,
  }),
};

export async function patch(request: ResourceRequest): Promise<Answer> {
  const { api, kind, namespace, name } = request;
  const type = mediaType(request.http);
  if (type === APPLY && name !== '') return apply(request);
  const change = type === STRATEGIC && kind.custom ? undefined : memberOf(PATCHES, type);
  if (!change && kind.custom && type !== APPLY) throw new StatusError(415, 'UnsupportedMediaType', acceptedText());
  if (name === '') throw noName(kind);
  const options = writeOptions(request, 'patch');
  const subresource = writableSubresource(request, 'patch');
  if (!change) throw unsupportedMediaType('415: Unsupported Media Type');
  const bytes = await bodyOf(request);
  // Of an object that does not exist nobody reads the patch.
  const produce = (before: Unstructured): Produced => {
    const { value, problems: strict } = patchIn(bytes, type, options.fieldValidation !== 'Ignore');
    const live = subresource?.view ? subresource.view(before) : before;
    const expected = expectedType(request, subresource?.type);
    const result = patched(change, kind, live, value, expected);
    const isMerged = type === STRATEGIC;
    const shown = isMerged ? goText(withoutNulls(value)) : JSON.stringify(result);
    const refuse = (problems: string) => refusedPatch(shown, problems);
    const typed = typedResult(result, expected, knows(request), refuse);
    const object = placedAt(
      request,
      readInto(request, subresource, typed, strict, options, refuse, isMerged ? 'merged' : 'json'),
    );
    return { object, keepsUid: true, ...unversioned(before, object) };
  };
  const target = { namespace, name, subresource };
  return answerWritten(request, await updateObject(api, kind, target, produce, options));
}

function patchIn(
  bytes: Buffer,
  type: string,
  strict: boolean,
): { readonly value: unknown; readonly problems: readonly string[] } {
  const { value: sent, duplicates } = parseJson(bytes, type, unreadable(type, strict));
  const value = patchOf(type, sent, strict);
  const paths = duplicates.map(({ path }) => path);
  return { value, problems: type === JSON_PATCH ? operationProblems(value, paths) : paths.map(duplicateField) };
}

function typedResult(result: unknown, expected: Expected, known: Knows, refuse: (why: string) => Error): Unstructured {
  if (!isJsonObject(result)) throw refuse(`${UNREADABLE}: ${cannotBeTyped(result)}`);
  try {
    const object = typedObject(result, expected, known, () => JSON.stringify(result));
    refuseNoVersion(object);
    return object;
  } catch (error) {
    throw error instanceof WrongType ? refuse(error.message) : error;
  }
}

/** A list is refused when it is read as an object. */
function patched(change: Patch, kind: Kind, target: Unstructured, patch: unknown, expected: Expected): unknown {
  try {
    const result = change(kind, target, patch, expected);
    if (typeof result !== 'object' || result === null)
      throw new PatchError('Inapplicable', 'the patch leaves no object');
    return result;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.reason === 'BadFormat') throw badRequest(error.message);
    // Kubernetes takes a strategic merge patch that contradicts itself for a fault of its own.
    if (error.reason === 'Malformed') throw new StatusError(500, '', error.message);
    if (error.reason === 'TooLarge') throw new StatusError(413, 'RequestEntityTooLarge', error.message, {});
    throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  }
}

/** A patch that does not speak of the resourceVersion may be tried again on a newer state. */
const unversioned = (before: Unstructured, object: Unstructured) =>
  object.metadata.resourceVersion === before.metadata.resourceVersion ? { retriable: true } : {};

/** `shown` is what the patch made, or the patch itself where Kubernetes shows that. */
const refusedPatch = (shown: string, problems: string): Error =>
  invalid({ group: '', plural: '', kind: '' }, '', [causeOf(invalidValue('patch', shown, problems))]);

/** Of custom kinds: those of built-in kinds are refused by kube-apiserver before it knows the kind. */
const acceptedText = (): string => {
  const types = Object.keys(PATCHES).filter((type) => type !== STRATEGIC);
  return `the body of the request was in an unknown format - accepted media types include: ${[...types, APPLY].join(', ')}`;
};
