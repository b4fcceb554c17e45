import type { Command } from 'commander';
import { address, addressOption, chooseControllers, optionWithDefault } from '../arguments.js';
import { HUB_CONTROLLERS } from '../hub-controllers.js';
import type { HubCommand } from '../run-hub.js';

export const addHubCommand = (root: Command): void => {
  root
    .command('hub')
    .description('the hub: controllers, plugin generator and webhook receiver, on any Kubernetes API')
    .option('--kubeconfig <file>', 'the hub API server (default: in-cluster credentials)')
    .option('--namespace <name>', 'namespace of the Lease and of the Secret placet-generator', 'placet-system')
    .option(
      '--controllers <list>',
      `comma-separated; name turns on only those named, -name turns one off\n(known: ${HUB_CONTROLLERS.join(', ')}; default: all)`,
      (list) => chooseControllers(list, HUB_CONTROLLERS),
    )
    .addOption(optionWithDefault('--generator-addr <host:port>', 'where Argo CD asks', address, '127.0.0.1:8080'))
    .option(
      '--generator-token-file <file>',
      'bearer token of the generator (default: Secret placet-generator, key token)',
    )
    .option('--argocd-namespace <name>', 'where Argo CD keeps its cluster Secrets', 'argocd')
    .addOption(addressOption('--metrics-addr <host:port>', '/healthz, /readyz, /metrics', '127.0.0.1:8081'))
    .addOption(
      addressOption('--webhook-addr <host:port>', 'where Git hosts push: POST /hooks/generic', '127.0.0.1:8082'),
    )
    .option('--leader-elect', 'run the controllers in one replica at a time, chosen by a Lease')
    .option(
      '--cache-dir <dir>',
      'where fetched repositories are kept (default: a folder of the system for temporary files)',
    )
    .option('--allow-local-git', 'allow GitSources with file:// URLs')
    .option('--allow-private-git', 'allow Git hosts with private or loopback addresses')
    .option('--allow-git-network <cidr...>', 'allow Git hosts with addresses in these networks')
    .option('--verbose', 'log every reconcile')
    .addHelpText('after', '\nExample:\n  placet hub --kubeconfig ~/.kube/hub --controllers placement,generator')
    .action(async (flags: HubCommand) => {
      const { runHub } = await import('../run-hub.js');
      await runHub(flags);
    });
};
