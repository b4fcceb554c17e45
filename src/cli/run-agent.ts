import { startAgent } from '../agent/agent.js';
import { connect } from '../kube/connect.js';
import type { Address } from './arguments.js';
import { healthHandler } from './health.js';
import { collectWhenIdle } from './idle-collection.js';
import { inClusterServer, requireAccess } from './in-cluster.js';
import { aborted, lifetime } from './lifetime.js';
import { listen } from './listener.js';
import { stderrLogger } from './logging.js';
import { createMetrics } from './metrics.js';
import { parseYaml } from './yaml.js';

export interface AgentCommand {
  readonly clusterName: string;
  readonly hubKubeconfig: string;
  readonly spokeKubeconfig?: string;
  readonly metricsAddr: Address;
  readonly agentId?: string;
  readonly statusSyncInterval: number;
  readonly appliedmanifestworkEvictionGracePeriod: number;
  readonly verbose?: true;
}

const USER_AGENT = 'work-agent'; // field manager and user agent of OCM's agent; ownership of fields carries over

export async function runAgent(command: AgentCommand): Promise<void> {
  requireAccess(command.spokeKubeconfig, '--spoke-kubeconfig');
  const signal = lifetime();
  const log = stderrLogger(command.verbose ? 'debug' : 'info');
  const metrics = createMetrics();
  // A burst of works must not open a connection each: they cost more than the calls they carry.
  const shared = { userAgent: USER_AGENT, log, parseYaml, maxConnections: 12 };
  const hub = await connect({ ...shared, kubeconfig: command.hubKubeconfig });
  const spoke = await connect({
    ...shared,
    kubeconfig: command.spokeKubeconfig,
    ...inClusterServer(),
  });
  let missing: () => readonly string[] = () => ['agent: starting'];
  const health = await listen(
    healthHandler(metrics.registry, () => missing()),
    command.metricsAddr,
  );
  log.info('agent starts', { cluster: command.clusterName, hub: hub.server, spoke: spoke.server, metrics: health.url });
  const agent = await startAgent(
    {
      clusterName: command.clusterName,
      hub,
      spoke,
      log,
      now: () => new Date(),
      pollMs: command.statusSyncInterval,
      evictionGraceMs: command.appliedmanifestworkEvictionGracePeriod,
      onOutcome: metrics.reconciled,
      ...(command.agentId ? { agentId: command.agentId } : {}),
    },
    signal,
  );
  missing = () => (agent.synced ? [] : ['agent: the first complete list of works has not arrived']);
  collectWhenIdle(() => agent.idle(), signal);
  await aborted(signal);
  await agent.stopped;
  await Promise.all([health.close(), hub.close(), spoke.close()]);
}
