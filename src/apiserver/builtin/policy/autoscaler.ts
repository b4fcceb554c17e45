import type { Unstructured } from '../../../api/meta.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { invalidValue, nonNegative, required } from '../checks/causes.js';
import { specOf, statusOf, typed } from '../model/typed.js';
import { type Behavior, completedBehavior, validateBehavior } from './autoscaler-behavior.js';
import { type Metric, type TargetReference, validateMetrics, validateTargetReference } from './autoscaler-metrics.js';

interface SpecV2 {
  minReplicas?: number;
  maxReplicas?: number;
  scaleTargetRef?: TargetReference;
  metrics?: Metric[];
  behavior?: Behavior;
}

interface SpecV1 extends Omit<SpecV2, 'metrics' | 'behavior'> {
  targetCPUUtilizationPercentage?: number;
}

/** Where autoscaling/v1 keeps what it has no fields for. */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
const MEASURED = 'autoscaling.alpha.kubernetes.io/current-metrics';

const cpu = (averageUtilization: number): Metric => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const isCpu = ({ type, resource }: Metric): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target?.type === 'Utilization';

/** autoscaling/v1 as it is stored, in v2. */
export function toAutoscalerV2(object: Unstructured): Unstructured {
  const { targetCPUUtilizationPercentage, ...spec } = typed<SpecV1>(object.spec ?? {});
  const {
    [METRICS]: metrics,
    [BEHAVIOR]: behavior,
    [CONDITIONS]: conditions,
    [MEASURED]: measured,
    ...annotations
  } = object.metadata.annotations ?? {};
  const all = [
    ...(targetCPUUtilizationPercentage === undefined ? [] : [cpu(targetCPUUtilizationPercentage)]),
    ...(listIn<Metric>(metrics) ?? []),
  ];
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: { ...object.metadata, ...(object.metadata.annotations ? { annotations } : {}) },
    spec: {
      ...spec,
      ...(all.length === 0 ? {} : { metrics: all }),
      ...(behavior === undefined ? {} : { behavior: partIn<Behavior>(behavior) ?? {} }),
    },
    status: statusV2(typed<StatusV1>(object.status ?? {}), conditions, measured),
  };
}

/** Anybody may write annotations: what cannot be read is as good as absent. */
function partIn<T>(annotation: string | undefined): T | undefined {
  try {
    return annotation === undefined ? undefined : typed<T>(JSON.parse(annotation));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function listIn<T>(annotation: string | undefined): T[] | undefined {
  const part = partIn<T[]>(annotation);
  return Array.isArray(part) ? part : undefined;
}

interface StatusV1 {
  currentReplicas?: number;
  desiredReplicas?: number;
  currentCPUUtilizationPercentage?: number;
}

interface StatusV2 extends Omit<StatusV1, 'currentCPUUtilizationPercentage'> {
  currentMetrics?: Measured[] | null;
  conditions?: unknown[];
}

interface Measured {
  type?: string;
  resource?: { name?: string; current?: { averageUtilization?: number } };
}

function statusV2(status: StatusV1, conditions: string | undefined, measured: string | undefined): StatusV2 {
  const { currentCPUUtilizationPercentage: _, currentReplicas, ...rest } = status;
  return {
    desiredReplicas: 0,
    ...rest,
    ...(currentReplicas ? { currentReplicas } : {}),
    currentMetrics: listIn<Measured>(measured) ?? null,
    ...(conditions === undefined ? {} : { conditions: listIn<unknown>(conditions) ?? [] }),
  };
}

function statusV1({ currentMetrics, conditions: _, ...status }: Partial<StatusV2>): StatusV1 {
  const measured = (currentMetrics ?? []).find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu');
  const percentage = measured?.resource?.current?.averageUtilization;
  return {
    currentReplicas: 0,
    desiredReplicas: 0,
    ...status,
    ...(percentage === undefined ? {} : { currentCPUUtilizationPercentage: percentage }),
  };
}

export function toAutoscalerV1(object: Unstructured): Unstructured {
  const { metrics = [], behavior, ...spec } = typed<SpecV2>(object.spec ?? {});
  const main = metrics.find(isCpu);
  const others = metrics.filter((metric) => metric !== main);
  const target = main?.resource?.target?.averageUtilization;
  const status = statusOf<StatusV2>(object);
  const annotations = {
    ...object.metadata.annotations,
    ...(status.conditions?.length ? { [CONDITIONS]: JSON.stringify(status.conditions) } : {}),
    ...(status.currentMetrics?.length ? { [MEASURED]: JSON.stringify(status.currentMetrics) } : {}),
    ...(others.length === 0 ? {} : { [METRICS]: JSON.stringify(others) }),
    ...(behavior === undefined ? {} : { [BEHAVIOR]: JSON.stringify(behavior) }),
  };
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: statusV1(status),
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

function complete(draft: Unstructured): void {
  completeMetrics(draft);
  const spec = specOf<SpecV2>(draft);
  if (draft.apiVersion === 'autoscaling/v2' && spec.behavior) spec.behavior = completedBehavior(spec.behavior);
}

export const autoscaler: Strategy = {
  complete,
  validate: (object, before) => validateSpec(specV2Of(object), before && specV2Of(before)),
  validateStatus(object) {
    const { currentReplicas, desiredReplicas } = statusOf<Replicas>(object);
    return [
      ...nonNegative(currentReplicas, 'status.currentReplicas'),
      ...nonNegative(desiredReplicas, 'status.desiredReplicas'),
    ];
  },
};

interface Replicas {
  currentReplicas: number;
  desiredReplicas: number;
}

/** Both versions are one kind of object. */
const specV2Of = (object: Unstructured): SpecV2 =>
  typed<SpecV2>((object.apiVersion === 'autoscaling/v1' ? toAutoscalerV2(object) : object).spec ?? {});

function validateSpec(spec: SpecV2, before: SpecV2 | undefined): Cause[] {
  const { minReplicas = 1, maxReplicas = 0, scaleTargetRef = {}, metrics = [], behavior } = spec;
  const least = before?.minReplicas === 0 ? 0 : 1;
  const above = (field: string, value: number, than: string): Cause =>
    invalidValue(field, value, `must be greater than or equal to ${than}`);
  return [
    ...(minReplicas < least ? [above('spec.minReplicas', minReplicas, String(least))] : []),
    ...(maxReplicas === 0 ? [required('spec.maxReplicas', 'must be set and greater than 0')] : []),
    ...(maxReplicas < 0 ? [above('spec.maxReplicas', maxReplicas, '1')] : []),
    ...(maxReplicas < minReplicas ? [above('spec.maxReplicas', maxReplicas, '`minReplicas`')] : []),
    ...validateScaled(scaleTargetRef, before?.scaleTargetRef),
    ...validateMetrics(metrics, minReplicas),
    ...(behavior ? validateBehavior(behavior) : []),
  ];
}

/** What was there before is taken, whatever its version. */
function validateScaled(target: TargetReference, before: TargetReference | undefined): Cause[] {
  const isKept = before && before.apiVersion === target.apiVersion && before.kind === target.kind;
  const { apiVersion: _, ...named } = target;
  const shown = isKept ? { ...named, apiVersion: 'apps/v1' } : target;
  return validateTargetReference(shown, 'spec.scaleTargetRef', { core: target.kind === 'ReplicationController' });
}
