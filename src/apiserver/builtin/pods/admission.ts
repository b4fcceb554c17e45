import type { Unstructured } from '../../../api/meta.js';
import { goQuoted } from '../../../apimachinery/go-text.js';
import type { WriteContext } from '../../kind.js';
import { forbidden } from '../../status-error.js';
import { specOf, typed } from '../model/typed.js';
import type { PodSpec, Quantities, Toleration } from './pod-shape.js';

/** What kube-apiserver's own admission adds to pods: their priority, and how long they stay on a node that is not well. */
export function admitPod(draft: Unstructured, before: Unstructured | undefined, context: WriteContext): void {
  const spec = specOf<PodSpec>(draft);
  tolerateTroubles(spec);
  if (!before) {
    prioritise(draft, spec, context);
    addOverhead(draft, spec, context);
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
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    refuse(
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    );
  }
  spec.preemptionPolicy = preemptionPolicy;
}

interface RuntimeClass {
  overhead?: { podFixed?: Quantities };
}

/** What running a pod costs beyond its containers is what its runtime class says. */
function addOverhead({ metadata }: Unstructured, spec: PodSpec, { local }: WriteContext): void {
  const refuse = (why: string): never => {
    throw forbidden({ group: '', plural: 'pods', kind: 'Pod' }, metadata.name, `pod rejected: ${why}`);
  };
  const { runtimeClassName: name } = spec;
  const kind = local.kindOf('node.k8s.io/v1', 'RuntimeClass');
  const found = name === undefined || !kind ? undefined : local.get(kind, { name });
  if (name !== undefined && !found) refuse(`RuntimeClass ${goQuoted(name)} not found`);
  const overhead = typed<RuntimeClass>(found ?? {}).overhead?.podFixed;
  if (overhead) spec.overhead = overhead;
  else if (spec.overhead) refuse('Pod Overhead set without corresponding RuntimeClass defined Overhead');
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
