import { type Logger, silentLogger } from '../control/log.js';
import type { KubeClient } from './client.js';
import { credentialSource } from './credentials.js';
import { inClusterAccess, readKubeconfig, type YamlParser } from './kubeconfig.js';
import { RestClient } from './rest-client.js';
import { Transport } from './transport.js';

export interface ConnectOptions {
  /** Path of a kubeconfig, its current context is used; undefined means the pod's service account. */
  readonly kubeconfig: string | undefined;
  readonly userAgent: string;
  readonly log?: Logger;
  /** Where a pod finds its API server, from the environment of the container. */
  readonly inClusterServer?: string;
  /** Reads kubeconfigs that are not JSON; client-node's parser when absent. */
  readonly parseYaml?: YamlParser;
  /** Servers send a bookmark about every minute; a watch silent for longer than this is reconnected. */
  readonly watchIdleMs?: number;
  /** A call without an answer for this long fails, 60 s when absent, as long as servers give themselves. */
  readonly callTimeoutMs?: number;
  /** How many calls may be on their way at a time, 64 when absent; each takes a connection. Watches do not count. */
  readonly maxConnections?: number;
  /** Asked just before each write is sent; writes fail when it says no. Always allowed when absent. */
  readonly mayWrite?: () => boolean;
}

/** Makes a client; the first request opens the first connection. Many informers and callers may share it. */
export async function connect(options: ConnectOptions): Promise<KubeClient> {
  const { kubeconfig, inClusterServer = 'https://kubernetes.default.svc' } = options;
  const access =
    kubeconfig === undefined ? inClusterAccess(inClusterServer) : await readKubeconfig(kubeconfig, options.parseYaml);
  const transport = new Transport({
    server: access.server,
    credentials: credentialSource(access, Date.now),
    proxyUrl: access.proxyUrl,
    random: Math.random,
    maxConnections: options.maxConnections ?? 64,
    mayWrite: options.mayWrite ?? (() => true),
    callTimeoutMs: options.callTimeoutMs ?? 60_000,
  });
  return new RestClient({
    server: access.server,
    transport,
    headers: { 'user-agent': options.userAgent },
    log: options.log ?? silentLogger,
    watchIdleMs: options.watchIdleMs ?? 100_000,
  });
}
