import type { Unstructured } from '../../../api/meta.js';
import { type Condition, typed } from '../model/typed.js';
import type { Container, PodSpec, PodTemplate } from '../pods/pod-shape.js';
import { podStatus } from '../pods/pod-status.js';
import { selectorText } from '../scale.js';
import type { ReplicatedSpec } from '../workloads/replicated.js';
import {
  AGE,
  age,
  type Cell,
  type Column,
  count,
  items,
  joined,
  member,
  number,
  orNone,
  selectorOf,
  spec,
  status,
  text,
  time,
} from './column.js';
import { metricTargets } from './metric-targets.js';

const containersOf = (object: Unstructured): readonly Container[] => {
  const workload = member(member(spec(object), 'jobTemplate'), 'spec') ?? spec(object);
  const { template } = typed<ReplicatedSpec>(workload);
  return template?.spec?.containers ?? typed<PodSpec>(spec(object)).containers ?? [];
};

const templateContainers = ({ template }: Unstructured): readonly Container[] =>
  typed<PodTemplate | undefined>(template)?.spec?.containers ?? [];

const WIDE: readonly Column[] = [
  text('Containers', (object) => joined(containersOf(object).map(({ name }) => name)), 1),
  text('Images', (object) => joined(containersOf(object).map(({ image }) => image)), 1),
  text('Selector', selectorOf, 1),
];
const REPLICAS: readonly Column[] = [
  count('Desired', (object) => number(spec(object).replicas)),
  count('Current', (object) => number(status(object).replicas)),
  count('Ready', (object) => number(status(object).readyReplicas)),
  AGE,
  ...WIDE,
];
const readyOf: Cell = (object) => `${number(status(object).readyReplicas)}/${number(spec(object).replicas)}`;

function jobStatus(object: Unstructured): string {
  const conditions = typed<Condition[] | undefined>(status(object).conditions) ?? [];
  const holds = (type: string) => conditions.some((one) => one.type === type && one.status === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp) return 'Terminating';
  if (holds('Suspended')) return 'Suspended';
  if (holds('FailureTarget')) return 'FailureTarget';
  return holds('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function jobCompletions(object: Unstructured): string {
  const succeeded = number(status(object).succeeded);
  const { completions, parallelism } = spec(object);
  if (completions !== undefined) return `${succeeded}/${number(completions)}`;
  return number(parallelism) > 1 ? `${succeeded}/1 of ${number(parallelism)}` : `${succeeded}/1`;
}

function jobDuration(object: Unstructured, now: Date): string {
  const start = time(status(object).startTime);
  return start ? age(start, time(status(object).completionTime) ?? now) : '';
}

export const WORKLOAD_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Pod: [
    text('Ready', (object) => podStatus(object).ready),
    text('Status', (object) => podStatus(object).phase),
    text('Restarts', (object) => podStatus(object).restarts),
    AGE,
    text('IP', (object) => status(object).podIP ?? '<none>', 1),
    text('Node', (object) => spec(object).nodeName ?? '<none>', 1),
    text('Nominated Node', (object) => status(object).nominatedNodeName ?? '<none>', 1),
    text('Readiness Gates', () => '<none>', 1),
  ],
  ReplicationController: REPLICAS,
  'apps/Deployment': [
    text('Ready', readyOf),
    text('Up-to-date', (object) => number(status(object).updatedReplicas)),
    text('Available', (object) => number(status(object).availableReplicas)),
    AGE,
    ...WIDE,
  ],
  'apps/ReplicaSet': REPLICAS,
  'apps/StatefulSet': [text('Ready', readyOf), AGE, ...WIDE.slice(0, 2)],
  'apps/DaemonSet': [
    count('Desired', (object) => number(status(object).desiredNumberScheduled)),
    count('Current', (object) => number(status(object).currentNumberScheduled)),
    count('Ready', (object) => number(status(object).numberReady)),
    count('Up-to-date', (object) => number(status(object).updatedNumberScheduled)),
    count('Available', (object) => number(status(object).numberAvailable)),
    text('Node Selector', (object) => {
      const nodes = member(member(spec(object).template, 'spec'), 'nodeSelector');
      return orNone(selectorText(typed<Record<string, string>>(nodes ?? {})));
    }),
    AGE,
    ...WIDE,
  ],
  PodTemplate: [
    text('Containers', (object) => joined(templateContainers(object).map(({ name }) => name))),
    text('Images', (object) => joined(templateContainers(object).map(({ image }) => image))),
    text('Pod Labels', ({ template }) => {
      const labels = Object.entries(typed<PodTemplate | undefined>(template)?.metadata?.labels ?? {});
      return orNone(
        labels
          .map(([key, value]) => `${key}=${value}`)
          .sort()
          .join(','),
      );
    }),
  ],
  'apps/ControllerRevision': [
    text('Controller', ({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller);
      return owner ? `${owner.kind.toLowerCase()}.apps/${owner.name}` : '<none>';
    }),
    text('Revision', ({ revision }) => revision),
    AGE,
  ],
  'batch/Job': [
    text('Status', jobStatus),
    text('Completions', jobCompletions),
    text('Duration', jobDuration),
    AGE,
    ...WIDE,
  ],
  'batch/CronJob': [
    text('Schedule', (object) => spec(object).schedule),
    text('Timezone', (object) => spec(object).timeZone ?? '<none>'),
    { ...text('Suspend', (object) => (spec(object).suspend === true ? 'True' : 'False')), type: 'boolean' },
    count('Active', (object) => items(status(object).active).length),
    text('Last Schedule', (object, now) => {
      const last = time(status(object).lastScheduleTime);
      return last ? age(last, now) : '<none>';
    }),
    AGE,
    ...WIDE,
  ],
  'autoscaling/HorizontalPodAutoscaler': [
    text('Reference', (object) => {
      const { scaleTargetRef } = spec(object);
      return `${String(member(scaleTargetRef, 'kind'))}/${String(member(scaleTargetRef, 'name'))}`;
    }),
    text('Targets', metricTargets),
    text('MinPods', (object) => String(spec(object).minReplicas ?? '<unset>')),
    text('MaxPods', (object) => number(spec(object).maxReplicas)),
    text('Replicas', (object) => number(status(object).currentReplicas)),
    AGE,
  ],
};
