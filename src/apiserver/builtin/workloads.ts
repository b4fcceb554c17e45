import type { Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import type { Strategy } from '../kind.js';
import type { Cause } from '../status-error.js';
import { forbiddenField, immutable, invalidValue } from './causes.js';
import { completeTemplate, oneOf, validatePodSpec, validateSelector } from './pod-template.js';
import { type Labels, type PodTemplate, specOf, typed, type WorkloadSpec } from './typed.js';

/** The same completion on create and update. */
export const completing = (complete: (draft: Unstructured) => void): Strategy => ({
  prepareCreate: complete,
  prepareUpdate: complete,
});

const validateWorkload = (object: Unstructured): Cause[] => {
  const spec = specOf<WorkloadSpec>(object);
  return [
    ...nonNegative(spec.replicas, 'spec.replicas'),
    ...validateSelector(spec),
    ...validatePodSpec(spec.template?.spec, 'spec.template.spec'),
    ...alwaysRestarts(spec),
  ];
};

const alwaysRestarts = ({ template }: WorkloadSpec): Cause[] =>
  oneOf(template?.spec?.restartPolicy, ['Always'], 'spec.template.spec.restartPolicy');

const nonNegative = (value: unknown, field: string): Cause[] =>
  typeof value === 'number' && value < 0 ? [invalidValue(field, value, 'must be greater than or equal to 0')] : [];

const selectorStays = (object: Unstructured, before: Unstructured | undefined): Cause[] => {
  const selector = specOf<WorkloadSpec>(object).selector;
  return before && !equalJson(selector, typed<WorkloadSpec>(before.spec).selector)
    ? [immutable('spec.selector', selector)]
    : [];
};

export const deployment: Strategy = {
  ...completing((draft) => {
    const spec = specOf<WorkloadSpec>(draft);
    const strategy = typed<{ type?: string; rollingUpdate?: Record<string, unknown> } | undefined>(spec.strategy);
    if (strategy?.type === 'RollingUpdate') {
      strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...strategy.rollingUpdate };
    }
    completeTemplate(spec.template);
  }),
  validate(object, before) {
    const { strategy } = typed<{ strategy?: { type?: string; rollingUpdate?: unknown } }>(object.spec);
    return [
      ...validateWorkload(object),
      ...oneOf(strategy?.type, ['Recreate', 'RollingUpdate'], 'spec.strategy.type'),
      ...(strategy?.type === 'Recreate' && strategy.rollingUpdate
        ? [forbiddenField('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")]
        : []),
      ...selectorStays(object, before),
    ];
  },
};

export const replicaSet: Strategy = {
  ...completing((draft) => completeTemplate(specOf<WorkloadSpec>(draft).template)),
  validate: (object, before) => [...validateWorkload(object), ...selectorStays(object, before)],
};

/** Jobs and ReplicationControllers without labels get those of their pods. */
export function labelLikeTemplate({ metadata }: Unstructured, template: PodTemplate | undefined): void {
  const labels = template?.metadata?.labels;
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

export const replicationController: Strategy = completing((draft) => {
  const spec = specOf<{ selector?: Labels; template?: PodTemplate }>(draft);
  const labels = spec.template?.metadata?.labels;
  if (!spec.selector && labels) spec.selector = { ...labels };
  labelLikeTemplate(draft, spec.template);
  completeTemplate(spec.template);
});

export const daemonSet: Strategy = {
  ...completing((draft) => {
    const spec = specOf<WorkloadSpec>(draft);
    const strategy = typed<{ type?: string; rollingUpdate?: Record<string, unknown> } | undefined>(spec.updateStrategy);
    if (strategy?.type === 'RollingUpdate') {
      strategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...strategy.rollingUpdate };
    }
    completeTemplate(spec.template);
  }),
  validate: replicaSet.validate ?? (() => []),
};

/** Everything else of a StatefulSet's spec is fixed when it is created. */
const STATEFUL_SET_MAY_CHANGE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export const statefulSet: Strategy = {
  ...completing((draft) => {
    const spec = specOf<WorkloadSpec>(draft);
    const strategy = typed<{ type?: string; rollingUpdate?: Record<string, unknown> } | undefined>(spec.updateStrategy);
    if (strategy?.type === 'RollingUpdate') strategy.rollingUpdate = { partition: 0, ...strategy.rollingUpdate };
    for (const claim of typed<Record<string, unknown>[] | undefined>(spec.volumeClaimTemplates) ?? []) {
      claim.apiVersion = 'v1';
      claim.kind = 'PersistentVolumeClaim';
      claim.status = { phase: 'Pending' };
    }
    completeTemplate(spec.template);
  }),
  validate(object, before) {
    const fixed = (from: Unstructured) =>
      Object.fromEntries(
        Object.entries(specOf<Record<string, unknown>>(from)).filter(
          ([name]) => !STATEFUL_SET_MAY_CHANGE.includes(name),
        ),
      );
    return [
      ...validateWorkload(object),
      ...(before && !equalJson(fixed(object), fixed(before))
        ? [
            forbiddenField(
              'spec',
              "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
            ),
          ]
        : []),
    ];
  },
};
