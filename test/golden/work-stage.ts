import { type Agent, type AgentOptions, startAgent } from '../../src/agent/agent.js';
import { Namespace } from '../../src/api/core.js';
import { silentLogger } from '../../src/control/log.js';
import { createCaches } from '../../src/kube/caches.js';
import { isAlreadyExists, type KubeClient } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';
import { createEventRecorder } from '../../src/kube/events.js';
import { startReplicaSetLoop } from '../../src/reconciler/replicaset.js';
import { startTtlLoop } from '../../src/reconciler/ttl.js';
import type { GoldenServer, GoldenServers, HubOptions } from './servers.js';
import type { Stage } from './work-player.js';

const CLUSTER = 'golden';

export interface StageOptions {
  /** No agent runs when absent. */
  readonly agent?: Partial<AgentOptions>;
  readonly hub?: HubOptions;
}

export interface OpenStage extends Stage {
  close(): Promise<void>;
}

/** A hub with its loops and a spoke with its agent. */
export async function openStage(servers: GoldenServers, options: StageOptions): Promise<OpenStage> {
  const [hub, spoke] = await Promise.all([servers.hub(options.hub), servers.spoke()]);
  const [hubPlayer, spokePlayer] = await Promise.all([player(hub), player(spoke)]);
  await haveNamespace(hub.client);
  const stop = new AbortController();
  const agent = options.agent && (await agentBetween(hub, spoke, options.agent, stop.signal));
  const loops = startLoops(hub.client, stop.signal);
  return {
    hub: hubPlayer,
    spoke: spokePlayer,
    cluster: CLUSTER,
    hubHash: agent?.hubHash ?? '',
    agentId: agent?.agentId ?? '',
    idle: () => (agent?.idle() ?? true) && loops.every((loop) => loop.idle()),
    close: async () => {
      stop.abort();
      await Promise.all([agent?.stopped, ...loops.map(({ stopped }) => stopped)]);
      await Promise.all([hubPlayer.close(), spokePlayer.close()]);
      await Promise.all([hub.close(), spoke.close()]);
    },
  };
}

/** Requests without a User-Agent were recorded: their field manager is "unknown". */
const player = ({ kubeconfigPath }: GoldenServer): Promise<KubeClient> =>
  connect({ kubeconfig: kubeconfigPath, userAgent: 'unknown' });

async function haveNamespace(hub: KubeClient): Promise<void> {
  try {
    await hub.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CLUSTER } });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

const agentBetween = (
  hub: GoldenServer,
  spoke: GoldenServer,
  options: Partial<AgentOptions>,
  signal: AbortSignal,
): Promise<Agent> =>
  startAgent(
    {
      clusterName: CLUSTER,
      hub: hub.client,
      spoke: spoke.client,
      log: silentLogger,
      now: () => new Date(),
      ...options,
    },
    signal,
  );

function startLoops(client: KubeClient, signal: AbortSignal) {
  const now = () => new Date();
  const caches = createCaches(client, silentLogger, signal);
  const events = createEventRecorder(client, { component: 'golden', now, log: silentLogger });
  const context = { client, caches, events, log: silentLogger, now };
  return [startReplicaSetLoop(context, signal), startTtlLoop(context, signal)];
}
