import type { Unstructured } from '../../../api/meta.js';
import { equalJson } from '../../../apimachinery/json.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { invalidValue, nonNegative, required, unsupported } from '../checks/causes.js';
import { isEmptySelector, shownSelector, validateLabelSelector } from '../checks/label-selectors.js';
import { amountOf, notMoreThanAll, type Share, validateShare } from '../checks/percent.js';
import { readableSelector } from '../checks/selects.js';
import { nonNegativeCounts, notDecremented } from '../checks/status-counts.js';
import { specOf, statusOf, typed } from '../model/typed.js';
import { completeTemplate } from '../pods/complete.js';
import { validatePodTemplate } from '../pods/pod-spec.js';
import { templateWarnings } from '../pods/warnings.js';
import { alwaysRestarting, mismatch, type ReplicatedSpec, selectorStays } from './replicated.js';

interface RollingUpdate {
  maxUnavailable?: Share;
  maxSurge?: Share;
}

interface DaemonSetSpec extends ReplicatedSpec {
  updateStrategy?: { type?: string; rollingUpdate?: RollingUpdate };
}

/** How often the template has changed, from the time before `metadata.generation`. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const templateGenerationOf = ({ metadata }: Unstructured): number =>
  Number(metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);

function setTemplateGeneration({ metadata }: Unstructured, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

const templateOf = ({ spec }: Unstructured): unknown => typed<DaemonSetSpec | undefined>(spec)?.template;

export const daemonSet: Strategy = {
  complete(draft) {
    const { updateStrategy: strategy, template } = specOf<DaemonSetSpec>(draft);
    if (strategy?.type === 'RollingUpdate') {
      strategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...strategy.rollingUpdate };
    }
    completeTemplate(template);
    setTemplateGeneration(draft, templateGenerationOf(draft));
  },
  allocate(draft, before) {
    if (!before) {
      setTemplateGeneration(draft, Math.max(1, templateGenerationOf(draft)));
      return;
    }
    const isChanged = !equalJson(templateOf(draft), templateOf(before));
    setTemplateGeneration(draft, templateGenerationOf(before) + (isChanged ? 1 : 0));
  },
  validate(object, before) {
    const spec = specOf<DaemonSetSpec>(object);
    return [
      ...selectorStays(object, before),
      ...selectorProblems(spec),
      ...validatePodTemplate(spec.template, 'spec.template'),
      ...alwaysRestarting(spec.template, 'DaemonSet'),
      ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...strategyProblems(spec.updateStrategy, 'spec.updateStrategy'),
      ...nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
    ];
  },
  validateStatus(object, before) {
    const status = statusOf<Record<string, unknown>>(object);
    return [...nonNegativeCounts(status, COUNTS), ...notDecremented(status, statusOf(before), 'collisionCount')];
  },
  warnings: (object, before) =>
    before && equalJson(templateOf(object), templateOf(before))
      ? []
      : templateWarnings(specOf<DaemonSetSpec>(object).template, 'spec.template'),
};

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
];

const selectorProblems = (spec: DaemonSetSpec): Cause[] => [
  ...validateLabelSelector(spec.selector, 'spec.selector'),
  ...(readableSelector(spec.selector) ? mismatch(spec) : []),
  ...(spec.selector && isEmptySelector(spec.selector)
    ? [invalidValue('spec.selector', shownSelector(spec.selector), 'empty selector is invalid for daemonset')]
    : []),
];

function strategyProblems({ type, rollingUpdate }: DaemonSetSpec['updateStrategy'] = {}, field: string): Cause[] {
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') {
    const shown = { Type: type, RollingUpdate: rollingUpdate ? goRolling(rollingUpdate) : null };
    return [unsupported(field, shown, ['RollingUpdate', 'OnDelete'])];
  }
  return rollingProblems(rollingUpdate ?? {}, `${field}.rollingUpdate`);
}

/** As it is inside kube-apiserver. */
const goRolling = ({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdate) => ({
  MaxUnavailable: maxUnavailable,
  MaxSurge: maxSurge,
});

function rollingProblems({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdate, field: string): Cause[] {
  const [unavailable, surge] = [`${field}.maxUnavailable`, `${field}.maxSurge`];
  const [hasUnavailable, hasSurge] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0];
  return [
    ...validateShare(maxUnavailable, unavailable),
    ...validateShare(maxSurge, surge),
    ...notMoreThanAll(maxUnavailable, unavailable),
    ...notMoreThanAll(maxSurge, surge),
    ...(hasUnavailable && hasSurge
      ? [invalidValue(surge, maxSurge, 'may not be set when maxUnavailable is non-zero')]
      : []),
    ...(hasUnavailable || hasSurge ? [] : [required(unavailable, 'cannot be 0 when maxSurge is 0')]),
  ];
}
