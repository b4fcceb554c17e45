import type { KubeClient } from '../../src/kube/client.js';

/** An API server that serves our CRDs and holds no objects of theirs when it is given. */
export interface GoldenServer {
  /** As a member of `system:masters`. */
  readonly client: KubeClient;
  readonly kubeconfigPath: string;
  close(): Promise<void>;
}

export interface HubOptions {
  /** How ManifestWorks are validated; not at all when absent. */
  readonly validateWorks?: { readonly executorRequired: boolean };
}

/** Where recorded cases are played. A server may be given only after another one was closed. */
export interface GoldenServers {
  readonly name: string;
  /** What these servers cannot offer of what recorded cases need, with the reason. */
  readonly lacks: Readonly<Record<string, string>>;
  hub(options?: HubOptions): Promise<GoldenServer>;
  spoke(): Promise<GoldenServer>;
  /** Of everything that was started. */
  close(): Promise<void>;
}

/** Reasons by the id of a case: of all servers, or of the one with that name. */
export type Known = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const knownOn = (known: Known, server: string): Readonly<Record<string, string>> => ({
  ...known['every server'],
  ...known[server],
});
