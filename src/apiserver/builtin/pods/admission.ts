import type { Unstructured } from '../../../api/meta.js';
import type { WriteContext } from '../../kind.js';
import { forbidden } from '../../status-error.js';
import { specOf, typed } from '../typed.js';
import type { PodSpec, Toleration } from './pod-shape.js';

/** What kube-apiserver's own admission adds to pods: their priority, and how long they stay on a node that is not well. */
export function admitPod(draft: Unstructured, before: Unstructured | undefined, context: WriteContext): void {
  const spec = specOf<PodSpec>(draft);
  tolerateTroubles(spec);
  if (!before) {
    prioritise(draft, spec, context);
    return;
  }
  const { priority, preemptionPolicy } = typed<PodSpec>(before.spec);
  if (priority !== undefined) spec.priority ??= priority;
  if (preemptionPolicy !== undefined) spec.preemptionPolicy ??= preemptionPolicy;
}

interface PriorityClass {
  value?: number;
  globalDefault?: boolean;
  preemptionPolicy?: string;
}

/** Kubernetes makes them when it starts. */
const SYSTEM: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

function prioritise({ metadata }: Unstructured, spec: PodSpec, context: WriteContext): void {
  const refuse = (why: string): never => {
    throw forbidden({ group: '', plural: 'pods', kind: 'Pod' }, metadata.name, why);
  };
  const { value = 0, preemptionPolicy = 'PreemptLowerPriority' } =
    classOf(spec, context) ?? refuse(`no PriorityClass with name ${spec.priorityClassName} was found`);
  if (spec.priority !== undefined && spec.priority !== value) {
    refuse(
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  spec.preemptionPolicy ??= preemptionPolicy;
}

function classOf(spec: PodSpec, { local }: WriteContext): PriorityClass | undefined {
  const kind = local.kindOf('scheduling.k8s.io/v1', 'PriorityClass');
  const all = kind ? local.list(kind) : [];
  const { priorityClassName: name } = spec;
  if (!name) {
    const usual = all.find((one) => typed<PriorityClass>(one).globalDefault === true);
    if (usual) spec.priorityClassName = usual.metadata.name;
    return typed<PriorityClass>(usual ?? {});
  }
  const found = all.find(({ metadata }) => metadata.name === name);
  return found ? typed<PriorityClass>(found) : name in SYSTEM ? { value: SYSTEM[name] ?? 0 } : undefined;
}

const TROUBLES = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const SECONDS = 300;

function tolerateTroubles(spec: PodSpec): void {
  const { tolerations = [] } = spec;
  const open = TROUBLES.filter((key) => !tolerations.some((one) => tolerates(one, key)));
  if (open.length === 0) return;
  spec.tolerations = [
    ...tolerations,
    ...open.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS })),
  ];
}

const tolerates = ({ key = '', effect = '' }: Toleration, trouble: string): boolean =>
  (key === trouble || key === '') && (effect === 'NoExecute' || effect === '');
