import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigText } from '../../src/apiserver/kubeconfig.js';
import { type KeyPair, openPki, type Pki } from '../../src/apiserver/pki.js';
import { Wire } from '../conformance/wire.js';
import { type Binary, findBinaries } from './binaries.js';
import { compactEtcd } from './etcd.js';
import { freePorts, type Guarded, startGuarded } from './guarded.js';

const START_LIMIT_MS = 90_000;
/** What the contract and the agent's aggregated role need: nothing here runs pods. */
const CONTROLLERS = [
  'garbage-collector-controller',
  'namespace-controller',
  'clusterrole-aggregation-controller',
  'certificatesigningrequest-signing-controller',
];
const ADMIN = { user: 'real-admin', groups: ['system:masters'] };

/** A kube-apiserver with RBAC, its etcd and the controllers that delete. */
export interface Cluster {
  readonly url: string;
  /** PEM */
  readonly ca: string;
  /** Of a member of `system:masters`. */
  readonly token: string;
  /** A kubeconfig with a client certificate of its own. */
  kubeconfig(user: { readonly name: string; readonly groups: readonly string[] }): Promise<string>;
  /** Forgets every change until now, as kube-apiserver does every five minutes. */
  compact(): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything on free loopback ports in a folder of its own, which goes when the cluster is closed. */
export async function startCluster(): Promise<Cluster> {
  const binaries = await findBinaries((line) => process.stderr.write(`${line}\n`));
  const folder = await mkdtemp(join(tmpdir(), 'placet-real-'));
  const started: Guarded[] = [];
  const close = async (): Promise<void> => {
    // Last started, first stopped: without etcd kube-apiserver does not end by itself.
    for (const server of started.reverse()) await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const access = await startServers(binaries, folder, started);
    return { ...access, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startServers(
  binaries: Readonly<Record<Binary, string>>,
  folder: string,
  started: Guarded[],
): Promise<Omit<Cluster, 'close'>> {
  const [etcdPort = 0, peerPort = 0, port = 0] = await freePorts(3);
  const start = (name: Binary, flags: Readonly<Record<string, string>>): void => {
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    started.push(startGuarded(binaries[name], args, join(folder, `${name}.log`)));
  };
  const url = `https://127.0.0.1:${port}`;
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const pki = await openPki(folder);
  const token = randomBytes(16).toString('hex');
  const kubeconfig: Cluster['kubeconfig'] = async ({ name, groups }) => {
    const credentials = await pki.clientCertificate({ user: name, groups });
    return kubeconfigText({ server: url, caCertificate: pki.caCertificate, user: name, credentials });
  };
  await writeFiles(folder, pki, token);
  await writeFile(join(folder, 'admin'), await kubeconfig({ name: ADMIN.user, groups: ADMIN.groups }), { mode: 0o600 });
  start('etcd', etcdFlags(folder, etcdUrl, `http://127.0.0.1:${peerPort}`));
  start('kube-apiserver', apiServerFlags(folder, url, port, etcdUrl));
  await ready({ url, ca: pki.caCertificate, token }, started);
  start('kube-controller-manager', controllerManagerFlags(folder));
  return { url, ca: pki.caCertificate, token, kubeconfig, compact: () => compactEtcd(etcdUrl) };
}

async function writeFiles(folder: string, pki: Pki, token: string): Promise<void> {
  const serving = await pki.serverCertificate(['127.0.0.1', 'localhost', 'kubernetes.default.svc']);
  const files = {
    'ca.crt': pki.caCertificate,
    'ca.key': (await keysOf(folder)).ca.key,
    'server.crt': serving.certificate,
    'server.key': serving.key,
    'sa.key': String(pki.serviceAccountKey.export({ type: 'sec1', format: 'pem' })),
    'tokens.csv': `${token},${ADMIN.user},1,${ADMIN.groups.join()}\n`,
  };
  await mkdir(join(folder, 'certs'));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text, { mode: 0o600 })));
}

/** The key of the CA, which only the folder of its keys knows. */
const keysOf = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'pki.json'), 'utf8')) as { readonly ca: KeyPair }; // written by openPki

const etcdFlags = (folder: string, url: string, peerUrl: string) => ({
  'data-dir': join(folder, 'etcd'),
  'unsafe-no-fsync': 'true',
  'listen-client-urls': url,
  'advertise-client-urls': url,
  'listen-peer-urls': peerUrl,
});

const apiServerFlags = (folder: string, url: string, port: number, etcdUrl: string) => ({
  'etcd-servers': etcdUrl,
  'secure-port': String(port),
  'bind-address': '127.0.0.1',
  'cert-dir': join(folder, 'certs'),
  'tls-cert-file': join(folder, 'server.crt'),
  'tls-private-key-file': join(folder, 'server.key'),
  'client-ca-file': join(folder, 'ca.crt'),
  'service-account-issuer': url,
  'service-account-key-file': join(folder, 'sa.key'),
  'service-account-signing-key-file': join(folder, 'sa.key'),
  'service-cluster-ip-range': '10.0.0.0/24',
  'authorization-mode': 'RBAC',
  'token-auth-file': join(folder, 'tokens.csv'),
  'disable-admission-plugins': 'ServiceAccount',
});

const controllerManagerFlags = (folder: string) => ({
  kubeconfig: join(folder, 'admin'),
  controllers: CONTROLLERS.join(),
  'leader-elect': 'false',
  'secure-port': '0',
  'use-service-account-credentials': 'false',
  'cluster-signing-cert-file': join(folder, 'ca.crt'),
  'cluster-signing-key-file': join(folder, 'ca.key'),
});

async function ready(access: { url: string; ca: string; token: string }, servers: readonly Guarded[]): Promise<void> {
  const wire = new Wire(access);
  const isReady = async (): Promise<boolean> => {
    try {
      return (await wire.call('GET', '/readyz')).code === 200;
    } catch {
      // Not listening yet; whether it ever will is asked below.
      return false;
    }
  };
  try {
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await isReady())) {
      for (const server of servers) await server.assertRunning();
      if (Date.now() > deadline) throw new Error(`kube-apiserver was not ready within ${START_LIMIT_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    wire.close();
  }
}
