import type { Unstructured } from '../../api/meta.js';
import { type Condition, statusOf, typed } from '../builtin/model/typed.js';
import type { PodSpec } from '../builtin/pods/pod-shape.js';
import type { ReplicatedSpec } from '../builtin/workloads/replicated.js';

type Status = Record<string, unknown>;
type Simulate = (object: Unstructured, at: string) => Status | undefined;

/** Conditions as they should be, with the time of the last change of each. */
function conditions(object: Unstructured, wanted: readonly Condition[], at: string): Condition[] {
  const { conditions: before = [] } = statusOf<{ conditions: Condition[] }>(object);
  return wanted.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const changed = old?.status !== condition.status;
    return { ...condition, lastTransitionTime: changed ? at : (old?.lastTransitionTime ?? at) };
  });
}

/** Kubernetes leaves out counts that are zero. */
const counts = (values: Readonly<Record<string, number>>): Status =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));

const workload = (object: Unstructured): ReplicatedSpec => typed<ReplicatedSpec>(object.spec ?? {});
const observed = ({ metadata }: Unstructured): Status => ({ observedGeneration: metadata.generation ?? 1 });

const deployment: Simulate = (object, at) => {
  const { replicas = 1 } = workload(object);
  const revision = revisionName(object);
  const wanted: Condition[] = [
    {
      type: 'Available',
      status: 'True',
      reason: 'MinimumReplicasAvailable',
      message: 'Deployment has minimum availability.',
      lastUpdateTime: at,
    },
    {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${revision}" has successfully progressed.`,
      lastUpdateTime: at,
    },
  ];
  return {
    ...observed(object),
    ...counts({ replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas }),
    conditions: conditions(object, wanted, at),
  };
};

const revisionName = ({ metadata }: Unstructured): string =>
  `${metadata.name}-${(metadata.generation ?? 1).toString(36)}`;

const replicaSet: Simulate = (object) => {
  const { replicas = 1 } = workload(object);
  return {
    ...observed(object),
    replicas,
    ...counts({ fullyLabeledReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas }),
  };
};

const statefulSet: Simulate = (object) => {
  const { replicas = 1 } = workload(object);
  const revision = revisionName(object);
  return {
    ...observed(object),
    replicas,
    availableReplicas: replicas,
    ...counts({ readyReplicas: replicas, currentReplicas: replicas, updatedReplicas: replicas }),
    collisionCount: 0,
    currentRevision: revision,
    updateRevision: revision,
  };
};

/** As if the cluster had one node. */
const daemonSet: Simulate = (object) => ({
  ...observed(object),
  currentNumberScheduled: 1,
  desiredNumberScheduled: 1,
  numberMisscheduled: 0,
  numberReady: 1,
  numberAvailable: 1,
  updatedNumberScheduled: 1,
});

interface JobSpec {
  completions?: number;
  parallelism?: number;
  suspend?: boolean;
}

const job: Simulate = (object, at) => {
  const { completions, parallelism = 1, suspend } = typed<JobSpec>(object.spec ?? {});
  const before = statusOf<{ completionTime: string }>(object);
  if (before.completionTime !== undefined) return undefined;
  if (suspend) {
    const paused = { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' };
    return { conditions: conditions(object, [paused], at) };
  }
  const reached = { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
  const wanted: Condition[] = [
    { type: 'SuccessCriteriaMet', status: 'True', ...reached, lastProbeTime: at },
    { type: 'Complete', status: 'True', ...reached, lastProbeTime: at },
  ];
  return {
    startTime: at,
    completionTime: at,
    succeeded: completions ?? parallelism,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
    conditions: conditions(object, wanted, at),
  };
};

const pod: Simulate = (object, at) => {
  const { containers = [], restartPolicy = 'Always' } = typed<PodSpec>(object.spec ?? {});
  const runs = restartPolicy === 'Always';
  const status = runs ? 'True' : 'False';
  const why = runs ? {} : { reason: 'PodCompleted' };
  const wanted: Condition[] = [
    { type: 'PodScheduled', status: 'True', lastProbeTime: null },
    { type: 'Initialized', status: 'True', lastProbeTime: null, ...why },
    { type: 'ContainersReady', status, lastProbeTime: null, ...why },
    { type: 'Ready', status, lastProbeTime: null, ...why },
  ];
  return {
    ...statusOf<object>(object),
    phase: runs ? 'Running' : 'Succeeded',
    conditions: conditions(object, wanted, at),
    containerStatuses: containers.map(({ name, image = '' }) => ({
      name,
      image,
      imageID: image,
      ready: runs,
      restartCount: 0,
      started: runs,
      state: runs
        ? { running: { startedAt: at } }
        : { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } },
      lastState: {},
    })),
    startTime: at,
  };
};

const OUTSIDE_IP = '192.0.2.1';

const service: Simulate = (object) =>
  typed<{ type?: string }>(object.spec ?? {}).type === 'LoadBalancer'
    ? { loadBalancer: { ingress: [{ ip: OUTSIDE_IP, ipMode: 'VIP' }] } }
    : undefined;

const ingress: Simulate = () => ({ loadBalancer: { ingress: [{ ip: OUTSIDE_IP }] } });

const claim: Simulate = (object) => {
  const { accessModes, resources } = typed<{ accessModes?: string[]; resources?: { requests?: object } }>(
    object.spec ?? {},
  );
  return { phase: 'Bound', accessModes, capacity: resources?.requests ?? {} };
};

const SIMULATIONS: Readonly<Record<string, Simulate>> = {
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'batch/Job': job,
  '/ReplicationController': replicaSet,
  '/Pod': pod,
  '/Service': service,
  '/PersistentVolumeClaim': claim,
  'networking.k8s.io/Ingress': ingress,
};

/** Objects with this annotation set to `false` are left to whoever sets their status. */
export const SIMULATE_ANNOTATION = 'placet.dev/simulate';

/** Whether a kind has a status that running workloads would set. */
export const isSimulated = ({ group, kind }: { readonly group: string; readonly kind: string }): boolean =>
  `${group}/${kind}` in SIMULATIONS;

/** The status an object would have when everything it asks for runs; undefined when it has none to get. */
export function simulatedStatus(group: string, object: Unstructured, at: string): Status | undefined {
  if (object.metadata.annotations?.[SIMULATE_ANNOTATION] === 'false') return undefined;
  if (object.metadata.deletionTimestamp !== undefined) return undefined;
  return SIMULATIONS[`${group}/${object.kind}`]?.(object, at);
}
