import type { Unstructured } from '../../api/meta.js';
import { timestamp } from '../../apimachinery/go-time.js';
import { equalJson } from '../../apimachinery/json.js';
import type { Strategy, WriteContext } from '../kind.js';
import {
  type Condition,
  type DefinedVersion,
  type Definition,
  type DefinitionStatus,
  definitionOf,
  statusOf,
} from './definition.js';
import { formatWarnings } from './format-warnings.js';
import { type Acceptance, acceptNames } from './names.js';
import { tidyColumn, tidySchema } from './tidy-schema.js';
import { definitionProblems } from './validation.js';

/** Held until every object of the kind is gone. */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** How CustomResourceDefinitions become established: at once, in the write itself. */
export const CRD_STRATEGY: Strategy = {
  keptByStatus: 'metadata',
  complete(draft) {
    draft.spec = completed(definitionOf(draft));
  },
  prepareCreate(draft, context) {
    draft.status = statusFor(draft, undefined, context);
  },
  prepareUpdate(draft, before, context) {
    draft.status = statusFor(draft, before, context);
  },
  prepareDelete(draft, { now }) {
    const { deletionGracePeriodSeconds: _, ...metadata } = draft.metadata;
    const { finalizers = [], generation = 1 } = metadata;
    // Its deletion is a change of the status only.
    draft.metadata = isTerminating(draft) ? metadata : { ...metadata, generation: generation - 1 };
    if (!finalizers.includes(CLEANUP) && !isTerminating(draft)) draft.metadata.finalizers = [...finalizers, CLEANUP];
    const terminating: Condition = {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    };
    const status = statusOf(draft);
    draft.status = { ...status, conditions: merged(status.conditions, [terminating], now) };
  },
  validate: definitionProblems,
  warnings: formatWarnings,
};

/** The finalizer is added once, when the deletion begins; afterwards its absence means that all objects are gone. */
const isTerminating = (crd: Unstructured): boolean =>
  statusOf(crd).conditions.some(({ type, status }) => type === 'Terminating' && status === 'True');

/** The status once the objects of the kind are being removed. */
export function inDeletion(crd: Unstructured, now: Date): DefinitionStatus {
  const status = statusOf(crd);
  const terminating: Condition = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionInProgress',
    message: 'CustomResource deletion is in progress',
  };
  return { ...status, conditions: merged(status.conditions, [terminating], now) };
}

function completed(definition: Definition): Definition {
  const { names, versions, conversion = { strategy: 'None' } } = definition;
  const singular = names.singular || names.kind.toLowerCase();
  const listKind = names.listKind || (names.kind && `${names.kind}List`);
  return { ...definition, conversion, names: { ...names, singular, listKind }, versions: versions.map(tidied) };
}

function tidied({ deprecated, additionalPrinterColumns: columns, ...version }: DefinedVersion): DefinedVersion {
  const schema = version.schema?.openAPIV3Schema;
  return {
    ...version,
    ...(deprecated ? { deprecated } : {}),
    ...(columns ? { additionalPrinterColumns: columns.map(tidyColumn) } : {}),
    ...(schema ? { schema: { openAPIV3Schema: tidySchema(schema) } } : {}),
  };
}

function statusFor(crd: Unstructured, old: Unstructured | undefined, { local, now }: WriteContext): DefinitionStatus {
  const { group, names, versions } = definitionOf(crd);
  const status = statusOf(old);
  const stored = versions?.find(({ storage }) => storage)?.name;
  const others = local.kinds().filter((kind) => kind.group === group && kind.plural !== names.plural);
  const { names: acceptedNames, conflict } = acceptNames(names, status.acceptedNames, others);
  return {
    ...status,
    conditions: merged(status.conditions, conditionsFor(conflict, status), now),
    acceptedNames,
    storedVersions: [...new Set([...status.storedVersions, ...(stored === undefined ? [] : [stored])])],
  };
}

function conditionsFor(conflict: Acceptance['conflict'], { conditions }: DefinitionStatus): readonly Condition[] {
  if (conflict === undefined) {
    return [
      { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
      {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      },
    ];
  }
  const refused: Condition = { type: 'NamesAccepted', status: 'False', ...conflict };
  if (conditions.some(({ type, status }) => type === 'Established' && status === 'True')) return [refused];
  const message = 'not all names are accepted';
  return [refused, { type: 'Established', status: 'False', reason: 'NotAccepted', message }];
}

/** Conditions keep their time while their status stays. */
function merged(old: readonly Condition[], changes: readonly Condition[], now: Date): readonly Condition[] {
  const kept = old.filter(({ type }) => !changes.some((change) => change.type === type));
  const set = changes.map((change) => {
    const was = old.find(({ type }) => type === change.type);
    const { lastTransitionTime: _, ...rest } = was ?? {};
    if (was && equalJson(rest, change)) return was;
    const same = was?.status === change.status ? was.lastTransitionTime : undefined;
    return { lastTransitionTime: same ?? timestamp(now), ...change };
  });
  return [...kept, ...set];
}
