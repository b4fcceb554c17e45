import type { Place } from './fixture.js';

export type Spec = Readonly<Record<string, unknown>>;

export const APP = { app: 'web' };
export const CONTAINER = { name: 'main', image: 'example.com/app:1' };
export const POD: Spec = { containers: [CONTAINER] };

const COLLECTIONS = {
  Deployment: 'apis/apps/v1/namespaces/*/deployments',
  StatefulSet: 'apis/apps/v1/namespaces/*/statefulsets',
  DaemonSet: 'apis/apps/v1/namespaces/*/daemonsets',
  Job: 'apis/batch/v1/namespaces/*/jobs',
  CronJob: 'apis/batch/v1/namespaces/*/cronjobs',
  Pod: 'api/v1/namespaces/*/pods',
};

export type Workload = keyof typeof COLLECTIONS;

export const at = ({ namespace }: Place, kind: Workload, rest = ''): string =>
  `/${COLLECTIONS[kind].replace('*', namespace)}${rest}`;

/** The spec of a workload around a pod. */
export function around(kind: Workload, pod: Spec = POD, rest: Spec = {}): Spec {
  if (kind === 'Pod') return { ...pod, ...rest };
  const ending = { template: { spec: { restartPolicy: 'Never', ...pod } } };
  if (kind === 'Job') return { ...ending, ...rest };
  if (kind === 'CronJob') return { schedule: '* * * * *', jobTemplate: { spec: ending }, ...rest };
  return { selector: { matchLabels: APP }, template: { metadata: { labels: APP }, spec: pod }, ...rest };
}

export const create = (p: Place, kind: Workload, spec: Spec = around(kind), name = 'a') =>
  p.wire.call('POST', at(p, kind), { body: { metadata: { name }, spec } });
