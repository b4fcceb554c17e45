import type { Unstructured } from '../../api/meta.js';
import type { Strategy } from '../kind.js';
import type { Cause } from '../status-error.js';
import { invalidValue, required } from './causes.js';
import { specOf, statusOf, typed } from './typed.js';

interface Metric {
  type?: string;
  resource?: { name?: string; target?: { type?: string; averageUtilization?: number } };
}

interface SpecV2 {
  minReplicas?: number;
  maxReplicas?: number;
  scaleTargetRef?: { kind?: string; name?: string };
  metrics?: Metric[];
  behavior?: unknown;
}

interface SpecV1 extends Omit<SpecV2, 'metrics' | 'behavior'> {
  targetCPUUtilizationPercentage?: number;
}

/** Where autoscaling/v1 keeps what it has no fields for. */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';

const cpu = (averageUtilization: number): Metric => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const isCpu = ({ type, resource }: Metric): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target?.type === 'Utilization';

/** autoscaling/v1 as it is stored, in v2. */
export function toAutoscalerV2(object: Unstructured): Unstructured {
  const { targetCPUUtilizationPercentage, ...spec } = typed<SpecV1>(object.spec ?? {});
  const { [METRICS]: metrics, [BEHAVIOR]: behavior, ...annotations } = object.metadata.annotations ?? {};
  const all = [
    ...(targetCPUUtilizationPercentage === undefined ? [] : [cpu(targetCPUUtilizationPercentage)]),
    ...(metrics === undefined ? [] : typed<Metric[]>(JSON.parse(metrics))),
  ];
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: { ...object.metadata, ...(object.metadata.annotations ? { annotations } : {}) },
    spec: {
      ...spec,
      ...(all.length === 0 ? {} : { metrics: all }),
      ...(behavior === undefined ? {} : { behavior: JSON.parse(behavior) }),
    },
  };
}

export function toAutoscalerV1(object: Unstructured): Unstructured {
  const { metrics = [], behavior, ...spec } = typed<SpecV2>(object.spec ?? {});
  const main = metrics.find(isCpu);
  const others = metrics.filter((metric) => metric !== main);
  const target = main?.resource?.target?.averageUtilization;
  const annotations = {
    ...object.metadata.annotations,
    ...(others.length === 0 ? {} : { [METRICS]: JSON.stringify(others) }),
    ...(behavior === undefined ? {} : { [BEHAVIOR]: JSON.stringify(behavior) }),
  };
  const { currentReplicas = 0, desiredReplicas = 0 } = statusOf<{ currentReplicas: number; desiredReplicas: number }>(
    object,
  );
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: { currentReplicas, desiredReplicas },
  };
}

const USUAL_UTILIZATION = 80;

/** Who names no metric means CPU, in either version. */
function completeMetrics(draft: Unstructured): void {
  if (draft.apiVersion === 'autoscaling/v2') {
    const spec = specOf<SpecV2>(draft);
    if (!spec.metrics?.length) spec.metrics = [cpu(USUAL_UTILIZATION)];
  } else if (!draft.metadata.annotations?.[METRICS]) {
    specOf<SpecV1>(draft).targetCPUUtilizationPercentage ??= USUAL_UTILIZATION;
  }
}

export const autoscaler: Strategy = {
  complete: completeMetrics,
  validate(object): Cause[] {
    const { minReplicas = 1, maxReplicas = 0, scaleTargetRef } = typed<SpecV2>(object.spec ?? {});
    return [
      ...(minReplicas < 1 ? [invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1')] : []),
      ...(maxReplicas < 1 ? [invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0')] : []),
      ...(maxReplicas >= 1 && maxReplicas < minReplicas
        ? [invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`')]
        : []),
      ...(scaleTargetRef?.kind ? [] : [required('spec.scaleTargetRef.kind')]),
      ...(scaleTargetRef?.name ? [] : [required('spec.scaleTargetRef.name')]),
    ];
  },
};
