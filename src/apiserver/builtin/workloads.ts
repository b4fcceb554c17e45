import type { Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import type { Strategy } from '../kind.js';
import type { Cause } from '../status-error.js';
import { forbiddenField, immutable, invalidValue, required } from './causes.js';
import { completePodSpec, completeTemplate, oneOf, validatePodSpec, validateSelector } from './pod-template.js';
import { type Labels, type PodSpec, specOf, typed, type WorkloadSpec } from './typed.js';

/** The same completion on create and update. */
const completing = (complete: (draft: Unstructured) => void): Strategy => ({
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

export const replicationController: Strategy = completing((draft) => {
  const spec = specOf<{ selector?: Labels; template?: WorkloadSpec['template'] }>(draft);
  const labels = spec.template?.metadata?.labels;
  if (!spec.selector && labels) spec.selector = { ...labels };
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

interface JobSpec extends WorkloadSpec {
  completions?: number;
  parallelism?: number;
  manualSelector?: boolean;
  podFailurePolicy?: unknown;
  podReplacementPolicy?: string;
}

export const job: Strategy = {
  prepareCreate(draft) {
    const spec = specOf<JobSpec>(draft);
    completeJob(spec);
    if (spec.manualSelector !== true) selectByUid(draft, spec);
  },
  prepareUpdate: (draft) => completeJob(specOf<JobSpec>(draft)),
  validate(object, before) {
    const spec = specOf<JobSpec>(object);
    return [
      ...validateSelector(spec),
      ...validatePodSpec(spec.template?.spec, 'spec.template.spec'),
      ...finite(spec.template?.spec),
      ...(before ? fixedJob(spec, typed<JobSpec>(before.spec)) : []),
    ];
  },
};

function completeJob(spec: JobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  completeTemplate(spec.template);
}

/** Pods of a job are found by its uid, so that no two jobs can share one. */
function selectByUid({ metadata }: Unstructured, spec: JobSpec): void {
  if (metadata.uid === undefined) throw new Error('a job is prepared before it has its uid');
  const uid = metadata.uid;
  spec.template ??= {};
  spec.template.metadata ??= {};
  spec.template.metadata.labels = {
    ...spec.template.metadata.labels,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': metadata.name,
    'controller-uid': uid,
    'job-name': metadata.name,
  };
  spec.selector ??= {};
  spec.selector.matchLabels = { ...spec.selector.matchLabels, 'batch.kubernetes.io/controller-uid': uid };
}

const finite = (spec: PodSpec | undefined): Cause[] =>
  spec?.restartPolicy === 'Always'
    ? [required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"')]
    : [];

function fixedJob(spec: JobSpec, before: JobSpec): Cause[] {
  const fields = [
    'completions',
    'selector',
    'template',
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ];
  return fields
    .filter((field) => !equalJson(spec[field], before[field]))
    .map((field) => immutable(`spec.${field}`, spec[field]));
}

export const cronJob: Strategy = {
  ...completing((draft) => {
    const template = typed<{ spec?: JobSpec } | undefined>(specOf<Record<string, unknown>>(draft).jobTemplate);
    completeTemplate(template?.spec?.template);
  }),
  validate(object) {
    const spec = specOf<{ schedule?: string; jobTemplate?: { spec?: JobSpec } }>(object);
    const path = 'spec.jobTemplate.spec.template.spec';
    const template = spec.jobTemplate?.spec?.template?.spec;
    return [
      ...(spec.schedule ? [] : [required('spec.schedule')]),
      ...validatePodSpec(template, path),
      ...(template?.restartPolicy === 'Always'
        ? [required(`${path}.restartPolicy`, 'valid values: "OnFailure", "Never"')]
        : []),
    ];
  },
};

const POD_MAY_CHANGE = new Set([
  'image',
  'activeDeadlineSeconds',
  'tolerations',
  'terminationGracePeriodSeconds',
  'schedulingGates',
]);

export const pod: Strategy = {
  prepareCreate(draft) {
    const spec = specOf<PodSpec>(draft);
    spec.serviceAccountName ??= spec.serviceAccount ?? 'default';
    spec.enableServiceLinks ??= true;
    completePodSpec(spec);
    draft.status = { phase: 'Pending', qosClass: qosClassOf(spec) };
  },
  prepareUpdate: (draft) => completePodSpec(specOf<PodSpec>(draft)),
  validate(object, before) {
    const fixed = (from: Unstructured): string =>
      JSON.stringify(from.spec, (key, value: unknown) =>
        POD_MAY_CHANGE.has(key) || key === 'nodeName' ? undefined : value,
      );
    return [
      ...validatePodSpec(specOf<PodSpec>(object), 'spec'),
      ...(before && !equalJson(JSON.parse(fixed(object)), JSON.parse(fixed(before)))
        ? [
            forbiddenField(
              'spec',
              'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
            ),
          ]
        : []),
    ];
  },
};

function qosClassOf({ containers = [] }: PodSpec): string {
  const resources = containers.map((container) => container.resources ?? {});
  if (resources.every(({ limits, requests }) => !limits && !requests)) return 'BestEffort';
  const guaranteed = resources.every(
    ({ limits, requests }) =>
      limits?.cpu !== undefined &&
      limits.memory !== undefined &&
      (!requests || equalJson({ ...limits, ...requests }, limits)),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
