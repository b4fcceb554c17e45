import { join } from 'node:path';
import type { Binary } from './binaries.js';

export interface Layout {
  readonly folder: string;
  /** Of the three listeners, in the order etcd, its peers, kube-apiserver. */
  readonly ports: readonly [number, number, number];
  readonly controllers: readonly string[];
  /** Whether `audit-policy.json` lies in the folder; the log goes to `audit.log`. */
  readonly audit: boolean;
  readonly readableHistory: boolean;
}

export const serverUrl = ({ ports }: Layout): string => `https://127.0.0.1:${ports[2]}`;
export const etcdUrl = ({ ports }: Layout): string => `http://127.0.0.1:${ports[0]}`;
export const auditLog = ({ folder }: Layout): string => join(folder, 'audit.log');

/** The same at each start, so that a server comes back as it was. */
export function flagsOf(server: Binary, layout: Layout): string[] {
  return Object.entries(FLAGS[server](layout)).map(([flag, value]) => `--${flag}=${value}`);
}

type Flags = (layout: Layout) => Readonly<Record<string, string>>;

const etcd: Flags = (layout) => ({
  'data-dir': join(layout.folder, 'etcd'),
  'unsafe-no-fsync': 'true',
  'listen-client-urls': etcdUrl(layout),
  'advertise-client-urls': etcdUrl(layout),
  'listen-peer-urls': `http://127.0.0.1:${layout.ports[1]}`,
});

const apiServer: Flags = (layout) => ({
  'etcd-servers': etcdUrl(layout),
  ...(layout.readableHistory ? { 'storage-media-type': 'application/json', 'etcd-compaction-interval': '0' } : {}),
  'secure-port': String(layout.ports[2]),
  'bind-address': '127.0.0.1',
  'cert-dir': join(layout.folder, 'certs'),
  'tls-cert-file': join(layout.folder, 'server.crt'),
  'tls-private-key-file': join(layout.folder, 'server.key'),
  'client-ca-file': join(layout.folder, 'ca.crt'),
  'service-account-issuer': serverUrl(layout),
  'service-account-key-file': join(layout.folder, 'sa.key'),
  'service-account-signing-key-file': join(layout.folder, 'sa.key'),
  'service-cluster-ip-range': '10.96.0.0/16',
  'authorization-mode': 'RBAC',
  'token-auth-file': join(layout.folder, 'tokens.csv'),
  // What holds claims and volumes is for a controller that lets them go.
  'disable-admission-plugins': 'ServiceAccount,StorageObjectInUseProtection',
  'allow-privileged': 'true',
  // Else it waits a minute for its watchers to leave when it is asked to stop.
  'shutdown-watch-termination-grace-period': '1s',
  ...(layout.audit
    ? {
        'audit-policy-file': join(layout.folder, 'audit-policy.json'),
        'audit-log-path': auditLog(layout),
        'audit-log-mode': 'blocking',
      }
    : {}),
});

const controllerManager: Flags = ({ folder, controllers }) => ({
  kubeconfig: join(folder, 'admin'),
  controllers: controllers.join(),
  'leader-elect': 'false',
  'secure-port': '0',
  // Deleting a namespace takes a request for each kind.
  'kube-api-qps': '500',
  'kube-api-burst': '1000',
  'use-service-account-credentials': 'false',
  'root-ca-file': join(folder, 'ca.crt'),
  'cluster-signing-cert-file': join(folder, 'ca.crt'),
  'cluster-signing-key-file': join(folder, 'ca.key'),
});

const FLAGS: Readonly<Record<Binary, Flags>> = {
  etcd,
  'kube-apiserver': apiServer,
  'kube-controller-manager': controllerManager,
};
