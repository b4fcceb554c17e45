import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigText } from '../../src/apiserver/kubeconfig.js';
import { type KeyPair, openPki, type Pki, type Subject } from '../../src/apiserver/pki.js';
import { type Access, Wire } from '../conformance/wire.js';
import { freePorts } from '../scenarios/free-ports.js';
import { until } from '../until.js';
import { BINARIES, type Binary, findBinaries } from './binaries.js';
import { compactEtcd } from './etcd.js';
import { type Guarded, startGuarded } from './guarded.js';
import { auditLog, etcdUrl, flagsOf, type Layout, serverUrl } from './server-flags.js';
import { silent } from './silent.js';

/** What deletes, fills aggregated roles and namespaces and signs requests: nothing here runs pods. */
const CONTROLLERS = [
  'garbage-collector-controller',
  'namespace-controller',
  'clusterrole-aggregation-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'certificatesigningrequest-signing-controller',
];
/** Who the controllers are, too. */
export const CLUSTER_ADMIN: Subject = { user: 'real-admin', groups: ['system:masters'] };

type Listening = 'etcd' | 'kube-apiserver';

export interface ClusterOptions {
  /** Of kube-controller-manager, which does not run when there are none. */
  readonly controllers?: readonly string[];
  /** An `audit.k8s.io` Policy; what it asks for is written to `auditLog` before the request is done. */
  readonly auditPolicy?: object;
  /** etcd keeps every state of every object, as JSON. */
  readonly readableHistory?: boolean;
}

/** A kube-apiserver with RBAC, its etcd and a few controllers. */
export interface Cluster {
  readonly url: string;
  /** PEM */
  readonly ca: string;
  /** Of a member of `system:masters`. */
  readonly token: string;
  /** Its authority for clients, and its key for tokens of service accounts. */
  readonly pki: Pki;
  /** Speaks gRPC and, under `/v3`, JSON. */
  readonly etcdUrl: string;
  readonly auditLog: string;
  /** Of the process whose only child is the server. */
  guardPid(server: Binary): number | undefined;
  /** A kubeconfig with a client certificate of its own. */
  kubeconfig(user: { readonly name: string; readonly groups: readonly string[] }): Promise<string>;
  /** Forgets every change until now, as kube-apiserver does every five minutes. */
  compact(): Promise<void>;
  /** Ends a server; resolves when it is gone. kube-apiserver without etcd does not end on SIGTERM. */
  kill(server: Binary, signal?: NodeJS.Signals): Promise<void>;
  /** Stops a server where it is; resolves when it is. It goes on when it thaws. */
  freeze(server: Listening): Promise<void>;
  thaw(server: Listening): Promise<void>;
  /** Starts a killed server again on its ports and data; resolves when it serves. */
  start(server: Binary): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything on free loopback ports in a folder of its own, which goes when the cluster is closed. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { controllers = CONTROLLERS, auditPolicy, readableHistory = false } = options;
  const binaries = await findBinaries((line) => process.stderr.write(`${line}\n`));
  const folder = await mkdtemp(join(tmpdir(), 'placet-real-'));
  const [etcdPort = 0, peerPort = 0, port = 0] = await freePorts(3);
  const layout: Layout = {
    folder,
    ports: [etcdPort, peerPort, port],
    controllers,
    audit: auditPolicy !== undefined,
    readableHistory,
  };
  const access = { url: serverUrl(layout), ca: '', token: randomBytes(16).toString('hex') };
  const pki = await openPki(folder);
  const servers = new Servers(binaries, layout, { ...access, ca: pki.caCertificate });
  try {
    await writeFiles(layout, pki, access.token, auditPolicy);
    for (const name of BINARIES) {
      if (name !== 'kube-controller-manager' || controllers.length > 0) await servers.start(name);
    }
  } catch (error) {
    await servers.close();
    throw error;
  }
  return {
    ...access,
    ca: pki.caCertificate,
    pki,
    etcdUrl: etcdUrl(layout),
    auditLog: auditLog(layout),
    guardPid: (name) => servers.guardPid(name),
    kubeconfig: ({ name, groups }) => kubeconfig(layout, pki, { user: name, groups }),
    compact: () => compactEtcd(etcdUrl(layout)),
    kill: (name, signal = 'SIGKILL') => servers.kill(name, signal),
    freeze: (name) => servers.freeze(name),
    thaw: async (name) => servers.thaw(name),
    start: (name) => servers.start(name),
    close: () => servers.close(),
  };
}

class Servers {
  readonly #binaries: Readonly<Record<Binary, string>>;
  readonly #layout: Layout;
  readonly #access: Access;
  readonly #running = new Map<Binary, Guarded>();

  constructor(binaries: Readonly<Record<Binary, string>>, layout: Layout, access: Access) {
    this.#binaries = binaries;
    this.#layout = layout;
    this.#access = access;
  }

  async start(name: Binary): Promise<void> {
    if (this.#running.has(name)) throw new Error(`${name} runs already`);
    const { folder } = this.#layout;
    const server = startGuarded({
      command: this.#binaries[name],
      args: flagsOf(name, this.#layout),
      logFile: join(folder, `${name}.log`),
      folder,
    });
    this.#running.set(name, server);
    // It answers for etcd too.
    if (name !== 'kube-controller-manager' && this.#running.has('kube-apiserver')) await this.#serves();
  }

  guardPid(name: Binary): number | undefined {
    return this.#running.get(name)?.pid;
  }

  async kill(name: Binary, signal: NodeJS.Signals): Promise<void> {
    const server = this.#server(name);
    server.signal(signal);
    await server.ended;
    this.#running.delete(name);
  }

  async freeze(name: Listening): Promise<void> {
    this.#server(name).signal('SIGSTOP');
    await silent(name === 'etcd' ? etcdUrl(this.#layout) : serverUrl(this.#layout));
  }

  thaw(name: Listening): void {
    this.#server(name).signal('SIGCONT');
  }

  #server(name: Binary): Guarded {
    const server = this.#running.get(name);
    if (!server) throw new Error(`${name} does not run`);
    return server;
  }

  /** Nothing is left to be saved: the folder goes too. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.kill(name, 'SIGKILL')));
    await rm(this.#layout.folder, { recursive: true, force: true });
  }

  async #serves(): Promise<void> {
    const wire = new Wire(this.#access);
    const answers = async (): Promise<boolean> => {
      try {
        return (await wire.call('GET', '/readyz')).code === 200;
      } catch {
        // Not listening yet; whether it ever will is asked below.
        return false;
      }
    };
    try {
      await until('kube-apiserver to be ready', async () => {
        for (const server of this.#running.values()) await server.assertRunning();
        return answers();
      });
    } finally {
      wire.close();
    }
  }
}

async function kubeconfig(layout: Layout, pki: Pki, { user, groups }: Subject): Promise<string> {
  const credentials = await pki.clientCertificate({ user, groups });
  return kubeconfigText({ server: serverUrl(layout), caCertificate: pki.caCertificate, user, credentials });
}

async function writeFiles(layout: Layout, pki: Pki, token: string, auditPolicy?: object): Promise<void> {
  const { folder } = layout;
  const serving = await pki.serverCertificate(['127.0.0.1', 'localhost', 'kubernetes.default.svc']);
  const files = {
    'ca.crt': pki.caCertificate,
    'ca.key': (await keysOf(folder)).ca.key,
    'server.crt': serving.certificate,
    'server.key': serving.key,
    'sa.key': String(pki.serviceAccountKey.export({ type: 'sec1', format: 'pem' })),
    'tokens.csv': `${token},${CLUSTER_ADMIN.user},1,${CLUSTER_ADMIN.groups.join()}\n`,
    admin: await kubeconfig(layout, pki, CLUSTER_ADMIN),
    ...(auditPolicy ? { 'audit-policy.json': JSON.stringify(auditPolicy) } : {}),
  };
  await mkdir(join(folder, 'certs'));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text, { mode: 0o600 })));
}

/** The key of the CA, which only the folder of its keys knows. */
const keysOf = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'pki.json'), 'utf8')) as { readonly ca: KeyPair }; // written by openPki
