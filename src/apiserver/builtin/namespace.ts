import type { Unstructured } from '../../api/meta.js';
import type { Strategy } from '../kind.js';
import type { Cause } from '../status-error.js';
import { invalidValue } from './checks/causes.js';
import { validateQualifiedName } from './checks/name-checks.js';
import { specOf, statusOf, typed } from './model/typed.js';

interface Spec {
  finalizers?: string[];
}

const NAME_LABEL = 'kubernetes.io/metadata.name';
const KUBERNETES = 'kubernetes';

const label = (draft: Unstructured): void => {
  const { name, labels } = draft.metadata;
  if (name) draft.metadata.labels = { ...labels, [NAME_LABEL]: name };
};

/** `spec.finalizers` keeps a namespace until its content is gone; only the subresource `finalize` changes it. */
export const namespace: Strategy = {
  complete: label,
  prepareCreate(draft) {
    draft.status = { phase: 'Active' };
    label(draft);
  },
  allocate(draft, before) {
    if (before) {
      draft.spec = before.spec;
      draft.status = before.status;
      return;
    }
    const spec = specOf<Spec>(draft);
    spec.finalizers = [...new Set([...(spec.finalizers ?? []), KUBERNETES])];
  },
  prepareUpdate: label,
  validate: (object) => [
    ...(specOf<Spec>(object).finalizers ?? []).flatMap(validateFinalizer),
    ...Object.entries(object.metadata.labels ?? {}).flatMap(([label, value]) => validatePodSecurity(label, value)),
  ],
  validateStatus(object) {
    const { phase = '' } = statusOf<{ phase: string }>(object);
    const isLeaving = object.metadata.deletionTimestamp !== undefined;
    const expected = isLeaving ? 'Terminating' : 'Active';
    const why = `may only be '${expected}' if \`deletionTimestamp\` is ${isLeaving ? 'not ' : ''}empty`;
    return phase === expected ? [] : [invalidValue('status.Phase', phase, why)];
  },
  holdsDeletion: (object) => (typed<Spec | undefined>(object.spec)?.finalizers ?? []).length > 0,
  prepareDelete(draft) {
    // What a namespace waits for is no grace.
    const { deletionGracePeriodSeconds: _, ...metadata } = draft.metadata;
    draft.metadata = metadata;
    draft.status = { ...typed<object | undefined>(draft.status), phase: 'Terminating' };
  },
};

function validateFinalizer(finalizer: string): Cause[] {
  const field = 'spec.finalizers';
  const isUnqualified = !finalizer.includes('/') && ![KUBERNETES, 'orphan', 'foregroundDeletion'].includes(finalizer);
  return [
    ...validateQualifiedName(finalizer, field),
    ...(isUnqualified
      ? [invalidValue(field, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')]
      : []),
  ];
}

const LEVELS = ['privileged', 'baseline', 'restricted'];

/** The labels that say how pods of the namespace are looked at. */
function validatePodSecurity(label: string, value: string): Cause[] {
  const [, version] = /^pod-security\.kubernetes\.io\/(?:enforce|audit|warn)(-version)?$/.exec(label) ?? [label, null];
  if (version === null) return [];
  const field = `metadata.labels[${label}]`;
  if (version === undefined) {
    return LEVELS.includes(value) ? [] : [invalidValue(field, value, `must be one of ${LEVELS.join(', ')}`)];
  }
  return value === 'latest' || /^v1\.(0|[1-9]\d*)$/.test(value)
    ? []
    : [invalidValue(field, value, 'must be "latest" or "v1.x"')];
}
