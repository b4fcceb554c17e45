import type { Strategy } from '../../kind.js';
import { nonNegative } from '../checks/causes.js';
import { nonNegativeCounts, notMoreThan } from '../checks/status-counts.js';
import { type Labels, specOf, statusOf } from '../model/typed.js';
import { completeTemplate } from '../pods/complete.js';
import type { PodTemplate } from '../pods/pod-shape.js';
import {
  changedTemplateWarnings,
  nameWarnings,
  type ReplicatedSpec,
  selectorStays,
  validateSelectedTemplate,
  validateSelector,
} from './replicated.js';
import { labelLikeTemplate } from './template-labels.js';

const COUNTS = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'observedGeneration',
  'terminatingReplicas',
];

export const replicaSet: Strategy = {
  complete: (draft) => completeTemplate(specOf<ReplicatedSpec>(draft).template),
  validate(object, before) {
    const spec = specOf<ReplicatedSpec>(object);
    return [
      ...nonNegative(spec.replicas, 'spec.replicas'),
      ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...validateSelector(spec, 'deployment'),
      ...validateSelectedTemplate(spec, 'ReplicaSet'),
      ...selectorStays(object, before),
    ];
  },
  validateStatus(object) {
    const status = statusOf<Record<string, unknown>>(object);
    return [
      ...nonNegativeCounts(status, COUNTS),
      ...notMoreThan(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], 'replicas'),
      ...notMoreThan(status, ['availableReplicas'], 'readyReplicas', 'readyReplicas'),
    ];
  },
  warnings: (object, before) => [...nameWarnings(object, before), ...changedTemplateWarnings(object, before)],
};

export const replicationController: Strategy = {
  complete(draft) {
    const spec = specOf<{ selector?: Labels; template?: PodTemplate }>(draft);
    const labels = spec.template?.metadata?.labels;
    if (!spec.selector && labels) spec.selector = { ...labels };
    labelLikeTemplate(draft, spec.template);
    completeTemplate(spec.template);
  },
};
