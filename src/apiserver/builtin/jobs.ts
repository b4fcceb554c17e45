import type { Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import type { Strategy } from '../kind.js';
import type { Cause } from '../status-error.js';
import { immutable, required } from './causes.js';
import { completeTemplate, validatePodSpec, validateSelector } from './pod-template.js';
import { type PodSpec, specOf, typed, type WorkloadSpec } from './typed.js';
import { completing, labelLikeTemplate } from './workloads.js';

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
    labelLikeTemplate(draft, spec.template);
  },
  prepareUpdate(draft) {
    const spec = specOf<JobSpec>(draft);
    completeJob(spec);
    labelLikeTemplate(draft, spec.template);
  },
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
