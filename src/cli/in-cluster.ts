/** Where a pod finds its API server; undefined outside of a cluster. */
export function inClusterServer(): { inClusterServer: string } | Record<string, never> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
  if (!host) return {};
  return { inClusterServer: `https://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

/** A command that was given no kubeconfig runs in a cluster, or says which flag it misses. */
export function requireAccess(kubeconfig: string | undefined, flag: string): void {
  if (kubeconfig === undefined && !process.env.KUBERNETES_SERVICE_HOST) {
    throw new Error(`not running in a cluster: give ${flag} <file>`);
  }
}
