import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { addressOption, duration, optionWithDefault } from '../arguments.js';
import type { AgentCommand } from '../run-agent.js';

export const addAgentCommand = (root: Command): void => {
  root
    .command('agent')
    .description('the agent of one cluster: applies ManifestWorks and reports back')
    .requiredOption(
      '--cluster-name <name>',
      'name of this cluster on the hub; its works are in the namespace of that name',
    )
    .requiredOption('--hub-kubeconfig <file>', 'the hub API server')
    .option('--spoke-kubeconfig <file>', 'the API server of this cluster (default: in-cluster credentials)')
    .option('--agent-id <id>', 'names this installation (default: the hash of the hub URL)')
    .addOption(
      optionWithDefault(
        '--status-sync-interval <duration>',
        'backstop pass over the status of applied objects',
        duration,
        '10s',
      ),
    )
    .addOption(
      optionWithDefault(
        '--appliedmanifestwork-eviction-grace-period <duration>',
        'how long what a vanished hub applied is kept',
        duration,
        '60m',
      ),
    )
    .addOption(addressOption('--metrics-addr <host:port>', '/healthz, /readyz, /metrics', '127.0.0.1:8083'))
    .option('--verbose', 'log every reconcile')
    .addHelpText(
      'after',
      '\nExample:\n  placet agent --cluster-name prod-eu --hub-kubeconfig hub.kubeconfig --spoke-kubeconfig prod-eu.kubeconfig',
    )
    .action(async (flags: AgentCommand) => {
      // An agent sits on every cluster: a young generation that never grows halves what it keeps, at little cost.
      setFlagsFromString('--semi-space-growth-factor=1');
      const { runAgent } = await import('../run-agent.js');
      await runAgent(flags);
    });
};
