import type { Unstructured } from '../../../api/meta.js';
import { equalJson } from '../../../apimachinery/json.js';
import { dns1123LabelProblems } from '../../../apimachinery/names.js';
import type { Cause } from '../../status-error.js';
import { forbiddenField, immutable, invalidValue, oneOf, required } from '../checks/causes.js';
import { isEmptySelector, shownLabels, shownSelector, validateLabelSelector } from '../checks/label-selectors.js';
import { readableSelector, selects } from '../checks/selects.js';
import { type LabelSelectorSpec, specOf, typed } from '../model/typed.js';
import type { PodTemplate } from '../pods/pod-shape.js';
import { validatePodTemplate } from '../pods/pod-spec.js';
import { templateWarnings } from '../pods/warnings.js';

/** What workloads that keep pods running have in common. */
export interface ReplicatedSpec {
  replicas?: number;
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
  selector?: LabelSelectorSpec;
  template?: PodTemplate;
  [field: string]: unknown;
}

/** A selector that selects nothing, or not its own template, would make pods without end. */
export function validateSelector({ selector }: ReplicatedSpec, kind: string): Cause[] {
  if (!selector) return [required('spec.selector')];
  return [
    ...validateLabelSelector(selector, 'spec.selector'),
    ...(isEmptySelector(selector)
      ? [invalidValue('spec.selector', shownSelector(selector), `empty selector is invalid for ${kind}`)]
      : []),
  ];
}

/** Of a selector that cannot be read only that is told. */
export function validateSelectedTemplate(
  spec: ReplicatedSpec,
  owner: string,
  unreadable = 'invalid label selector',
): Cause[] {
  const { selector, template } = spec;
  if (!readableSelector(selector)) return [invalidValue('spec.selector', shownSelector(selector), unreadable)];
  return [...mismatch(spec), ...validatePodTemplate(template, 'spec.template'), ...alwaysRestarting(template, owner)];
}

export function mismatch({ selector, template }: Pick<ReplicatedSpec, 'selector' | 'template'>): Cause[] {
  const labels = template?.metadata?.labels;
  if (selector && (isEmptySelector(selector) || selects(selector, labels ?? {}))) return [];
  const why = '`selector` does not match template `labels`';
  return [invalidValue('spec.template.metadata.labels', shownLabels(labels), why)];
}

export const alwaysRestarting = (template: PodTemplate | undefined, owner: string): Cause[] => [
  ...oneOf(template?.spec?.restartPolicy, ['Always'], 'spec.template.spec.restartPolicy'),
  ...(template?.spec?.activeDeadlineSeconds === undefined
    ? []
    : [
        forbiddenField(
          'spec.template.spec.activeDeadlineSeconds',
          `activeDeadlineSeconds in ${owner} is not Supported`,
        ),
      ]),
];

export function selectorStays(object: Unstructured, before: Unstructured | undefined): Cause[] {
  const { selector } = specOf<ReplicatedSpec>(object);
  return before && !equalJson(selector, typed<ReplicatedSpec>(before.spec).selector)
    ? [immutable('spec.selector', shownSelector(selector))]
    : [];
}

/** The name of a new object becomes part of the names of its pods. */
export function nameWarnings({ metadata }: Unstructured, before: Unstructured | undefined): string[] {
  const problems = before ? [] : dns1123LabelProblems(metadata.name);
  const why =
    'this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended';
  return problems.length === 0
    ? []
    : [`metadata.name: ${why}: [${problems.join(' ').replace(/(?<=no more than \d+ )bytes/, 'characters')}]`];
}

export const isNewGeneration = (object: Unstructured, before: Unstructured | undefined): boolean =>
  object.metadata.generation !== before?.metadata.generation;

/** Only who changes the object is warned of what was in it before. */
export const changedTemplateWarnings = (object: Unstructured, before: Unstructured | undefined): string[] =>
  isNewGeneration(object, before) ? templateWarnings(specOf<ReplicatedSpec>(object).template, 'spec.template') : [];
