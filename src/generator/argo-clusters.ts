import type { Secret } from '../api/core.js';

export interface ArgoCluster {
  readonly name: string;
  /** Without trailing slashes. */
  readonly server: string;
  /** Why Argo CD cannot use the Secret. */
  readonly broken?: string;
}

const CLUSTER_SECRET_LABEL = 'argocd.argoproj.io/secret-type';
const IN_CLUSTER: ArgoCluster = { name: 'in-cluster', server: 'https://kubernetes.default.svc' };

/** Clusters by the name Argo CD knows them under; of several Secrets with one name the first by Secret name counts. */
export function argoClusters(secrets: readonly Secret[], argoNamespace: string): ReadonlyMap<string, ArgoCluster> {
  const registered = secrets
    .filter(
      ({ metadata }) => metadata.namespace === argoNamespace && metadata.labels?.[CLUSTER_SECRET_LABEL] === 'cluster',
    )
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map(clusterOf);
  const hasLocal = registered.some(({ server }) => server === IN_CLUSTER.server);
  const byName = new Map<string, ArgoCluster>();
  for (const cluster of hasLocal ? registered : [...registered, IN_CLUSTER]) {
    if (!byName.has(cluster.name)) byName.set(cluster.name, cluster);
  }
  return byName;
}

function clusterOf({ metadata, data = {} }: Secret): ArgoCluster {
  const cluster = { name: decode(data.name), server: decode(data.server).replace(/\/+$/, '') };
  return isJson(decode(data.config)) ? cluster : { ...cluster, broken: `Secret ${metadata.name}: config is not JSON` };
}

const decode = (value = ''): string => Buffer.from(value, 'base64').toString('utf8');

function isJson(text: string): boolean {
  if (text === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
