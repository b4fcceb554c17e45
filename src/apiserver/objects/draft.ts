import type { Unstructured } from '../../api/meta.js';
import { apiVersionOf } from '../../api/resource.js';
import { equalJson, isJsonObject } from '../../apimachinery/json.js';
import { invalid as invalidValue } from '../../apimachinery/structural/field-error.js';
import { isBlocking, problemsOfOther, validateWithRules } from '../../apimachinery/structural/validate-with-rules.js';
import { causeOf } from '../causes.js';
import { type Kind, keptByStatus, STATUS, type Subresource, servesStatus, type WriteContext } from '../kind.js';
import { type Cause, invalid } from '../status-error.js';
import {
  deletionProblems,
  generationPart,
  keptMetadata,
  metadataProblems,
  metadataUpdateProblems,
  newMetadata,
} from './object-meta.js';
import { adoptOwners, ownScaled, recordOwners } from './ownership.js';

/** What will be stored for a new object; refuses what the kind does not allow. Without a manager, `sent` has its owners. */
export function draftOfNew(
  kind: Kind,
  namespace: string,
  sent: Unstructured,
  context: WriteContext,
  manager: string | undefined,
): Unstructured {
  const { status, ...rest } = sent;
  const draft: Unstructured = {
    ...rest,
    ...(status !== undefined && !servesStatus(kind) ? { status } : {}),
    metadata: newMetadata(sent.metadata, kind, namespace, context.now),
  };
  refuseOtherType(kind, draft, undefined);
  kind.strategy.prepareCreate?.(draft, context);
  const read = unallocated(draft);
  kind.strategy.allocate?.(draft, undefined, context);
  const aboutMetadata = metadataProblems(draft.metadata, kind);
  const own = kind.strategy.validate?.(draft, undefined) ?? [];
  refuse(kind, draft.metadata.name, [
    ...(kind.strategy.checksMetadataLast && own.length > 0 ? [] : aboutMetadata),
    ...schemaProblems(kind, draft, undefined, aboutMetadata),
    ...own,
  ]);
  if (manager !== undefined) {
    const asSent = kind.custom ? sent : undefined;
    recordOwners(kind, draft, undefined, { manager, subresource: '', now: context.now, read, sent: asSent });
  }
  return draft;
}

/** What will be stored for a changed object. Without a manager, `sent` has its owners. */
export function draftOfUpdate(
  kind: Kind,
  { name, subresource }: { readonly name: string; readonly subresource: Subresource | undefined },
  { sent, before }: { readonly sent: Unstructured; readonly before: Unstructured },
  context: WriteContext,
  manager: string | undefined,
): Unstructured {
  if (!subresource?.view && kind.insistsOnVersion && (sent.metadata.resourceVersion || '0') === '0') {
    throw invalid({ ...kind, kind: kind.plural }, name, [MISSING_VERSION]);
  }
  if (!subresource) refuseOtherType(kind, sent, before);
  const merged = subresource?.merge ? subresource.merge(before, sent, context) : withoutStatus(kind, before, sent);
  const isStatus = subresource === STATUS;
  const metadata = isStatus ? statusMetadata(kind, sent, before) : merged.metadata;
  const draft: Unstructured = { ...merged, metadata: keptMetadata(metadata, before.metadata) };
  const { strategy } = kind;
  if (!subresource) strategy.prepareUpdate?.(draft, before, context);
  if (isStatus) strategy.prepareStatus?.(draft, before, context);
  const read = unallocated(draft);
  if (!subresource) strategy.allocate?.(draft, before, context);
  const counts = kind.countsGeneration && !strategy.staysFirst && !isStatus;
  if (counts && !equalJson(generationPart(draft, kind), generationPart(before, kind))) {
    draft.metadata.generation = (before.metadata.generation ?? 0) + 1;
  }
  const aboutMetadata = [
    ...updatedMetadataProblems(kind, draft),
    ...(subresource ? [] : deletionProblems(sent.metadata, before.metadata)),
    ...metadataUpdateProblems(draft.metadata, before.metadata),
  ];
  refuse(kind, name, [
    // Both the common part of a write and the kind's own look at the metadata, and each tells its causes.
    ...aboutMetadata,
    ...aboutMetadata,
    ...schemaProblems(kind, draft, before, aboutMetadata, subresource),
    ...((isStatus && strategy.validateStatus?.(draft, before)) ||
      strategy.validate?.(draft, before, subresource?.name) ||
      []),
  ]);
  if (manager === undefined) return adoptOwners(draft, before, sent.metadata.managedFields);
  recordOwners(kind, draft, before, {
    manager,
    subresource: subresource?.name ?? '',
    now: context.now,
    read,
    sent: kind.custom && !subresource?.view ? sent : undefined,
  });
  if (subresource?.name === 'scale') ownScaled(draft, replicasIn(subresource, draft));
  return draft;
}

/** The metadata after a write of the status. */
function statusMetadata(kind: Kind, sent: Unstructured, before: Unstructured): Unstructured['metadata'] {
  const kept = keptByStatus(kind);
  if (kept === 'metadata') return before.metadata;
  if (kept === 'nothing') return sent.metadata;
  const { labels: _, ...metadata } = sent.metadata;
  return before.metadata.labels === undefined ? metadata : { ...metadata, labels: before.metadata.labels };
}

const replicasIn = ({ view }: Subresource, object: Unstructured): unknown => {
  const spec = view?.(object).spec;
  return isJsonObject(spec) ? spec.replicas : undefined;
};

/** Without what is allocated, which belongs to nobody: hooks change members of a draft and of its metadata. */
const unallocated = (draft: Unstructured): Unstructured => ({ ...draft, metadata: { ...draft.metadata } });

/** The schema of a built-in kind says only how it merges: its types were read, and what else is right its strategy knows. */
function schemaProblems(
  kind: Kind,
  draft: Unstructured,
  before: Unstructured | undefined,
  others: readonly Cause[],
  subresource?: Subresource,
): readonly Cause[] {
  if (!kind.custom) return [];
  const blocked = others.some(({ reason }) => isBlocking(reason));
  const member = subresource === STATUS ? 'status' : undefined;
  return validateWithRules(kind.schema, draft, before, { blocked, member }).map(causeOf);
}

const updatedMetadataProblems = (kind: Kind, { metadata }: Unstructured): readonly Cause[] =>
  metadataProblems(metadata, kind.rechecksPrefix ? kind : { ...kind, nameRule: 'path-segment' });

/** The value is how kube-apiserver prints an absent one. */
const MISSING_VERSION: Cause = {
  reason: 'FieldValueInvalid',
  message: 'Invalid value: 0: must be specified for an update',
  field: 'metadata.resourceVersion',
};

/** Custom objects are read whatever they say they are; built-in ones have been refused by now. */
function refuseOtherType(kind: Kind, object: Unstructured, before: Unstructured | undefined): void {
  const { apiVersion, kind: named, metadata } = object;
  const expected = apiVersionOf(kind);
  const causes = [
    ...(named === kind.kind ? [] : [causeOf(invalidValue('kind', named, `must be ${kind.kind}`))]),
    ...(apiVersion === expected ? [] : [causeOf(invalidValue('apiVersion', apiVersion, `must be ${expected}`))]),
  ];
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  if (causes.length === 0) return;
  const others = problemsOfOther(kind.schema, object, before).map(causeOf);
  throw invalid({ group, plural: '', kind: named }, metadata.name, [...causes, ...others]);
}

function refuse(kind: Kind, name: string, causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid(kind, name, causes);
}

/** The status of a kind with that subresource changes only there. */
function withoutStatus(kind: Kind, before: Unstructured, sent: Unstructured): Unstructured {
  if (!servesStatus(kind)) return sent;
  const { status: _, ...rest } = sent;
  return 'status' in before ? { ...rest, status: before.status } : rest;
}

/** Nothing would change but the resourceVersion: then not even that does. */
export function isSame(draft: Unstructured, before: Unstructured): boolean {
  const { resourceVersion: _a, ...drafted } = draft.metadata;
  const { resourceVersion: _b, ...was } = before.metadata;
  return equalJson({ ...draft, metadata: drafted }, { ...before, metadata: was });
}
