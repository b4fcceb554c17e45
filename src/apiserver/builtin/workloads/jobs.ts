import type { ObjectMeta, Unstructured } from '../../../api/meta.js';
import { equalJson } from '../../../apimachinery/json.js';
import { dns1123LabelProblems } from '../../../apimachinery/names.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { immutable, invalidValue, required } from '../checks/causes.js';
import { shownLabels, shownSelector, validateLabelSelector } from '../checks/label-selectors.js';
import { readableSelector, selects } from '../checks/selects.js';
import { nonNegativeCounts } from '../checks/status-counts.js';
import { type Labels, specOf, statusOf, typed } from '../model/typed.js';
import { completeTemplate } from '../pods/complete.js';
import type { PodTemplate } from '../pods/pod-shape.js';
import { type JobSpec, validateJobSpec } from './job-spec.js';
import { changedTemplateWarnings, mismatch, nameWarnings } from './replicated.js';
import { labelLikeTemplate } from './template-labels.js';

export const job: Strategy = {
  complete(draft) {
    const spec = specOf<JobSpec>(draft);
    completeJob(spec);
    labelLikeTemplate(draft, spec.template);
  },
  allocate(draft, before) {
    const spec = specOf<JobSpec>(draft);
    if (before) {
      // What is stored is completed once more when it is read.
      labelLikeTemplate(draft, spec.template);
      return;
    }
    // In kube-apiserver labels that were taken from the template are the same map as the template's.
    if (equalJson(draft.metadata.labels, spec.template?.metadata?.labels)) delete draft.metadata.labels;
    if (spec.manualSelector !== true) selectByUid(draft.metadata, spec);
    labelLikeTemplate(draft, spec.template);
  },
  validate(object, before) {
    if (!before) return validateJob(object);
    const spec = specOf<JobSpec>(object);
    return [...validateJob(object), ...validateSelectedJob(spec), ...fixedProblems(spec, before)];
  },
  validateStatus: (object) => nonNegativeCounts(statusOf<Record<string, unknown>>(object), COUNTS),
  warnings: (object, before) => [...nameWarnings(object, before), ...changedTemplateWarnings(object, before)],
};

const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating'];

function completeJob(spec: JobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
  completeTemplate(spec.template);
}

/** What pods of a job are labelled with, by the names of today and of before. */
const labelsOf = ({ uid = '', name }: ObjectMeta): Labels => ({
  'controller-uid': uid,
  'job-name': name,
  'batch.kubernetes.io/controller-uid': uid,
  'batch.kubernetes.io/job-name': name,
});

/** Pods of a job are found by its uid, so that no two jobs can share one; who set such labels is refused. */
function selectByUid(metadata: ObjectMeta, spec: JobSpec): void {
  const template: PodTemplate = spec.template ?? {};
  const labels = { ...labelsOf(metadata), ...template.metadata?.labels };
  spec.template = { ...template, metadata: { ...template.metadata, labels } };
  const uid = { 'batch.kubernetes.io/controller-uid': metadata.uid ?? '' };
  spec.selector = { ...spec.selector, matchLabels: { ...uid, ...spec.selector?.matchLabels } };
}

function validateJob(object: Unstructured): Cause[] {
  const spec = specOf<JobSpec>(object);
  return [...generatedProblems(object), ...validateSelectedJob(spec), ...hostnameProblems(object)];
}

function generatedProblems({ metadata, spec }: Unstructured): Cause[] {
  const { manualSelector, selector, template } = typed<JobSpec>(spec);
  if (manualSelector !== false || !selector) return [];
  const expected = labelsOf(metadata);
  return [
    ...Object.entries(expected).flatMap(([name, value]) =>
      labelProblem(template?.metadata?.labels, name, value, 'spec.template.metadata'),
    ),
    ...(readableSelector(selector) && !selects(selector, expected)
      ? [invalidValue('spec.selector', shownSelector(selector), '`selector` not auto-generated')]
      : []),
  ];
}

function labelProblem(labels: Labels = {}, name: string, value: string, field: string): Cause[] {
  const found = labels[name];
  if (found === undefined) return [required(`${field}.labels[${name}]`, `must be '${value}'`)];
  return found === value ? [] : [invalidValue(`${field}.labels[${name}]`, shownLabels(labels), `must be '${value}'`)];
}

const validateSelectedJob = (spec: JobSpec): Cause[] => [
  ...validateJobSpec(spec, 'spec'),
  ...(spec.selector ? validateLabelSelector(spec.selector, 'spec.selector') : [required('spec.selector')]),
  ...(readableSelector(spec.selector) ? mismatch(spec) : []),
];

/** The last pod of an indexed job has the longest name. */
function hostnameProblems({ metadata: { name }, spec }: Unstructured): Cause[] {
  const { completionMode, completions = 0 } = typed<JobSpec>(spec);
  const last = `${name}-${completions - 1}`;
  if (completionMode !== 'Indexed' || completions < 1 || dns1123LabelProblems(last).length === 0) return [];
  const why = `will not able to create pod with invalid DNS label: ${last}`;
  return [invalidValue('metadata.name', name, why)];
}

const FIXED = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

function fixedProblems(spec: JobSpec, before: Unstructured): Cause[] {
  const old = typed<JobSpec>(before.spec);
  const stays = (field: keyof JobSpec): Cause[] =>
    equalJson(spec[field], old[field])
      ? []
      : [immutable(`spec.${field}`, field === 'selector' ? shownSelector(spec.selector) : spec[field])];
  return [
    ...completionsProblems(spec, old),
    ...stays('selector'),
    ...templateProblems(spec, before),
    ...FIXED.flatMap(stays),
  ];
}

/** An indexed job may grow and shrink with its parallelism. */
function completionsProblems({ completionMode, completions, parallelism }: JobSpec, old: JobSpec): Cause[] {
  if (completions === old.completions) return [];
  if (completionMode !== 'Indexed') return [immutable('spec.completions', completions)];
  return completions === undefined || completions === parallelism
    ? []
    : [invalidValue('spec.completions', completions, 'can only be modified in tandem with spec.parallelism')];
}

/** Where pods are scheduled may change while a job is suspended and has not started. */
function templateProblems({ template }: JobSpec, before: Unstructured): Cause[] {
  const old = typed<JobSpec>(before.spec);
  const { startTime, active = 0 } = statusOf<{ startTime: string; active: number }>(before);
  const isFree = old.suspend === true && startTime === undefined && active === 0;
  if (!isFree) return equalJson(template, old.template) ? [] : [immutable('spec.template', template)];
  const fixed = fixedPart(template);
  return equalJson(fixed, fixedPart(old.template)) ? [] : [immutable('spec.template.spec', template?.spec)];
}

const FREE = ['nodeSelector', 'tolerations', 'schedulingGates', 'affinity'];

function fixedPart(template: PodTemplate = {}): object {
  const { containers = [], initContainers = [], ...spec } = template.spec ?? {};
  const { nodeAffinity: _n, ...affinity } = spec.affinity ?? {};
  const unmeasured = (list: readonly object[]) => list.map((container) => ({ ...container, resources: undefined }));
  return {
    ...Object.fromEntries(Object.entries(spec).filter(([name]) => !FREE.includes(name))),
    affinity,
    containers: unmeasured(containers),
    initContainers: unmeasured(initContainers),
  };
}
