import type { Unstructured } from '../../../api/meta.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { forbiddenField, invalidValue, nonNegative, unsupported } from '../checks/causes.js';
import { amountOf, notMoreThanAll, type Share, validateShare } from '../checks/percent.js';
import { nonNegativeCounts, notDecremented, notMoreThan } from '../checks/status-counts.js';
import { specOf, statusOf } from '../model/typed.js';
import { completeTemplate } from '../pods/complete.js';
import {
  changedTemplateWarnings,
  nameWarnings,
  type ReplicatedSpec,
  selectorStays,
  validateSelectedTemplate,
  validateSelector,
} from './replicated.js';

interface RollingUpdate {
  maxUnavailable?: Share;
  maxSurge?: Share;
}

interface DeploymentSpec extends ReplicatedSpec {
  strategy?: { type?: string; rollingUpdate?: RollingUpdate };
  progressDeadlineSeconds?: number;
}

export const deployment: Strategy = {
  complete(draft) {
    const { strategy, template } = specOf<DeploymentSpec>(draft);
    if (strategy?.type === 'RollingUpdate') {
      strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...strategy.rollingUpdate };
    }
    completeTemplate(template);
  },
  // They are copied to its ReplicaSets.
  keptByStatus: 'labels',
  generationPart: ({ metadata }) => metadata.annotations ?? {},
  validate(object, before) {
    const spec = specOf<DeploymentSpec>(object);
    return [
      ...nonNegative(spec.replicas, 'spec.replicas'),
      ...validateSelector(spec, 'deployment'),
      ...validateSelectedTemplate(spec, 'ReplicaSet'),
      ...strategyProblems(spec.strategy, 'spec.strategy'),
      ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
      ...deadlineProblems(spec),
      ...selectorStays(object, before),
    ];
  },
  validateStatus(object, before) {
    const status = statusOf<Record<string, unknown>>(object);
    return [
      ...nonNegativeCounts(status, COUNTS),
      ...notMoreThan(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], 'replicas'),
      ...notMoreThan(status, ['availableReplicas'], 'readyReplicas', 'readyReplicas'),
      ...notDecremented(status, statusOf(before), 'collisionCount'),
    ];
  },
  warnings: (object: Unstructured, before) => [
    ...nameWarnings(object, before),
    ...changedTemplateWarnings(object, before),
  ],
};

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
];

function strategyProblems({ type, rollingUpdate }: DeploymentSpec['strategy'] = {}, field: string): Cause[] {
  if (type === 'Recreate') {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate ? [forbiddenField(`${field}.rollingUpdate`, why)] : [];
  }
  if (type === 'RollingUpdate') return rollingProblems(rollingUpdate ?? {}, `${field}.rollingUpdate`);
  const shown = { Type: type, RollingUpdate: rollingUpdate ? goRolling(rollingUpdate) : null };
  return [unsupported(field, shown, ['Recreate', 'RollingUpdate'])];
}

/** As it is inside kube-apiserver, where an absent share is none. */
const goRolling = ({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdate) => ({
  MaxUnavailable: maxUnavailable,
  MaxSurge: maxSurge,
});

function rollingProblems({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdate, field: string): Cause[] {
  const at = `${field}.maxUnavailable`;
  return [
    ...validateShare(maxUnavailable, at),
    ...validateShare(maxSurge, `${field}.maxSurge`),
    ...(amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0
      ? [invalidValue(at, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
    ...notMoreThanAll(maxUnavailable, at),
  ];
}

function deadlineProblems({ progressDeadlineSeconds: deadline, minReadySeconds = 0 }: DeploymentSpec): Cause[] {
  const field = 'spec.progressDeadlineSeconds';
  if (deadline === undefined) return [];
  return [
    ...nonNegative(deadline, field),
    ...(deadline <= minReadySeconds ? [invalidValue(field, deadline, 'must be greater than minReadySeconds')] : []),
  ];
}
